import MemoryModel
import MemorySync

/// The background loop: a full resync at the start, a sync at each interval, a full resync every
/// tenth time. While the key is refused, auth-check alone is asked.
public struct WatchLoop {
  public enum Cycle: String, Sendable { case sync, resync }

  private let synchronizer: () throws -> Synchronizer
  /// Seconds from the end of a cycle to the start of the next.
  private let interval: Double
  private static let resyncEvery = 10

  /// - Parameter synchronizer: asked for at each cycle and given up after it, so that each opens the cache
  ///   that the path names then, also after another one was put in its place.
  public init(interval: Double, synchronizer: @escaping () throws -> Synchronizer) {
    self.interval = interval
    self.synchronizer = synchronizer
  }

  /// Runs until it is to end, calling `ended` after each cycle. A cycle that fails
  /// is reported, and the next one comes all the same.
  ///
  /// What is on its way when the cancellation comes is settled before this returns.
  ///
  /// - Parameter pause: waits for so many milliseconds, or less where the next cycle is to come at
  ///   once; true when the loop is to end.
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
