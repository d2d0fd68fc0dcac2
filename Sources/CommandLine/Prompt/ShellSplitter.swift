/// Splits the text of a prompt or a script into commands and their words, as a POSIX shell does: with
/// quotes, backslashes, comments, `;`, `&&`, `||`, and a `~` at the beginning of a word.
///
/// Variables and patterns, which a shell would replace, are taken literally. From the first `|`, `<` or
/// `>` on, the rest of the command is left to a real shell, and so is all of a line after `!`. The text
/// may come in pieces.
public struct ShellSplitter: Sendable {
  /// The word at the end of the text.
  public struct Word: Hashable, Sendable {
    public let text: String
    /// The bytes that it takes at the end of the text, with its quotes.
    public let length: Int
  }

  private let home: String?
  private let shellCommand: String?
  private var complete: [[CommandWords]] = []
  /// The commands before the one that is being read, which are joined to it.
  private var joined: [CommandWords] = []
  private var condition = CommandWords.Condition.always
  private var words: [String] = []
  private var word: [UInt8]?
  private var wordStart = 0
  /// The bytes of the word before its first quote or backslash; nil if there is none.
  private var plainLength: Int?
  private var tail: [UInt8]?
  /// Whether the tail ends with a `|`, after which a shell waits for a command.
  private var tailIsOpen = false
  /// The parentheses that are open in the tail.
  private var depth = 0
  private var quote: UInt8?
  private var isEscaped = false
  /// Whether the backslash began the word, which does not exist if a line break follows.
  private var escapeBeganWord = false
  private var isComment = false
  /// Whether the last byte was a `&`.
  private var isAmpersand = false
  /// Whether the tail began with `!`.
  private var isForShellAlone = false
  private var position = 0
  private var line = 1
  private var commandLine = 1
  private var quoteLine = 1

  /// - Parameters:
  ///   - home: what a `~` at the beginning of a word stands for; nil if it is literal.
  ///   - shellCommand: the name of the command that gives the rest of its line to a shell, as one word;
  ///     `!` stands for it. Nil if there is none.
  public init(home: String? = nil, shellCommand: String? = nil) {
    self.home = home
    self.shellCommand = shellCommand
  }

  /// Takes the next piece of the text.
  ///
  /// - Throws: `UsageError` for what cannot be a command; the splitter cannot be used any more then.
  public mutating func read(_ text: String) throws(UsageError) {
    for byte in text.utf8 {
      position += 1
      if tail == nil { try take(byte) } else { try takeForShell(byte) }
      if byte == .lineFeed { line += 1 }
    }
  }

  /// The commands that are complete since the last call, each ended by a line break or `;`; together
  /// with those that `&&` and `||` join to it.
  public mutating func takeCommands() -> [[CommandWords]] {
    defer { complete.removeAll() }
    return complete
  }

  /// Whether a command has begun that is not complete. After a line break: a quote is open, or a
  /// backslash, `|`, `&&` or `||` ended the line.
  public var isOpen: Bool {
    word != nil || !words.isEmpty || tail != nil || condition != .always
  }

  /// The words of an incomplete command before the one that the text ends with.
  public var wordsBefore: [String] { words }

  /// The word that the text ends with, which is empty after a space; nil in a comment, within `&&`, and
  /// in what is left to a shell.
  public var lastWord: Word? {
    if isComment || isAmpersand || tail != nil { return nil }
    guard let word else { return Word(text: "", length: 0) }
    return Word(text: String(decoding: word, as: UTF8.self), length: position - wordStart)
  }

  /// Whether the text ends in what is left to a shell.
  public var isInTail: Bool { tail != nil }

  /// Ends the text.
  ///
  /// - Throws: `UsageError` if a quote is open.
  public mutating func end() throws(UsageError) {
    if let quote {
      throw UsageError(
        message: "the \(quote == .apostrophe ? "'" : "\"") on line \(quoteLine) is never closed",
        hint: "close it, or put a backslash before it if it is meant literally")
    }
    if isEscaped { takeEscaped(.lineFeed) }
    if isAmpersand { try takeSecondAmpersand(.lineFeed) }
    try endCommand()
    if condition != .always { throw missingCommand("after", condition.spelling) }
  }

  // MARK: Words

  private mutating func take(_ byte: UInt8) throws(UsageError) {
    if isEscaped {
      takeEscaped(byte)
    } else if isAmpersand {
      try takeSecondAmpersand(byte)
    } else if let quote {
      if byte == quote {
        self.quote = nil
      } else if byte == .backslash, quote == .quotationMark {
        isEscaped = true
      } else {
        append(byte)
      }
    } else if byte == .lineFeed {
      isComment = false
      try endCommand()
    } else if !isComment {
      try takeBare(byte)
    }
  }

  private mutating func takeBare(_ byte: UInt8) throws(UsageError) {
    switch byte {
    case .blank, .tabulator:
      endWord()
      if let shellCommand, words == [shellCommand] { beginShellLine(shellCommand) }
    case .exclamationMark where word == nil && words.isEmpty && shellCommand != nil:
      beginShellLine(shellCommand!)
    case .backslash:
      escapeBeganWord = word == nil
      begin()
      isEscaped = true
    case .apostrophe, .quotationMark:
      begin()
      notePlainLength()
      quote = byte
      quoteLine = line
    case .hash where word == nil: isComment = true
    case .semicolon:
      try endCommand()
      if condition != .always { throw missingCommand("after", condition.spelling) }
    case .bar, .less, .greater: try beginTail(byte)
    case .ampersand: isAmpersand = true
    default: append(byte)
    }
  }

  private mutating func takeSecondAmpersand(_ byte: UInt8) throws(UsageError) {
    isAmpersand = false
    guard byte == .ampersand else {
      throw UsageError(
        message: "'&' does not run commands in the background here",
        hint: "&& joins commands; quote it if it is meant literally: '&'")
    }
    try endCommand(before: .ifSucceeded)
  }

  private mutating func takeEscaped(_ byte: UInt8) {
    isEscaped = false
    // A backslash before a line break removes both.
    if byte == .lineFeed {
      if escapeBeganWord, quote == nil { word = nil }
      return
    }
    notePlainLength()
    if quote != nil, !Self.escapableInQuotes.contains(byte) { append(.backslash) }
    append(byte)
  }

  private static let escapableInQuotes = Array("$`\"\\".utf8)

  private mutating func begin() {
    if word != nil { return }
    word = []
    wordStart = position - 1
    if words.isEmpty { commandLine = line }
  }

  private mutating func append(_ byte: UInt8) {
    begin()
    word!.append(byte)
  }

  private mutating func notePlainLength() { plainLength = plainLength ?? word?.count }

  private mutating func endWord() {
    guard let bytes = word else { return }
    words.append(String(decoding: expanded(bytes), as: UTF8.self))
    word = nil
    plainLength = nil
  }

  /// A `~` stands for the home folder if neither it nor the slash after it is quoted.
  private func expanded(_ word: [UInt8]) -> [UInt8] {
    guard let home, word.first == .tilde else { return word }
    let plain = plainLength ?? word.count
    guard word.count == 1 ? plainLength == nil : plain >= 2 && word[1] == .slash else {
      return word
    }
    return Array(home.utf8) + word.dropFirst()
  }

  /// - Parameter next: how the next command is joined to this one; nil if it is not.
  private mutating func endCommand(
    before next: CommandWords.Condition? = nil
  ) throws(UsageError) {
    endWord()
    let tail = String(decoding: tail ?? [], as: UTF8.self)
    if words.isEmpty {
      if !tail.isEmpty { throw missingCommand("before", "\(tail.prefix(1))") }
      if let next { throw missingCommand("before", next.spelling) }
      // A command may be joined to one on an earlier line.
      return
    }
    joined.append(
      CommandWords(
        words: isForShellAlone ? words + [tail] : words, tail: isForShellAlone ? "" : tail,
        line: commandLine, condition: condition))
    condition = next ?? .always
    if next == nil {
      complete.append(joined)
      joined = []
    }
    words = []
    self.tail = nil
    isForShellAlone = false
    depth = 0
  }

  private func missingCommand(_ place: String, _ sign: String) -> UsageError {
    UsageError(
      message: "there is no command \(place) '\(sign)'",
      hint: "quote it if it is meant literally: '\(sign)'")
  }

  // MARK: The tail

  /// Digits right before `<` or `>` name a stream.
  private mutating func beginTail(_ byte: UInt8) throws(UsageError) {
    var stream: [UInt8] = []
    if byte != .bar, plainLength == nil, let word, word.allSatisfy({ (0x30...0x39).contains($0) }) {
      stream = word
      self.word = nil
    }
    endWord()
    tail = stream + [byte]
    tailIsOpen = byte == .bar
  }

  private mutating func beginShellLine(_ command: String) {
    if words.isEmpty { commandLine = line }
    words = [command]
    tail = []
    tailIsOpen = false
    isForShellAlone = true
  }

  /// Copies what is left to a shell, and finds its end.
  private mutating func takeForShell(_ byte: UInt8) throws(UsageError) {
    if isEscaped {
      isEscaped = false
    } else if let quote {
      if byte == quote { self.quote = nil }
      isEscaped = byte == .backslash && quote == .quotationMark
    } else if byte == .lineFeed {
      isComment = false
      if !tailIsOpen { return try endCommand() }
    } else if !isComment {
      if !isForShellAlone {
        if byte == .semicolon, depth == 0 { return try endCommand() }
        if byte == .bar, tail == [.bar] {
          tail = nil
          return try endCommand(before: .ifFailed)
        }
      }
      try takeBareForShell(byte)
    }
    tail!.append(byte)
  }

  private mutating func takeBareForShell(_ byte: UInt8) throws(UsageError) {
    if byte == .less, tail!.last == .less, !isForShellAlone {
      throw UsageError(
        message: "here-documents ('<<') do not work here",
        hint: "use quotes instead: a quoted text can span several lines")
    }
    let isBlank = byte == .blank || byte == .tabulator
    switch byte {
    case .backslash: isEscaped = true
    case .apostrophe, .quotationMark:
      quote = byte
      quoteLine = line
    case .open: depth += 1
    case .closed: depth = max(0, depth - 1)
    case .hash: isComment = tail!.last == .blank || tail!.last == .tabulator
    default: break
    }
    if !isBlank, !isComment { tailIsOpen = byte == .bar }
  }
}

extension CommandWords.Condition {
  fileprivate var spelling: String {
    switch self {
    case .always: ";"
    case .ifSucceeded: "&&"
    case .ifFailed: "||"
    }
  }
}

extension UInt8 {
  fileprivate static let tabulator = UInt8(ascii: "\t")
  fileprivate static let lineFeed = UInt8(ascii: "\n")
  fileprivate static let blank = UInt8(ascii: " ")
  fileprivate static let exclamationMark = UInt8(ascii: "!")
  fileprivate static let quotationMark = UInt8(ascii: "\"")
  fileprivate static let hash = UInt8(ascii: "#")
  fileprivate static let ampersand = UInt8(ascii: "&")
  fileprivate static let apostrophe = UInt8(ascii: "'")
  fileprivate static let open = UInt8(ascii: "(")
  fileprivate static let closed = UInt8(ascii: ")")
  fileprivate static let slash = UInt8(ascii: "/")
  fileprivate static let semicolon = UInt8(ascii: ";")
  fileprivate static let less = UInt8(ascii: "<")
  fileprivate static let greater = UInt8(ascii: ">")
  fileprivate static let backslash = UInt8(ascii: "\\")
  fileprivate static let bar = UInt8(ascii: "|")
  fileprivate static let tilde = UInt8(ascii: "~")
}
