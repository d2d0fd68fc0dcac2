import CReadline
import Glibc

/// The line that is being typed, with readline's keys. There is only one, as there is one terminal.
enum LineEditor {
  enum Event {
    case typing, line(String), end
    /// A line that is not valid UTF-8.
    case unreadableLine
  }

  /// Finds what the line up to the cursor can become.
  nonisolated(unsafe) private static var completer: (String) -> Completer.Completion? = { _ in nil }
  nonisolated(unsafe) private static var lastCompletion: Completer.Completion?
  /// Lays the candidates out; lines with their line breaks.
  nonisolated(unsafe) private static var layOut: (Completer.Completion) -> String = { _ in "" }

  /// - Parameter signals: also end readline's own waiting.
  static func prepare(
    signals: SignalQueue,
    completer: @escaping (String) -> Completer.Completion?,
    layOut: @escaping (Completer.Completion) -> String
  ) {
    self.completer = completer
    self.layOut = layOut
    creadline_prepare("memctl", complete, list, signals.descriptor)
  }

  static func begin(_ prompt: PromptText) { creadline_begin(prompt.text) }

  /// Whether a key is waiting that `poll` on standard input does not report.
  static var hasKey: Bool { creadline_has_key() }

  /// Reads a key, if there is one.
  static func read() -> Event {
    var line: UnsafeMutablePointer<CChar>?
    switch creadline_read(&line) {
    case CREADLINE_LINE:
      defer { free(line) }
      return String(validatingCString: line!).map { .line($0) } ?? .unreadableLine
    case CREADLINE_UNREADABLE:
      free(line)
      return .unreadableLine
    case CREADLINE_END: return .end
    default: return .typing
    }
  }

  /// Abandons the line and begins another one below it.
  static func clear(_ prompt: PromptText) { creadline_clear(prompt.text) }

  static func setPrompt(_ prompt: PromptText) { creadline_set_prompt(prompt.text) }

  static func writeAbove(_ lines: [String]) {
    creadline_write_above(lines.map { $0 + "\n" }.joined())
  }

  static func remember(_ line: String) { creadline_remember(line, true, Int32(History.limit)) }

  /// Adds lines that are known to differ from each other.
  static func remember(allOf lines: [String]) {
    for line in lines { creadline_remember(line, false, Int32(History.limit)) }
  }

  private static let complete: creadline_completer = { before, appendsBlank in
    let completion = completer(before.map { String(cString: $0) } ?? "")
    lastCompletion = completion
    guard let completion else { return nil }
    appendsBlank?.pointee = completion.appendsBlank
    let lines = completion.lines.count == 1 ? [] : completion.lines
    return array(of: [completion.line] + lines)
  }

  private static let list: creadline_lister = {
    if let lastCompletion { creadline_write_below(layOut(lastCompletion)) }
  }

  /// An array as C has it, ended by a null pointer, for readline to free.
  private static func array(
    of texts: [String]
  ) -> UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? {
    let size = (texts.count + 1) * MemoryLayout<UnsafeMutablePointer<CChar>?>.stride
    let array = malloc(size)?.bindMemory(
      to: UnsafeMutablePointer<CChar>?.self, capacity: texts.count + 1)
    for (index, text) in texts.enumerated() { array?[index] = strdup(text) }
    array?[texts.count] = nil
    return array
  }
}
