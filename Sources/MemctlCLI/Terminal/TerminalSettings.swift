import Glibc

/// How the terminal treats keys and output, at the time of `init`.
struct TerminalSettings {
  private var settings = termios()

  /// Nil if standard input is not a terminal.
  init?() { if tcgetattr(STDIN_FILENO, &settings) != 0 { return nil } }

  func restore() {
    var settings = settings
    tcsetattr(STDIN_FILENO, TCSADRAIN, &settings)
  }
}
