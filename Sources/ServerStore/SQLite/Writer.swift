import SQLite
import System

/// The one thread that writes. Changes that wait while it commits share the next transaction, so
/// that a commit's `fsync` is paid once for all of them.
///
/// Long work has a transaction of its own, and takes turns with whatever is short, so that nobody
/// waits for more than one piece of it. A change is completed only after its commit.
final class Writer: Sendable {
  private struct Job {
    /// Does the work, and returns what tells of its success.
    let perform: @Sendable (WriteTransaction) throws -> @Sendable () -> Void
    let fail: @Sendable (StoreFailure) -> Void
  }

  private struct Queue {
    var jobs: [Job] = []
    var longJobs: [Job] = []
    var isLongNext = false
    var isClosed = false
    var isFinished = false

    /// Whether the writer has something to do: changes, or to end.
    var needsWriter: Bool { !jobs.isEmpty || !longJobs.isEmpty || isClosed }

    /// What the next transaction does; nothing where nothing is left.
    mutating func next() -> [Job] {
      let isLong = !longJobs.isEmpty && (isLongNext || jobs.isEmpty)
      isLongNext = !isLong
      if isLong { return [longJobs.removeFirst()] }
      defer { jobs = [] }
      return jobs
    }
  }

  private let queue = Monitor(Queue())
  private let transaction: WriteTransaction

  /// - Parameter transaction: used by the writer alone from then on.
  init(_ transaction: WriteTransaction) {
    self.transaction = transaction
    startThread { [self] in
      while let jobs = takeNext() { run(jobs) }
      transaction.endReservation()
      queue.update { $0.isFinished = true }
    }
  }

  /// Runs `work` in a transaction, and calls `completion` with what it returned once that is
  /// committed: on the writer's thread, so it must not take long.
  ///
  /// An error that `work` throws rolls back all changes that share the transaction, and is what comes
  /// of each. After `close`, the failure is told at once.
  func submit<Value: Sendable>(
    isLong: Bool = false, _ work: @escaping @Sendable (WriteTransaction) throws -> Value,
    completion: @escaping Completion<Value>
  ) {
    let job = Job(
      perform: { transaction in
        let value = try work(transaction)
        return { completion(.success(value)) }
      }, fail: { completion(.failure($0)) })
    let isTaken = queue.update { queue in
      guard !queue.isClosed else { return false }
      if isLong { queue.longJobs.append(job) } else { queue.jobs.append(job) }
      return true
    }
    if !isTaken { job.fail(StoreFailure(.closed, "the store was closed")) }
  }

  /// Returns when all that was submitted is committed and completed.
  func close() {
    queue.update { $0.isClosed = true }
    queue.wait(until: \.isFinished) { _ in }
  }

  /// Nil when the writer is closed and nothing is left.
  private func takeNext() -> [Job]? {
    queue.wait(until: \.needsWriter) { queue in
      let jobs = queue.next()
      return jobs.isEmpty ? nil : jobs
    }
  }

  private func run(_ jobs: [Job]) {
    do {
      let successes = try transaction.commit { transaction in
        try jobs.map { try $0.perform(transaction) }
      }
      for tell in successes { tell() }
    } catch {
      let failure = StoreFailure(error)
      for job in jobs { job.fail(failure) }
    }
  }
}
