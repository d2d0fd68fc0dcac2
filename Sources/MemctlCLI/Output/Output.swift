import CommandLine
import Glibc
import JSON
import MemctlCore
import System

/// Standard output, in one of the three shapes that memctl writes.
final class Output {
  enum Shape: String, CaseIterable, ArgumentValue {
    case table
    case tabs = "tsv"
    case json
  }

  let shape: Shape
  /// The shape that was asked for, whatever standard output is.
  let requestedShape: Shape?
  let style: Style
  /// Columns that a table may take.
  let width: Int
  /// Columns that lines of prose may take.
  let textWidth: Int
  let now: Timestamp
  private var paging: Paging
  private var buffer: [UInt8] = []
  private static let bufferSize = 1 << 16

  private enum Paging {
    /// What is written goes to standard output.
    case off
    /// The same, unless more than `rows` lines come at once.
    case possible(command: String, rows: Int)
    case on(Pager)
  }

  /// - Parameter shape: nil for the one that suits what standard output is.
  init(_ terminal: Terminal, shape: Shape? = nil, now: Timestamp = .now) {
    requestedShape = shape
    self.shape = shape ?? (terminal.isOutputTerminal ? .table : .tabs)
    style = Style(isOn: terminal.usesColor && self.shape != .json)
    width = terminal.columns ?? (terminal.isOutputTerminal ? terminal.width : Self.wide)
    textWidth = terminal.columns ?? terminal.width
    paging = terminal.pager.map { .possible(command: $0, rows: terminal.height - 1) } ?? .off
    self.now = now
  }

  /// A table that goes to a file has room.
  private static let wide = 1 << 20

  /// Writes a line; lines are gathered and go out in large pieces.
  func line(_ text: String) {
    buffer.append(contentsOf: text.utf8)
    buffer.append(UInt8(ascii: "\n"))
    if case .possible(let command, let rows) = paging { page(text, command, rows) }
    if buffer.count >= Self.bufferSize { write() }
  }

  private func page(_ text: String, _ command: String, _ rows: Int) {
    let rest = rows - max(1, (text.displayWidth + width - 1) / width)
    if rest >= 0 {
      paging = .possible(command: command, rows: rest)
    } else {
      paging = Pager(command).map { .on($0) } ?? .off
    }
  }

  /// Writes one JSON object in a line of its own. What a terminal would act on is escaped: there may be
  /// one at the end of the pipe.
  func json(_ members: [JSONValue.Member]) { line(JSONValue.object(members).text.escapedJSON) }

  /// Writes values in one line, separated by tabs, with the same escapes as `escapedField`.
  func fields(_ values: [JSONValue]) {
    for (index, value) in values.enumerated() {
      if index > 0 { buffer.append(UInt8(ascii: "\t")) }
      value.plain.appendField(to: &buffer)
    }
    line("")
  }

  /// Writes everything out now. What follows is no longer paged.
  func flush() {
    write()
    if case .possible = paging { paging = .off }
  }

  /// Writes everything out and waits until the user has left the pager.
  func finish() {
    flush()
    if case .on(let pager) = paging { pager.finish() }
    paging = .off
  }

  /// If the reader is gone, the program ends quietly; if output cannot be written, as on a full disk,
  /// it ends with an error.
  private func write() {
    var target = STDOUT_FILENO
    if case .on(let pager) = paging { target = pager.input }
    do throws(SystemError) {
      try FileDescriptor(rawValue: target).writeAll(buffer)
    } catch {
      if case .on(let pager) = paging {
        pager.finish()
        exit(ExitCode.success.rawValue)
      }
      // As a shell reports a program that SIGPIPE ended.
      if error.code == EPIPE { exit(141) }
      printError("memctl: cannot write the output: \(error)")
      printError("hint: check where the output goes; the command itself is done")
      exit(ExitCode.ioError.rawValue)
    }
    buffer.removeAll(keepingCapacity: true)
  }
}

/// Writes to standard error at once. If that fails, there is nobody left to tell.
func printError(_ text: String, terminator: String = "\n") {
  try? FileDescriptor.standardError.writeAll(Array((text + terminator).utf8))
}

/// Emphasis on a terminal; if it is off, texts stay as they are.
struct Style {
  /// The code of the escape sequence that begins it.
  enum Emphasis: String {
    case bold = "1"
    case dim = "2"
    case red = "31"
    case yellow = "33"
  }

  let isOn: Bool

  func bold(_ text: String) -> String { self(.bold, text) }
  func dim(_ text: String) -> String { self(.dim, text) }
  func red(_ text: String) -> String { self(.red, text) }
  func yellow(_ text: String) -> String { self(.yellow, text) }

  /// The name of a field, in a column of its own.
  func label(_ name: String) -> String { dim(name.replacing("_", with: " ").padding(to: 13)) }

  func callAsFunction(_ emphasis: Emphasis, _ text: String) -> String {
    isOn && !text.isEmpty ? "\u{1B}[\(emphasis.rawValue)m\(text)\u{1B}[0m" : text
  }
}
