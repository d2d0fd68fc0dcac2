import CommandLine
import JSON
import MemctlCore

struct WaitCommand: Command {
  private static let ids = Operands(.memory("ID"), .oneOrMore)

  static let spec = CommandSpec(
    "wait", summary: "send memories, and return when they are on the server",
    discussion: [
      """
      Sends the queue, retries while the server is away, and returns once the server has these \
      memories as they are in the cache, whichever program sent them. Ends with exit code 1 if \
      --timeout expires first, and with the problem's own exit code if it needs you, as when the \
      server rejects one of them (65).
      """
    ],
    options: [Option.timeout.spec],
    operands: [ids.spec],
    examples: [
      CommandExample("memctl wait 12 --timeout 30", shows: "wait for half a minute at most"),
      CommandExample(
        "memctl wait $(memctl store 'Prefers tabs' --json | jq .id)",
        shows: "store a memory, and wait until it is on the server"),
    ])

  private let names: [MemoryName]
  private let timeout: Double?

  init(_ arguments: ParsedCommand) throws {
    names = try arguments[Self.ids]
    timeout = arguments[Option.timeout]
  }

  func run(_ context: Context) throws -> ExitCode {
    let cache = try context.cache(.change)
    var ids: [LocalID] = []
    for name in names {
      let id = try name.find(in: cache).id
      if !ids.contains(id) { ids.append(id) }
    }
    let loop = Convergence(
      to: .memories(ids), of: cache, timeout: timeout, cancellation: context.cancellation
    ) { try context.synchronizer() }
    let alarm = Alarm(context.cancellation, cache: cache.path) {
      (try? cache.arrivals(of: ids))?.allSatisfy { $0.isWaiting } == false
    }
    let (end, report) = try loop.run(pause: alarm.waiting(with: context.progressLine))
    return try write(context, end, report, zip(ids, cache.arrivals(of: ids)).map { $0 })
  }

  private func write(
    _ context: Context, _ end: Convergence.End, _ report: SyncReport,
    _ arrivals: [(id: LocalID, arrival: Arrival)]
  ) throws -> ExitCode {
    let arrived = arrivals.compactMap { id, arrival in arrival.serverID.map { (id, $0) } }
    let others = arrivals.filter { $0.arrival.serverID == nil }.map(\.id)
    // What other entries of the queue met is no concern of these memories.
    var problems = end == .reached ? [] : report.problems
    if end == .timedOut { problems = [.late(others, because: problems.first)] }
    func list(_ numbers: [Int64]) -> JSONValue { .array(numbers.map { .integer($0) }) }
    context.output.write(
      Report(
        command: "wait",
        members: [
          .init("arrived", list(arrived.map(\.0.rawValue))),
          .init("server_ids", list(arrived.map(\.1.rawValue))),
          .init("waiting", list(others.map(\.rawValue))),
        ],
        summary: arrived.map { "\($0.rawValue) is on the server as \($1.rawValue)" },
        problems: problems),
      quiet: context.isQuiet)
    return end == .timedOut ? .isFalse : ExitCode(problems)
  }
}

extension Arrival {
  fileprivate var serverID: ServerID? { if case .arrived(let id) = self { id } else { nil } }
  fileprivate var isWaiting: Bool { if case .waiting = self { true } else { false } }
}

extension Problem {
  /// The time was over before all memories were on the server.
  fileprivate static func late(_ ids: [LocalID], because problem: Problem?) -> Problem {
    let what =
      ids.count == 1
      ? "memory \(ids[0].rawValue) is not on the server yet"
      : "\(grouped(ids.count)) memories are not on the server yet, the first of them \(ids[0].rawValue)"
    return Problem(
      .waiting, what + (problem.map { ": \($0.message)" } ?? ""),
      hint:
        "nothing is lost; \(.queue) shows what \(ids.count == 1 ? "it is" : "they are") waiting for"
    )
  }
}
