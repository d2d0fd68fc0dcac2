import MemoryModel
import MemorySync

/// The background loop: a resync at the start and at every tenth cycle, a sync at all others.
///
/// While the server refuses the key, only auth-check is called.
public struct WatchLoop {
  /// What a cycle does.
  public enum Cycle: String, Sendable { case sync, resync }

  private let synchronizer: () throws -> Synchronizer
  /// Seconds from the end of a cycle to the start of the next.
  private let interval: Double
  private static let resyncEvery = 10

  /// Creates a loop; `run` starts it.
  ///
  /// - Parameters:
  ///   - interval: seconds from the end of a cycle to the start of the next.
  ///   - synchronizer: called once for each cycle, so that each one opens the cache that the path
  ///     names at that time, even if the file was replaced.
  public init(interval: Double, synchronizer: @escaping () throws -> Synchronizer) {
    self.interval = interval
    self.synchronizer = synchronizer
  }

  /// Runs until `pause` ends it, calling `ended` after each cycle.
  ///
  /// A cycle that fails is reported, and the loop continues. Requests that are on their way when
  /// the cancellation comes are settled before this returns.
  ///
  /// - Parameters:
  ///   - pause: waits for the given number of milliseconds, or less if the next cycle is to start
  ///     at once; returns true to end the loop.
  ///   - ended: receives the cycle and its result; an error that it throws ends the loop.
  public func run(
    pause: (Int32) -> Bool, ended: (Cycle, Result<SyncReport, Problem>) throws -> Void
  ) throws {
    var count = 0
    repeat {
      let cycle: Cycle = count.isMultiple(of: Self.resyncEvery) ? .resync : .sync
      count += 1
      try ended(cycle, Result { () throws(Problem) in try perform(cycle) })
    } while !pause(Int32(interval * 1000))
  }

  private func perform(_ cycle: Cycle) throws(Problem) -> SyncReport {
    do {
      let synchronizer = try synchronizer()
      return try cycle == .resync ? synchronizer.resync() : synchronizer.sync()
    } catch let problem as Problem {
      throw problem
    } catch {
      throw Problem(.bug, "a sync failed with an unexpected error: \(error)")
    }
  }
}
