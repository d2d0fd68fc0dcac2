/// What a sync is doing at the moment, for a progress line.
public enum SyncActivity: Hashable, Sendable {
  case waitingForLock
  case waitingForServer
  /// Bytes of an answer that have arrived.
  ///
  /// - Parameters:
  ///   - of: counted in the same way; nil if the server does not say.
  ///   - isEstimate: whether the server only estimates it.
  case receiving(Int, of: Int?, isEstimate: Bool)
  case pushing(done: Int, of: Int)
  /// - Parameter share: from 0 to 1, how much of the answer has been applied.
  case applying(Int, share: Double)
  /// - Parameter share: from 0 to 1, how much of the answer has been compared.
  case comparing(Int, share: Double)
  case ended
}
