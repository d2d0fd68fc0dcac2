import HTTPTransport
import CommandLine
import JSON
import MemoryAPI
import MemoryExchange
import MemoryModel

@testable import MemctlCLI
@testable import MemorySync

/// The parts of memctl that read what somebody else wrote. Each gets any bytes, and must neither trap
/// nor hang nor break what it promises of its result.
public enum FuzzTarget: String, CaseIterable, Sendable {
  /// The sync answer, record by record.
  case answer
  /// The answer to a store, a delete, an update, as an acknowledgement and as an error.
  case outcome
  /// The payload of a queue entry that another program wrote.
  case payload
  /// The command line; words are separated by NUL.
  case arguments
  /// A script, or what is typed at the prompt.
  case script
  /// Times and headers of the server's.
  case text
  /// A file to import; the first byte chooses the format.
  case file

  public func run(_ bytes: [UInt8]) {
    switch self {
    case .answer: Self.readAnswer(bytes)
    case .outcome: Self.judge(bytes)
    case .payload: Self.readPayload(bytes)
    case .arguments: Self.parse(bytes)
    case .script: Self.split(String(decoding: bytes, as: UTF8.self))
    case .text: Self.readText(String(decoding: bytes, as: UTF8.self))
    case .file: Self.readFile(bytes)
    }
  }

  private static func readAnswer(_ bytes: [UInt8]) {
    do {
      _ = try SyncAnswer.read(ResponseBody(bytes)) { record in
        guard case .success(let row) = record else { return }
        precondition(row.id.rawValue > 0, "an id is positive")
        precondition(row.fields.importance.isFinite, "an importance is a number")
        precondition(Timestamp(row.createdAt) != nil, "a row has a time")
        precondition(Timestamp(row.updatedAt) != nil, "a row has a time")
        precondition(!row.fields.content.utf8.contains(0), "no text is cut by a NUL")
      }
    } catch let problem as Problem {
      precondition(problem.kind == .invalidResponse, "an answer that cannot be read makes no sense")
    } catch {
      preconditionFailure("unexpected: \(error)")
    }
  }

  /// The first byte is the status, the second chooses what was asked.
  private static func judge(_ bytes: [UInt8]) {
    guard bytes.count >= 2 else { return }
    let id = ServerID(rawValue: 7)
    let operations: [QueuedOperation] = [
      .store(MemoryFields(content: "a"), localID: nil), .delete(id),
      .update(MemoryFields(content: "a"), id),
    ]
    let response = HTTPResponse(
      status: 200 + Int(bytes[0]) * 2, body: ResponseBody(Array(bytes.dropFirst(2))))
    let operation = operations[Int(bytes[1]) % operations.count]
    if case .acknowledged(let id?) = Outcome(of: operation, .success(response)) {
      precondition(id.rawValue > 0, "an id is positive")
    }
    let message = ServerMessage.text(of: response)
    precondition(message.unicodeScalars.count <= 301, "a message is short")
    precondition(!message.contains { $0.isNewline }, "a message is one line")
  }

  /// The first byte chooses the operation.
  private static func readPayload(_ bytes: [UInt8]) {
    guard let first = bytes.first else { return }
    let name = ["store", "delete", "update"][Int(first) % 3]
    let payload = String(decoding: bytes.dropFirst(), as: UTF8.self)
    guard let operation = try? QueuedOperation(name: name, payload: payload) else { return }
    precondition(
      (try? QueuedOperation(name: name, payload: operation.payload)) == operation,
      "what memctl writes it reads again")
  }

  private static func parse(_ bytes: [UInt8]) {
    let words = bytes.split(separator: 0, omittingEmptySubsequences: false).map {
      String(decoding: $0, as: UTF8.self)
    }
    do throws(UsageError) {
      let parsed = try Commands.table.parse(words)
      guard case .run = parsed.action else { return }
      precondition(
        Commands.all.contains { $0.path == parsed.path }, "what is to run is a command")
    } catch {
      precondition(!error.message.isEmpty, "an error says what is wrong")
    }
  }

  private static func split(_ text: String) {
    guard let whole = try? commands(in: [text]) else { return }
    precondition(
      (try? commands(in: text.unicodeScalars.map { String($0) })) == whole,
      "it is the same however it comes")
    for command in whole {
      precondition(!command.words.isEmpty, "a command has words")
      let quoted = command.words.map { "'\($0.replacing("'", with: "'\\''"))'" }
      precondition(
        (try? commands(in: [quoted.joined(separator: " ")]))?.map(\.words) == [command.words],
        "a quoted word is itself")
    }
  }

  private static func commands(in pieces: [String]) throws -> [CommandWords] {
    var splitter = ShellSplitter(home: "/home/a")
    for piece in pieces { try splitter.read(piece) }
    precondition(splitter.lastWord.map { $0.length >= 0 } ?? true, "a word has a length")
    try splitter.end()
    return splitter.takeCommands().flatMap { $0 }
  }

  private static func readFile(_ bytes: [UInt8]) {
    guard let first = bytes.first else { return }
    let bytes = Array(bytes.dropFirst())
    for name in [nil, "a.md"] { _ = ImportFormat(of: bytes, named: name, isListed: false) }
    let formats = ImportFormat.allCases
    var lastLine = 0
    do {
      try ImportReader.read(
        ByteStream(of: bytes), as: formats[Int(first) % formats.count]
      ) { line, result in
        precondition(line >= 1, "a line has a number")
        lastLine = max(lastLine, line)
        guard case .success(var memory) = result else { return }
        memory.resolveCategory(default: "facts")
        precondition(
          Category.all.contains(memory.fields.category), "a category is one of the known")
        for time in [memory.createdAt, memory.updatedAt] {
          precondition(time.map { Timestamp($0) != nil } ?? true, "a time can be read")
        }
        let parts = TextParts.split(memory.fields.content, title: memory.title, limit: 100)
        precondition(parts.allSatisfy { $0.unicodeScalars.count <= 100 }, "a part is short")
      }
    } catch {
      preconditionFailure("what cannot be read is a refusal: \(error)")
    }
    precondition(lastLine <= bytes.count { $0 == UInt8(ascii: "\n") } + 1, "a line is in the file")
  }

  private static func readText(_ text: String) {
    if let time = Timestamp(text) {
      precondition(Timestamp(time.description) == time, "a time that is written is read again")
    }
    if let pause = RetryAfter(text) {
      let now = Timestamp(microseconds: 1_772_366_400_500_000)
      let seconds = pause.time(from: now).seconds(since: now)
      precondition((0...RetryAfter.longest).contains(seconds), "a pause is bounded")
    }
    _ = CurlURL(text)
    _ = Redaction(text)?.couldStand(for: text)
  }
}
