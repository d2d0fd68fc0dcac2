import CommandLine
import MemctlCore

/// The keys that some commands write as JSON.
struct JSONTable: Sendable {
  struct Key: Sendable {
    let name: String
    let meaning: String
    /// False if the object lacks the key when it does not apply.
    let isAlwaysThere: Bool

    init(_ name: String, _ meaning: String, isAlwaysThere: Bool = true) {
      self.name = name
      self.meaning = meaning
      self.isAlwaysThere = isAlwaysThere
    }
  }

  /// As a user types them, without `memctl`.
  let commands: [String]
  /// Whether the keys are part of a report, between its head and its errors.
  let isReport: Bool
  /// The command whose keys come first.
  let base: String?
  /// The keys that the base does not have.
  let ownKeys: [Key]
  let keys: [Key]

  static func report(_ command: String, keys: [Key]) -> JSONTable {
    JSONTable(commands: [command], isReport: true, base: nil, ownKeys: keys, keys: keys)
  }

  static func line(_ commands: String..., keys: [Key]) -> JSONTable {
    JSONTable(commands: commands, isReport: false, base: nil, ownKeys: keys, keys: keys)
  }

  func extended(for command: String, by ownKeys: [Key]) -> JSONTable {
    JSONTable(
      commands: [command], isReport: isReport, base: commands[0], ownKeys: ownKeys,
      keys: keys + ownKeys)
  }
}

/// What `memctl help json` says.
enum JSONTopic {
  static let topic = HelpTopic(
    "json", summary: "what --json writes, key by key",
    text: [
      """
      Reports are one object. \(lists) write JSON Lines: one object per line, and nothing for an \
      empty list.
      """,
      """
      A key is always present unless its text begins with "only"; where a value is unknown, hidden or \
      does not apply, it is null. Times are in ISO 8601. Later versions may add keys. With --fields, a \
      line of a list has the named keys alone, in their order.
      """,
      "Every report begins with schema, command and ok, and ends with errors:",
      .definitions(JSONTable.definitions(of: report)),
      """
      A command that cannot begin, list and its like included, writes these four keys alone. Each \
      error also goes to stderr as text, and has these keys:
      """,
      .definitions(JSONTable.definitions(of: error)),
      "The kinds of error, with the exit code of each:",
      .definitions(
        Problem.Kind.allCases.map {
          (term: $0.rawValue, text: "\(meaning(of: $0)) (\(exitCode(of: $0)))")
        }),
      """
      With --quiet, a report is written only if it has errors; counts, version and the lists are \
      written all the same.
      """,
    ] + tables.flatMap(\.blocks))

  /// `watch, list and show`
  private static var lists: String {
    let commands = tables.filter { !$0.isReport }.flatMap(\.commands)
    return commands.dropLast().joined(separator: ", ") + " and " + commands.last!
  }

  static let report: [JSONTable.Key] = [
    .init("schema", "1, until a key changes its meaning"),
    .init("command", "the command, such as \"queue drop\"; null if the command line names none"),
    .init("ok", "whether errors is empty"),
    .init("errors", "what went wrong, the first of each kind"),
  ]

  static let error: [JSONTable.Key] = [
    .init("kind", "what scripts can tell apart"),
    .init("message", "what happened"),
    .init("hint", "what to do next"),
  ]

  private static func exitCode(of kind: Problem.Kind) -> String {
    // A signal decides the code.
    kind == .interrupted ? "130, 143" : "\(ExitCode(kind).rawValue)"
  }

  private static func meaning(of kind: Problem.Kind) -> String {
    switch kind {
    case .usage: "the command line is wrong"
    case .rejected: "the server rejected an entry, which is a dead letter now"
    case .ambiguous:
      "memctl cannot tell whether an entry in doubt has arrived, and needs your answer"
    case .invalidInput: "the input is not valid"
    case .notFound: "there is no such memory, entry, version or file"
    case .bug: "a bug in memctl"
    case .file: "the cache or another local file cannot be used"
    case .offline: "the server cannot be reached, or its answer was lost"
    case .overloaded: "the server asks to be called later"
    case .serverFailed: "the server failed"
    case .gateway: "something between here and the server answered in its place"
    case .waiting: "nothing failed, but entries wait for a later attempt"
    case .busy: "another process is syncing, or is writing the cache"
    case .invalidResponse: "what answered is not a memory server, or its answer cannot be used"
    case .refused: "a safety check refused to go on"
    case .unauthorized: "the server does not accept the key"
    case .forbidden: "the server accepts the key, but does not let it fetch"
    case .configuration: "a setting is missing or wrong"
    case .certificate: "there is no secure connection to the server"
    case .interrupted: "a signal stopped memctl"
    }
  }
}

extension JSONTable {
  fileprivate var blocks: [HelpBlock] {
    let heading = commands.joined(separator: ", ") + (base.map { ", as \($0) and" } ?? "") + ":"
    return [.paragraph(heading), .definitions(Self.definitions(of: ownKeys))]
  }

  static func definitions(of keys: [Key]) -> [(term: String, text: String)] {
    keys.map { (term: $0.name, text: $0.meaning) }
  }
}
