import Foundation
import MemoryModel

/// Makes a schedule shorter for as long as the same kind of promise still breaks.
public struct Shrinker {
  private let kind: Violation.Kind
  private let plants: Plants
  private let deadline: Date
  private var schedule: Schedule
  private var found: Simulation

  /// - Parameters:
  ///   - found: what the schedule led to: a violation.
  ///   - seconds: the time after which the shortest one so far is taken.
  /// - Returns: the shorter schedule and what it leads to.
  public static func shrink(
    _ schedule: Schedule, _ found: Simulation, plants: Plants = Plants(), seconds: Double = 20
  ) -> (Schedule, Simulation) {
    guard let kind = found.violation?.kind else { return (schedule, found) }
    var shrinker = Shrinker(
      kind: kind, plants: plants, deadline: Date().addingTimeInterval(seconds),
      schedule: schedule, found: found)
    repeat {} while shrinker.removeSteps() || shrinker.simplifySteps()
    return (shrinker.schedule, shrinker.found)
  }

  /// Takes `candidate` over if it still fails alike.
  private mutating func accept(_ candidate: Schedule) -> Bool {
    if Date() > deadline { return false }
    let result = Simulation(candidate, plants: plants)
    guard result.violation?.kind == kind else { return false }
    schedule = candidate
    found = result
    return true
  }

  private mutating func removeSteps() -> Bool {
    var hasChanged = false
    var size = max(1, schedule.steps.count / 2)
    while size > 0 {
      var start = 0
      while start < schedule.steps.count {
        var candidate = schedule
        candidate.steps.removeSubrange(start..<min(start + size, candidate.steps.count))
        if accept(candidate) { hasChanged = true } else { start += size }
      }
      size /= 2
    }
    return hasChanged
  }

  private mutating func simplifySteps() -> Bool {
    let simplifications: [(Step) -> Step] = [
      { with($0) { $0.crash = nil } }, { with($0) { $0.hasFaults = false } },
      { with($0) { $0.hasCompany = false } },
    ]
    var hasChanged = false
    for index in schedule.steps.indices {
      for simplify in simplifications {
        var candidate = schedule
        let step = schedule.steps[index]
        candidate.steps[index] = simplify(step)
        if candidate.steps[index] != step, accept(candidate) { hasChanged = true }
      }
    }
    return hasChanged
  }
}

private func with(_ step: Step, _ change: (inout Step) -> Void) -> Step {
  var step = step
  change(&step)
  return step
}
