import CommandLine
import Glibc

/// What memctl knows about the terminal that it may be writing to.
struct Terminal {
  let isOutputTerminal: Bool
  let isErrorTerminal: Bool
  let isInputTerminal: Bool
  let colorChoice: ColorChoice
  let usesColor: Bool
  /// Whether a line on standard error can be drawn over.
  let showsProgress: Bool
  /// What `COLUMNS` says about the width of lines, which goes before the terminal's own.
  let columns: Int?
  /// The command that shows long results; nil for none.
  let pager: String?

  enum ColorChoice: String, CaseIterable, ArgumentValue { case auto, always, never }

  init(color: ColorChoice, environment: [String: String]) {
    colorChoice = color
    isOutputTerminal = isatty(STDOUT_FILENO) == 1
    isErrorTerminal = isatty(STDERR_FILENO) == 1
    isInputTerminal = isatty(STDIN_FILENO) == 1
    columns = environment["COLUMNS"].flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
    showsProgress = isErrorTerminal && environment["TERM"] != "dumb"
    pager = isOutputTerminal ? Pager.command(in: environment) : nil
    usesColor =
      switch color {
      case .always: true
      case .never: false
      case .auto: Self.wantsColor(environment, isTerminal: isOutputTerminal)
      }
  }

  /// <https://no-color.org> and <https://bixense.com/clicolors>.
  private static func wantsColor(_ environment: [String: String], isTerminal: Bool) -> Bool {
    func isSet(_ name: String) -> Bool { environment[name].map { !$0.isEmpty } ?? false }
    if isSet("NO_COLOR") { return false }
    if isSet("CLICOLOR_FORCE"), environment["CLICOLOR_FORCE"] != "0" { return true }
    return isTerminal && environment["TERM"] != "dumb"
  }

  /// Columns of the terminal; 80 if they are unknown.
  var width: Int { Self.width(of: STDOUT_FILENO) ?? 80 }

  /// Rows of the terminal; 24 if they are unknown.
  var height: Int {
    Self.size(of: STDOUT_FILENO).flatMap { $0.ws_row > 0 ? Int($0.ws_row) : nil } ?? 24
  }

  static func width(of descriptor: Int32) -> Int? {
    size(of: descriptor).flatMap { $0.ws_col > 0 ? Int($0.ws_col) : nil }
  }

  private static func size(of descriptor: Int32) -> winsize? {
    var size = winsize()
    return ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 ? size : nil
  }
}
