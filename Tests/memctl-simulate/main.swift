import Foundation
import Simulation

// memctl-simulate SEEDS         tries the seeds from 1 on
// memctl-simulate --seed N      replays one, with its trace
// memctl-simulate --all SEEDS   tries all, whatever fails on the way
// memctl-simulate --brief SEEDS names the first that fails, without its trace
// memctl-simulate --with HAZARD …  meets this hazard as well, of those that are left out otherwise
let given = Array(CommandLine.arguments.dropFirst())
let names = given.indices.dropFirst().filter { given[$0 - 1] == "--with" }
let hazards = names.reduce(into: Hazard.tried) { hazards, index in
  guard let hazard = Hazard(rawValue: given[index]) else {
    print("hazards: " + Hazard.allCases.map(\.rawValue).joined(separator: ", "))
    exit(64)
  }
  hazards.insert(hazard)
}
let arguments = given.indices.filter { !names.contains($0) && !names.contains($0 + 1) }
  .map { given[$0] }
guard let number = arguments.last.flatMap({ UInt64($0) }), number > 0 else {
  print("usage: memctl-simulate [--with HAZARD]… [--all | --brief] SEEDS | --seed N")
  exit(64)
}

func show(_ seed: UInt64) -> Bool {
  let schedule = Schedule(seed: seed, hazards: hazards)
  let simulation = Simulation(schedule)
  guard let violation = simulation.violation else {
    print(simulation.trace.lines.joined(separator: "\n"))
    print("seed \(seed) holds, trace \(String(simulation.trace.hash, radix: 16))")
    return true
  }
  let (shorter, again) = Shrinker.shrink(schedule, simulation)
  print(again.trace.lines.joined(separator: "\n"))
  print(
    """

    seed \(seed): \(violation.kind.rawValue): \(violation.message)
    \(shorter.steps.count) of its \(schedule.steps.count) steps are enough; they are above.
    Replay it with: make simulate SEED=\(seed)
    """)
  return false
}

if arguments.first == "--seed" { exit(show(number) ? 0 : 1) }

let isExhaustive = arguments.first == "--all"
let start = Date()
let campaign = Campaign(1...number, stopsAtFailure: !isExhaustive, hazards: hazards)
let seconds = Date().timeIntervalSince(start)
for (title, prefix) in [
  ("steps", "step."), ("meanwhile", "meanwhile."), ("faults", "fault."), ("crashes", "crash."),
] {
  let group = campaign.tally.group(prefix)
  let total = group.reduce(0) { $0 + $1.count }
  print("\(title): \(total)  " + group.map { "\($0.name) \($0.count)" }.joined(separator: ", "))
}
print(
  String(
    format: "%d schedules in %.1f s, %.1f a second; trace %llx", campaign.done, seconds,
    Double(campaign.done) / seconds, campaign.hash))
for failure in campaign.failures {
  print("seed \(failure.seed): \(failure.violation.kind.rawValue): \(failure.violation.message)")
}
if let failure = campaign.failures.first {
  if arguments.count == 1 { _ = show(failure.seed) }
  exit(1)
}
print("every promise held")
