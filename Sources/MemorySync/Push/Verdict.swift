import MemoryAPI
import MemoryModel

/// What happens to an entry after an exchange.
enum Verdict: Hashable {
  /// It is done; a store is linked to the id.
  case done(ServerID?)
  /// It can be sent again, by any program.
  case pending(QueueEntry.LastError, counts: Bool, after: Timestamp?)
  /// It may have taken effect, and must not be sent again without a look at the server.
  case inDoubt(QueueEntry.LastError, counts: Bool, after: Timestamp?)
  /// It is never sent again unless the user asks for it.
  case dead(QueueEntry.LastError)
}

extension RetryPolicy {
  /// Judges an entry that had `attempts` definite failures before.
  ///
  /// - Parameter isRepeat: whether an earlier exchange left the entry in doubt, which this one
  ///   alone cannot end.
  func verdict(
    _ outcome: Outcome, of operation: QueuedOperation, attempts: Int, isRepeat: Bool,
    now: Timestamp,
    chance: Double
  ) -> Verdict {
    let isStore = if case .store = operation { true } else { false }

    switch outcome {
    case .acknowledged(let id): return .done(id)
    case .rejected(let status, let message):
      let error = QueueEntry.LastError(kind: .rejected, status: status, message: message)
      // The attempt before may have arrived; a look at the server tells.
      return isRepeat ? .inDoubt(error, counts: true, after: nil) : .dead(error)
    case .setback(let setback, let mayHaveArrived):
      // The time to come back concerns the server as a whole, not this entry. Repeating a delete or
      // an update is harmless; a store that may have arrived is in doubt.
      return isRepeat || isStore && mayHaveArrived
        ? .inDoubt(setback.lastError, counts: false, after: nil)
        : .pending(setback.lastError, counts: false, after: nil)
    case .failed(let status, let message):
      let error = QueueEntry.LastError(kind: .serverFailed, status: status, message: message)
      let seconds = delay(afterFailures: attempts + 1, chance: chance)
      let next = now.advanced(bySeconds: seconds)
      // A store is given up once a look has shown that it did not arrive.
      if isStore { return .inDoubt(error, counts: true, after: next) }
      return attempts + 1 >= self.attempts
        ? .dead(error) : .pending(error, counts: true, after: next)
    }
  }
}
