import Glibc
import MemoryAPI
import SQLite

/// The one thread that writes. Changes that wait while it commits share the next transaction, so
/// that a commit's `fsync` is paid once for all of them.
///
/// Long work has a transaction of its own, in turn with all that is short, so that nobody waits for
/// more than one of it. An answer is given only after the commit that makes it true.
final class Writer: Sendable {
  typealias Work = @Sendable (WriteTransaction) throws -> Response

  private struct Job {
    let work: Work
    let completion: @Sendable (Response) -> Void
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

  /// Rows from which on work is long.
  static let longWork = 1000

  private let queue = Monitor(Queue())
  private let transaction: WriteTransaction

  /// - Parameter connection: used by the writer alone from then on.
  init(connection: sending Connection, clock: Clock, files: StoreFiles) {
    transaction = WriteTransaction(connection: connection, clock: clock, files: files)
    startThread { [self] in
      while let jobs = takeNext() { run(jobs) }
      transaction.endReservation()
      queue.update { $0.isFinished = true }
    }
  }

  /// Runs `work` in a transaction, and calls `completion` with its answer once that is committed.
  ///
  /// A `Refusal` that `work` throws before it changes anything is its answer. Any other error rolls
  /// the whole group back, and is the answer of each.
  /// - Returns: false, and calls nothing, after `close`.
  func submit(
    _ work: @escaping Work, isLong: Bool = false,
    completion: @escaping @Sendable (Response) -> Void
  ) -> Bool {
    queue.update { queue in
      guard !queue.isClosed else { return false }
      let job = Job(work: work, completion: completion)
      if isLong { queue.longJobs.append(job) } else { queue.jobs.append(job) }
      return true
    }
  }

  /// Returns when all that was submitted is committed and answered.
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
    let answers: [Response]
    do {
      answers = try transaction.commit { transaction in
        try jobs.map { job in
          do { return try job.work(transaction) } catch let refusal as Refusal {
            return refusal.response
          }
        }
      }
    } catch {
      complain("a change could not be written: \(error)")
      answers = jobs.map { _ in .failure(error) }
    }
    for (job, answer) in zip(jobs, answers) { job.completion(answer) }
  }
}

/// What a change works with. It stays on the writer's thread.
final class WriteTransaction: @unchecked Sendable {
  let connection: Connection
  private let clock: Clock
  private let files: StoreFiles
  private var purgedAt = Timestamp(microseconds: 0)

  init(connection: sending Connection, clock: Clock, files: StoreFiles) {
    self.connection = connection
    self.clock = clock
    self.files = files
  }

  /// A time for one row: later than any given before.
  func time() -> Timestamp { clock.next() }

  fileprivate func commit<Result>(
    _ body: (WriteTransaction) throws -> Result
  ) throws -> Result {
    try clock.group { reservation in
      let result = try connection.transaction {
        try purgeIdempotencyKeys()
        let result = try body(self)
        if let reservation { try reserve(reservation) }
        try files.check()
        return result
      }
      // Only now is it certain where the commit went.
      try files.check()
      return result
    }
  }

  private func reserve(_ time: Timestamp) throws {
    try connection.run("UPDATE clock SET reserved = ?", time.microseconds)
  }

  /// Notes which times were really given, so that the next run need not begin at those that could
  /// have been. Where that fails, it does.
  fileprivate func endReservation() { try? reserve(clock.close()) }

  private func purgeIdempotencyKeys() throws {
    guard Timestamp.now.seconds(since: purgedAt) > 3600 else { return }
    try IdempotencyKey.purge(in: connection)
    purgedAt = .now
  }
}
