import CommandLine
import MemctlCore

/// How the user names a memory.
enum MemoryName: ArgumentValue, CustomStringConvertible {
  case local(LocalID)
  case server(ServerID)

  static let prefix = "server:"

  /// - Throws: `Problem` of kind `.usage`.
  init(argument text: String) throws(Problem) {
    let isServer = text.hasPrefix(Self.prefix)
    guard let number = Int64(isServer ? text.dropFirst(Self.prefix.count) : text[...]), number > 0
    else {
      throw Problem(
        .usage, "'\(text)' is not the id of a memory", hint: "\(.list) shows the ids")
    }
    self = isServer ? .server(ServerID(rawValue: number)) : .local(LocalID(rawValue: number))
  }

  var description: String {
    switch self {
    case .local(let id): "\(id.rawValue)"
    case .server(let id): "\(Self.prefix)\(id.rawValue)"
    }
  }

  /// - Throws: `Problem` of kind `.notFound`.
  func find(in cache: Cache) throws -> Memory {
    let found =
      switch self {
      case .local(let id): try cache.memory(id)
      case .server(let id): try cache.memory(id)
      }
    guard let found else { throw Problem.noMemory("\(self)") }
    return found
  }
}

/// The memories that the user names on the line or, for `-`, on stdin.
struct MemoryNames {
  private let names: [MemoryName?]

  /// - Throws: `Problem` of kind `.usage`.
  init(_ words: [String]) throws(Problem) {
    var names: [MemoryName?] = []
    for word in words { names.append(word == "-" ? nil : try MemoryName(argument: word)) }
    self.names = names
  }

  /// The memories in their order, each once.
  ///
  /// - Throws: `Problem` of kind `.notFound`, or of kind `.usage` for what is no id.
  func find(in cache: Cache) throws -> [Memory] {
    var memories: [Memory] = []
    var known: Set<LocalID> = []
    for name in try names.flatMap({ name in try name.map { [$0] } ?? Self.piped() }) {
      let memory = try name.find(in: cache)
      if known.insert(memory.id).inserted { memories.append(memory) }
    }
    return memories
  }

  private static func piped() throws -> [MemoryName] {
    try StandardInput.text().split(whereSeparator: \.isWhitespace).map {
      try MemoryName(argument: String($0))
    }
  }
}

extension EntryID: ArgumentValue {
  /// - Throws: `Problem` of kind `.usage`.
  public init(argument text: String) throws(Problem) {
    guard let number = Int64(text), number > 0 else {
      throw Problem(
        .usage, "'\(text)' is not the id of a queue entry", hint: "\(.queue) shows the ids")
    }
    self.init(rawValue: number)
  }
}

extension TrashID: ArgumentValue {
  /// - Throws: `Problem` of kind `.usage`.
  public init(argument text: String) throws(Problem) {
    guard let number = Int64(text), number > 0 else {
      throw Problem(
        .usage, "'\(text)' is not an id in the trash", hint: "memctl trash shows the ids")
    }
    self.init(rawValue: number)
  }

  /// - Throws: `Problem` of kind `.notFound`.
  func find(in cache: Cache) throws -> TrashedMemory {
    guard let version = try cache.trash.version(self) else {
      throw Problem(
        .notFound, "there is no version \(rawValue) in the trash",
        hint: "memctl trash shows the ids")
    }
    return version
  }
}

extension ChangeID: ArgumentValue {
  /// - Throws: `Problem` of kind `.usage`.
  public init(argument text: String) throws(Problem) {
    guard let number = Int64(text), number > 0 else {
      throw Problem(.usage, "'\(text)' is not the id of a change", hint: "\(.log) shows the ids")
    }
    self.init(rawValue: number)
  }
}

extension ParsedCommand {
  /// The ids that a line names; nil for `--all`.
  ///
  /// - Throws: `Problem` of kind `.usage` if it has neither or both.
  func ids<ID>(_ ids: Operands<ID>, or all: Flag, of things: String) throws -> [ID]? {
    let all = self[all]
    guard all != isGiven(ids.spec) else {
      let command = "memctl \(path.joined(separator: " "))"
      throw Problem(
        .usage, all ? "give ids or --all, not both" : "which \(things)?",
        hint: "\(command) ID..., or \(command) --all")
    }
    return all ? nil : try self[ids]
  }
}
