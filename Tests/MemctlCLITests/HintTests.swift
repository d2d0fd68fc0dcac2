import MemctlCore
import Testing

@testable import CommandLine
@testable import MemctlCLI

@Suite("What the core hints at")
struct HintTests {
  private static let entry = EntryID(rawValue: 7)
  private static let memory = ServerID(rawValue: 9)

  /// A step of each case in turn: a new case does not compile before it has its place.
  private static func next(_ step: Hint.Step) -> Hint.Step? {
    switch step {
    case .sync: .push
    case .push: .watch
    case .watch: .resync(force: false)
    case .resync(force: false, rehearsed: false): .resync(force: true)
    case .resync(force: true, rehearsed: false): .resync(force: true, rehearsed: true)
    case .resync(_, rehearsed: true): .list
    case .list: .show(LocalID(rawValue: 3))
    case .show: .store
    case .store: .delete(memory)
    case .delete: .log
    case .log: .undo(ChangeID(rawValue: 4), force: false)
    case .undo(let id, force: false): .undo(id, force: true)
    case .undo(_, force: true): .queue
    case .queue: .deadLetters
    case .deadLetters: .showEntry(entry)
    case .showEntry: .retry(entry)
    case .retry: .retryAll
    case .retryAll: .edit(entry)
    case .edit: .drop(entry)
    case .drop: .enqueue(LocalID(rawValue: 3))
    case .enqueue: .export(entry)
    case .export: .settle(entry)
    case .settle(_, nil): .settle(entry, answer: .missing)
    case .settle(_, .missing): .settle(entry, answer: .arrived(as: memory))
    case .settle(_, .arrived): .moveOrigin(address: "https://memory.example.org")
    case .moveOrigin: .adoptOrigin(force: false)
    case .adoptOrigin(force: false): .adoptOrigin(force: true)
    case .adoptOrigin(force: true): .repair
    case .repair: .login
    case .login: .doctor
    case .doctor: .doctorFix
    case .doctorFix: nil
    }
  }

  @Test(
    "is a command line that memctl takes", arguments: sequence(first: .sync, next: next).map(\.self)
  )
  func commandLine(step: Hint.Step) throws {
    let words = step.commandLine.split(separator: " ").map(String.init)
    #expect(words.first == Commands.table.program.name)
    #expect(try Commands.table.parse(Array(words.dropFirst())).action == .run)
  }

  @Test("is set with an option that memctl has, or with a variable", arguments: Setting.allCases)
  func setting(_ setting: Setting) {
    let names = ("\(setting)" as Hint).text.split(separator: " or ").map(String.init)
    let known = GlobalOptions.all.map { "--\($0.name)" } + setting.variables
    #expect(!names.isEmpty && names.allSatisfy(known.contains), "\(names)")
  }

  @Test("gives a field with an option of memctl queue edit", arguments: MemoryField.allCases)
  func field(_ field: MemoryField) {
    let names = ("\([field])" as Hint).text.split(separator: " or ").map(String.init)
    let known = QueueEditCommand.spec.options.map { "--\($0.name)" }
    #expect(!names.isEmpty && names.allSatisfy(known.contains), "\(names)")
  }

  @Test("is told in one sentence with the words around it")
  func sentence() {
    let hint: Hint = """
      give \([MemoryField.content, .tags, .isSensitive]) to \("what") is one of \
      \([Self.memory, ServerID(rawValue: 10)]), then \(.drop(Self.entry)); set \(.apiURL)
      """
    #expect(
      hint.text == """
        give --content, --tags and --sensitive or --no-sensitive to what is one of server:9, \
        server:10, then memctl queue drop 7; set MEMORY_API_URL or --api-url
        """)
    #expect(
      hint.description == """
        give content, tags and sensitive to what is one of 9, 10, then drop entry 7; set api-url
        """)
  }

  @Test("Two hints are the same where they say the same, however they were put together")
  func equality() {
    let end: Hint = "and \(.sync)"
    #expect("wait \("a while"), \(end)" as Hint == "wait a while, and \(.sync)")
    #expect("wait, and sync" as Hint != "wait, \(end)")
  }

  @Test("What was mended in a cache is told with the path and what became of the memories")
  func mending() {
    #expect(
      Mending.sharedServerIDs(3).text("/m.db") == """
        3 memories in /m.db had the same server id as another and went to the trash; see memctl \
        trash
        """)
    #expect(
      Mending.searchIndex.text("/m.db") == """
        the full-text index of /m.db was damaged and has been rebuilt; the memories are unharmed
        """)
  }
}
