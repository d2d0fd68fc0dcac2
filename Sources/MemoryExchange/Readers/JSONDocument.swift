/// Cuts a JSON document of any length into the values of its lists, without reading it as a whole.
///
/// It takes a top-level array apart, arrays that are members of a top-level object under one of some
/// names, and any other top-level object as one value. What stands around the values is not checked;
/// they themselves are left to be read as JSON.
struct JSONDocument {
  /// The lists that hold memories.
  static let lists = ["memories"]

  private let lists: Set<String>
  private var line = 1
  private var state = State.top
  private var isInString = false
  private var isEscaped = false

  private enum State: Equatable {
    /// Between documents.
    case top
    /// In a list, before a value or after it.
    case list(String?)
    /// In a value of a list, by the number of open brackets.
    case value(String?, depth: Int)
    /// In a top-level object, by the number of open brackets.
    case object(depth: Int)
  }

  /// The value, or the top-level object, that is being read.
  private var captured: [UInt8] = []
  private var firstLine = 1
  private var isTooLong = false
  /// The top-level object: the last string at its own level, whether a colon has come after it, and
  /// whether it has turned out to be more than one value.
  private var key: [UInt8] = []
  private var isAfterColon = false
  private var hasLists = false

  init(lists: [String]) { self.lists = Set(lists) }

  typealias Body = (
    _ line: Int, _ list: String?, _ value: UnsafeBufferPointer<UInt8>?
  ) throws -> Void

  /// Calls `body` with each value, the line at which it begins, and the name of its list; with nil
  /// instead of a value that is too long.
  ///
  /// - Parameter enter: called with the name of each list that begins.
  /// - Throws: `JSONDocumentError` where the document makes no sense.
  mutating func read(
    _ stream: ByteStream, enter: (String) -> Void = { _ in }, _ body: Body
  ) throws {
    while let piece = try stream.next() {
      for byte in piece {
        try read(byte, enter, body)
        if byte == UInt8(ascii: "\n") { line += 1 }
      }
    }
    if state != .top { throw JSONDocumentError(line: line, reason: "it ends too early") }
  }

  private mutating func read(_ byte: UInt8, _ enter: (String) -> Void, _ body: Body) throws {
    switch state {
    case .top:
      if Self.isBlank(byte) { return }
      switch byte {
      case UInt8(ascii: "["): state = .list(nil)
      case UInt8(ascii: "{"):
        begin(byte)
        (key, isAfterColon, hasLists) = ([], false, false)
        state = .object(depth: 1)
      default:
        throw JSONDocumentError(line: line, reason: "this is neither a JSON object nor an array")
      }
    case .list(let name):
      if Self.isBlank(byte) || byte == UInt8(ascii: ",") { return }
      if byte == UInt8(ascii: "]") {
        state = name == nil ? .top : .object(depth: 1)
        return
      }
      begin(byte)
      state = .value(name, depth: Self.opens(byte) ? 1 : 0)
    case .value(let name, let depth): try readValue(byte, name, depth, body)
    case .object(let depth): try readObject(byte, depth, enter, body)
    }
  }

  private mutating func readValue(
    _ byte: UInt8, _ name: String?, _ depth: Int, _ body: Body
  ) throws {
    let isPlain = !continueString(byte)
    let isEnd = isPlain && (byte == UInt8(ascii: ",") || byte == UInt8(ascii: "]"))
    if depth == 0, isEnd || isPlain && Self.isBlank(byte) {
      try end(name, body)
      state = .list(name)
      if isEnd { try read(byte, { _ in }, body) }
      return
    }
    capture(byte)
    guard isPlain, byte != UInt8(ascii: "\"") else { return }
    if Self.opens(byte) { state = .value(name, depth: depth + 1) }
    if Self.closes(byte) {
      state = .value(name, depth: depth - 1)
      if depth == 1 {
        try end(name, body)
        state = .list(name)
      }
    }
  }

  private mutating func readObject(
    _ byte: UInt8, _ depth: Int, _ enter: (String) -> Void, _ body: Body
  ) throws {
    let wasInString = isInString
    let isPlain = !continueString(byte)
    if !hasLists { capture(byte) }
    if depth == 1, !isAfterColon {
      if isInString, !wasInString {
        key = []
      } else if wasInString, isInString, key.count < 64 {
        key.append(byte)
      }
    }
    guard isPlain, byte != UInt8(ascii: "\""), !Self.isBlank(byte) else { return }
    if depth == 1,
      byte == UInt8(ascii: "[") || byte == UInt8(ascii: ",") || byte == UInt8(ascii: ":")
    {
      let name = String(decoding: key, as: UTF8.self)
      if byte == UInt8(ascii: "["), isAfterColon, lists.contains(name) {
        hasLists = true
        (captured, isAfterColon) = ([], false)
        enter(name)
        state = .list(name)
        return
      }
      isAfterColon = byte == UInt8(ascii: ":")
    }
    if Self.opens(byte) { state = .object(depth: depth + 1) }
    if Self.closes(byte) {
      state = depth == 1 ? .top : .object(depth: depth - 1)
      if depth == 1, !hasLists { try end(nil, body) }
    }
  }

  /// - Returns: whether the byte is part of a string, its quotes not included.
  private mutating func continueString(_ byte: UInt8) -> Bool {
    guard isInString else {
      isInString = byte == UInt8(ascii: "\"")
      return false
    }
    if isEscaped {
      isEscaped = false
    } else if byte == UInt8(ascii: "\\") {
      isEscaped = true
    } else if byte == UInt8(ascii: "\"") {
      isInString = false
      return false
    }
    return true
  }

  private mutating func begin(_ byte: UInt8) {
    (firstLine, isTooLong) = (line, false)
    (isInString, isEscaped) = (byte == UInt8(ascii: "\""), false)
    captured = [byte]
  }

  private mutating func capture(_ byte: UInt8) {
    if captured.count < LineReader.limit {
      captured.append(byte)
    } else {
      isTooLong = true
    }
  }

  private mutating func end(_ name: String?, _ body: Body) throws {
    try captured.withUnsafeBufferPointer { try body(firstLine, name, isTooLong ? nil : $0) }
    captured.removeAll(keepingCapacity: !isTooLong)
  }

  private static func isBlank(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0a, 0x0d].contains(byte) }
  private static func opens(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[")
  }
  private static func closes(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]")
  }
}

/// Where and why a document cannot be read on.
struct JSONDocumentError: Error {
  let line: Int
  let reason: String
}
