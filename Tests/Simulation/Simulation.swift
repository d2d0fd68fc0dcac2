import Foundation

/// One simulated world from its beginning to its end.
public struct Simulation {
  public let violation: Violation?
  public let trace: Trace
  public let tally: Tally

  /// Lets a schedule happen, in a folder of its own that is removed afterwards.
  public init(_ schedule: Schedule, plants: Plants = Plants()) {
    let folder = Self.newFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let world = World(schedule, folder: folder, plants: plants)
    world.heading("seed \(schedule.seed): \(schedule.conditions)")
    for step in schedule.steps where world.violation == nil {
      world.perform(step)
      world.checkMachines()
    }
    if world.violation == nil { world.quiesce() }
    // A machine and its processes hold each other.
    for machine in world.machines { world.restart(machine) }
    violation = world.violation
    trace = world.trace
    tally = world.tally
  }

  /// In memory where the system has a place for that.
  private static func newFolder() -> String {
    let parent =
      FileManager.default.isWritableFile(atPath: "/dev/shm") ? "/dev/shm" : NSTemporaryDirectory()
    let path = "\(parent)/memctl-simulate-\(UUID().uuidString)"
    try! FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    return path
  }
}
