import CommandLine
import JSON
import MemctlCore

struct QueueSettleCommand: Command {
  private static let memory = Option<MemoryName>(
    "is", Argument("server:N", .text), help: "it arrived as this memory on the server")
  private static let none = Flag("none", help: "it did not arrive; send it again")
  private static let id = Operand(.entry)

  static let spec = CommandSpec(
    "settle", summary: "tell memctl whether an entry in doubt has arrived",
    discussion: [
      """
      When the answer to a store is lost, memctl looks for the memory on the server before it sends \
      it again. If the server has removed a credential from the text, too little of it may be left to \
      recognize. Then memctl leaves the decision to you, and queue show lists the memories on the \
      server that it may be.
      """,
      """
      A wrong answer does harm: after --is, deleting one memory deletes the other; after --none, the \
      server may have the memory twice.
      """,
    ],
    options: [memory.spec, none.spec],
    operands: [id.spec],
    examples: [
      CommandExample("memctl queue settle 41 --is server:7", shows: "entry 41 arrived as memory 7"),
      CommandExample("memctl queue settle 41 --none", shows: "entry 41 did not arrive"),
    ])

  private let id: EntryID
  private let knowledge: DoubtAnswer

  init(_ arguments: ParsedCommand) throws {
    id = try arguments[Self.id]
    switch (try arguments[Self.memory], arguments[Self.none]) {
    case (let name?, false):
      guard case .server(let serverID) = name else {
        throw Problem(
          .usage, "'\(name)' is not the id of a memory on the server",
          hint: "write it as server:\(name)")
      }
      knowledge = .arrived(as: serverID)
    case (nil, true): knowledge = .missing
    default:
      throw Problem(
        .usage, "give either --is server:N or --none",
        hint: "\(.showEntry(id)) lists the memories that it may be")
    }
  }

  func run(_ context: Context) throws -> ExitCode {
    guard
      let settlement = try context.cache().queue.settle(id, by: knowledge, at: context.output.now)
    else { throw Problem.noEntry(id) }
    let (result, summary) =
      switch settlement {
      case .linked: ("linked", "settled entry \(id.rawValue): the server has its memory")
      case .queued: ("queued", "entry \(id.rawValue) will be sent again with the next sync")
      case .deleting(let delete):
        (
          "deleting",
          "the memory of entry \(id.rawValue) was deleted here; entry \(delete.rawValue) deletes it on the server"
        )
      case .trashed:
        (
          "trashed",
          "the memory of entry \(id.rawValue) has been deleted on the server since; it is in the trash"
        )
      case .ended: ("ended", "settled entry \(id.rawValue): nothing is left to do")
      }
    context.output.write(
      Report(
        command: "queue settle",
        members: [.init("id", .integer(id.rawValue)), .init("result", .string(result))],
        summary: [summary]),
      quiet: context.isQuiet)
    return .success
  }
}
