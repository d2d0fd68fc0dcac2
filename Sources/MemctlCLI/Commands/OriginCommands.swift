import CommandLine
import JSON
import MemctlCore

struct OriginShowCommand: Command {
  static let spec = CommandSpec(
    "show", summary: "show which server and account the cache belongs to",
    discussion: ["Reads only the cache, never the network."])

  init(_ arguments: ParsedCommand) {}

  func run(_ context: Context) throws -> ExitCode {
    let output = context.output
    let cache = try context.cache(.read)
    let origin = try cache.origin()
    let compared = try cache.lastComparison()
    var summary = ["no server yet; the next sync sets it"]
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
    "move", summary: "tell memctl that the server has a new address",
    discussion: [
      """
      The server at URL must be the one that the cache was filled from: the key must belong to the \
      same account, and the memories must have the same ids there. Otherwise nothing changes (exit \
      code 76). The queue and all ids are kept. Afterwards, set MEMORY_API_URL to the new address.
      """
    ],
    operands: [url.spec],
    examples: [
      CommandExample(
        "memctl origin move https://memory.example.org", shows: "the server has a new name")
    ])

  private let address: String

  init(_ arguments: ParsedCommand) { address = arguments[Self.url] }

  func run(_ context: Context) throws -> ExitCode {
    let change = try context.synchronizer(at: address).moveOrigin()
    context.output.write(
      Report(
        command: "origin move",
        members: change.members + [.init("found", .integer(Int64(change.found)))],
        summary: ["the cache now belongs to \(change.name); set MEMORY_API_URL to that address"]),
      quiet: context.isQuiet)
    return .success
  }
}

struct OriginAdoptCommand: Command {
  private static let force = Flag("force", help: "proceed even if the server has memories")

  static let spec = CommandSpec(
    "adopt", summary: "send everything in the cache to a new, empty server",
    discussion: [
      """
      Ties the cache to the configured server and queues every memory for it. Use this for a new \
      server, or for one that has lost its memories. Deletes and changes that are queued for the \
      former server are dropped; a memory whose entry you dropped from the queue is not sent. A \
      server that already has memories is refused (exit code 76); with --force, its memories are \
      added to the cache, and equal memories are treated as one.
      """,
      """
      The new server gives each memory a new id and a new time. Stop all other programs that use the \
      cache first.
      """,
    ],
    options: [force.spec],
    examples: [
      CommandExample(
        "memctl origin adopt --api-url https://new.example.org",
        shows: "queue everything for a new server"
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
    guard try context.confirm("send \(what) to \(address.printable)?") else {
      return .isFalse
    }
    let change = try synchronizer.adoptOrigin(force: force)
    var summary = ["the cache now belongs to \(change.name)"]
    summary.append("\(grouped(change.queued)) queued; memctl sync sends them")
    if change.found > 0 { summary.append("\(grouped(change.found)) already on the server") }
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
