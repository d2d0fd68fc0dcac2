import CommandLine
import JSON
import MemctlCore

struct OriginShowCommand: Command {
  static let spec = CommandSpec(
    "show", summary: "tell which server and account the cache belongs to",
    discussion: ["Reads the cache alone, never the network."])

  init(_ arguments: ParsedCommand) {}

  func run(_ context: Context) throws -> ExitCode {
    let output = context.output
    let cache = try context.cache(.read)
    let origin = try cache.origin()
    let compared = try cache.lastComparison()
    var summary = ["no server yet; the next sync decides"]
    if let origin {
      let time = compared.flatMap(Timestamp.init)?.relative(to: output.now) ?? "never"
      summary = [
        "server    \(origin.address.printable)",
        "account   \((origin.account ?? "unknown").printable)",
        "compared  \(time)",
      ]
    }
    output.write(
      Report(
        command: "origin show",
        members: [
          .init("address", origin.map { .string($0.address) } ?? nil),
          .init("account", origin?.account.map { .string($0) } ?? nil),
          .init("compared_at", compared.map { .string($0) } ?? nil),
        ], summary: summary),
      quiet: context.isQuiet)
    return .success
  }
}

struct OriginMoveCommand: Command {
  private static let url = Operand(.text("URL"))

  static let spec = CommandSpec(
    "move", summary: "say that the server has a new address",
    discussion: [
      """
      The server at URL must be the one that the cache was filled from: the key must be that of the \
      same account, and the memories must be there under the same ids. Queue and ids stay. Otherwise \
      nothing changes (76). Then set MEMORY_API_URL to the new address.
      """
    ],
    operands: [url.spec],
    examples: [
      CommandExample(
        "memctl origin move https://memory.example.org", shows: "the same server, under a new name")
    ])

  private let address: String

  init(_ arguments: ParsedCommand) { address = arguments[Self.url] }

  func run(_ context: Context) throws -> ExitCode {
    let change = try context.synchronizer(at: address).moveOrigin()
    context.output.write(
      Report(
        command: "origin move",
        members: change.members + [.init("found", .integer(Int64(change.found)))],
        summary: ["the cache belongs to \(change.name); set MEMORY_API_URL to that address"]),
      quiet: context.isQuiet)
    return .success
  }
}

struct OriginAdoptCommand: Command {
  private static let force = Flag("force", help: "also where the server has memories")

  static let spec = CommandSpec(
    "adopt", summary: "send all that is here to a new, empty server",
    discussion: [
      """
      Makes the cache that of the server that is configured, and queues every memory for it. This is \
      for a new server, and for one that lost its memories. Deletes and changes that wait for the \
      former server are dropped; what was dropped from the queue stays here. A server that has \
      memories is refused (76); with --force they are added to those here, and equal ones are taken \
      for the same.
      """,
      """
      The new server gives each memory a new id and a new time. End the other programs that use the \
      cache first.
      """,
    ],
    options: [force.spec],
    examples: [
      CommandExample(
        "memctl origin adopt --api-url https://new.example.org", shows: "queue all for a new server"
      ),
      CommandExample("memctl sync", shows: "send it"),
    ])

  private let force: Bool

  init(_ arguments: ParsedCommand) { force = arguments[Self.force] }

  func run(_ context: Context) throws -> ExitCode {
    let synchronizer = try context.synchronizer()
    let count = try context.cache().memoryCount()
    let address = try context.configuration.get().serverAddress()
    let what = count == 1 ? "the one memory" : "all \(grouped(count)) memories"
    guard context.confirm("send \(what) to \(address.printable)?") else {
      return .isFalse
    }
    let change = try synchronizer.adoptOrigin(force: force)
    var summary = ["the cache belongs to \(change.name)"]
    summary.append("\(grouped(change.queued)) queued; memctl sync sends them")
    if change.found > 0 { summary.append("\(grouped(change.found)) that the server had already") }
    if change.dropped > 0 {
      summary.append("\(grouped(change.dropped)) deletes and changes for the former server dropped")
    }
    context.output.write(
      Report(
        command: "origin adopt",
        members: change.members + [
          .init("queued", .integer(Int64(change.queued))),
          .init("found", .integer(Int64(change.found))),
          .init("dropped", .integer(Int64(change.dropped))),
        ], summary: summary),
      quiet: context.isQuiet)
    return .success
  }
}

extension OriginChange {
  fileprivate var name: String {
    "\(address.printable)" + (account.map { " as \($0.printable)" } ?? "")
  }

  fileprivate var members: [JSONValue.Member] {
    [
      .init("address", .string(address)), .init("account", account.map { .string($0) } ?? nil),
    ]
  }
}
