import Glibc

/// What memctl knows of the terminal that it may be writing to.
struct Terminal {
  let isOutputTerminal: Bool
  let isErrorTerminal: Bool
  let isInputTerminal: Bool
  let usesColor: Bool
  /// Whether a line on standard error can be drawn over.
  let showsProgress: Bool

  enum ColorChoice: String, CaseIterable { case auto, always, never }

  init(color: ColorChoice, environment: [String: String]) {
    isOutputTerminal = isatty(STDOUT_FILENO) == 1
    isErrorTerminal = isatty(STDERR_FILENO) == 1
    isInputTerminal = isatty(STDIN_FILENO) == 1
    showsProgress = isErrorTerminal && environment["TERM"] != "dumb"
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

  /// Columns of the terminal; 80 where it does not tell.
  var width: Int {
    var size = winsize()
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }
}
