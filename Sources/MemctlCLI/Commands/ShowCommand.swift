import CommandLine
import JSON
import MemctlCore

struct ShowCommand: Command {
  private static let ids = Operands(.memory("ID"), .oneOrMore)

  static let spec = CommandSpec(
    "show", summary: "show memories in full",
    discussion: ["Reads only the cache, never the network."],
    options: [Flag.reveal.spec],
    operands: [ids.spec],
    examples: [
      CommandExample("memctl show 12", shows: "show a memory"),
      CommandExample("memctl show server:840 --json", shows: "show one by its id on the server"),
    ])

  private let names: [MemoryName]
  private let revealed: Bool

  init(_ arguments: ParsedCommand) throws {
    names = try arguments[Self.ids]
    revealed = arguments[Flag.reveal]
  }

  func run(_ context: Context) throws -> ExitCode {
    let cache = try context.cache(.read)
    let memories = try names.map { try $0.find(in: cache) }
    let output = context.output
    for (index, memory) in memories.enumerated() {
      switch output.shape {
      case .json: output.json(memory.members(revealed: revealed))
      case .tabs:
        for (name, text) in memory.shown(revealed, nil) {
          output.line("\(name)\t\(text.escapedField)")
        }
      case .terminal:
        if index > 0 { output.line("") }
        let isWithheld = try cache.isWithheld(memory.id)
        for (name, text) in memory.shown(revealed, output.now, isWithheld).dropLast() {
          output.line(output.style.label(name) + text.printable)
        }
        output.line("")
        let content = memory.fields.content(revealed: revealed)
        output.line(content?.printableLines ?? "\(Masking.placeholder), shown with --reveal")
      }
    }
    return .success
  }
}

extension Memory {
  /// Names and texts, the content last; for people if `now` is given.
  fileprivate func shown(
    _ revealed: Bool, _ now: Timestamp?, _ isWithheld: Bool = false
  ) -> [(String, String)] {
    let notSynced =
      isWithheld ? "withheld: memctl queue add \(id.rawValue) sends it" : "not synced yet"
    func time(_ text: String) -> String { now.map(text.withDistance) ?? text }
    return [
      ("id", "\(id.rawValue)"),
      ("server_id", serverID.map { "\($0.rawValue)" } ?? (now == nil ? "" : notSynced)),
    ] + fields.labelled + [
      ("created", time(createdAt)), ("updated", time(updatedAt)),
      ("content", fields.content(revealed: revealed) ?? ""),
    ]
  }
}
