import JSON
import MemoryAPI

extension QueueEntry {
  /// Whether it carries a memory, which can be changed.
  public var isEditable: Bool { operationName == "store" || operationName == "update" }

  /// The operation with some fields replaced, as the server will store it. A payload that cannot be
  /// read becomes readable once every unreadable field is given; an invalid local id is left out.
  ///
  /// - Throws: `Problem` of kind `.invalidInput`.
  package func operation(replacing changes: MemoryChanges) throws -> QueuedOperation {
    let given = changes.members
    let payload = Payload(payload)
    let missing = payload.unreadable.filter { field in
      !given.contains { $0.name == field.requestName }
    }
    if !missing.isEmpty {
      throw Problem(
        .invalidInput,
        """
        entry \(id.rawValue) cannot be sent: its \(missing.map(\.requestName).asList) cannot be read
        """, hint: "give \(missing) as well")
    }
    let kept = payload.members.filter { member in
      !given.contains { $0.name == member.name }
        && (member.name != "local_id" || Payload.isReadable(member))
    }
    switch try readOperation(JSONValue.object(kept + given).text) {
    case .store(let fields, let localID): return .store(try fields.validated(), localID: localID)
    case .update(let fields, let id): return .update(try fields.validated(), id)
    case .delete: throw Problem.notEditable(self)
    }
  }

  /// The fields that have to be given again to mend an unreadable entry: empty if any change will
  /// do, nil if no change can mend it.
  public var fieldsThatMend: [MemoryField]? {
    guard isEditable else { return nil }
    let payload = Payload(payload)
    if operationName == "update", !payload.namesMemoryOnServer { return nil }
    return payload.unreadable
  }

  /// The memory that the entry stores, even if the rest of the entry cannot be read.
  package var storedMemory: LocalID? { operationName == "store" ? Payload(payload).localID : nil }

  private func readOperation(_ payload: String) throws -> QueuedOperation {
    do {
      return try QueuedOperation(name: operationName, payload: payload)
    } catch let error as UnreadableOperation {
      throw Problem(
        .invalidInput, "entry \(id.rawValue) cannot be repaired: \(error.reason)",
        hint: "\(.export(id)) saves what it contains, \(.drop(id)) removes it")
    }
  }
}

/// The payload of an entry, read as far as it goes.
private struct Payload {
  private let text: String
  /// The members before the damage; a text that is not valid Unicode is left out.
  private(set) var members: [JSONValue.Member] = []
  private var isWhole = true

  init(_ text: String) {
    self.text = text
    Array(text.utf8).withUnsafeBufferPointer { bytes in
      var reader = JSONReader(bytes)
      do {
        try reader.readObject { try readMember($1, &$0) }
        try reader.readEnd()
      } catch {
        isWhole = false
      }
    }
  }

  private mutating func readMember(_ name: JSONText, _ reader: inout JSONReader) throws {
    let value: JSONValue? =
      if try reader.peek() == .string {
        try reader.readString().string.map { .string($0) }
      } else {
        try JSONValue(reading: &reader)
      }
    if let name = name.string, let value {
      members.append(.init(name, value))
    } else {
      isWhole = false
    }
  }

  /// The fields that have to be given again.
  var unreadable: [MemoryField] {
    MemoryField.allCases.filter { field in
      let name = field.requestName
      if let member = members.last(where: { $0.name == name }) {
        return !Self.isReadable(member) || name == "content" && member.value.isNull
      }
      // A field that was lost to the damage must not silently get its default.
      return name == "content" || !isWhole && text.contains("\"\(name)\"")
    }
  }

  static func isReadable(_ member: JSONValue.Member) -> Bool {
    let payload = JSONValue.object([.init("content", ""), member]).text
    return (try? QueuedOperation(name: "store", payload: payload)) != nil
  }

  var localID: LocalID? {
    guard let member = members.last(where: { $0.name == "local_id" }), Self.isReadable(member)
    else { return nil }
    return member.value.int64.map(LocalID.init)
  }

  var namesMemoryOnServer: Bool {
    (try? QueuedOperation(name: "delete", payload: JSONValue.object(members).text)) != nil
  }
}

extension [String] {
  /// `a, b and c`
  fileprivate var asList: String {
    guard let last, count > 1 else { return first ?? "" }
    return dropLast().joined(separator: ", ") + " and " + last
  }
}

extension Problem {
  package static func meantForAnother(_ entry: QueueEntry) -> Problem {
    Problem(
      .invalidInput,
      """
      entry \(entry.id.rawValue) is about a memory on another server or account, so it cannot be \
      changed and sent here
      """,
      hint: "\(.drop(entry.id)) gives it up, \(.showEntry(entry.id)) says more")
  }

  package static func notEditable(_ entry: QueueEntry) -> Problem {
    let id = entry.id.rawValue
    let kind = entry.operationName
    return Problem(
      .invalidInput,
      kind == "delete"
        ? "entry \(id) is a delete: there is nothing in it to change"
        : "entry \(id) is a '\(kind)', which memctl does not know and cannot change",
      hint: "\(.drop(entry.id)) gives it up, \(.export(entry.id)) writes it out")
  }
}
