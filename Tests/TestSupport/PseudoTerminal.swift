import Foundation

/// A terminal for one program, with so many columns. What the program writes comes out as it is, and
/// what is typed is not echoed.
public final class PseudoTerminal {
  let programEnd: Int32
  private let reader: Reader
  private let ownEnd: Int32

  public init(columns: Int = 80) {
    var (own, program) = (Int32(-1), Int32(-1))
    var size = winsize(ws_row: 24, ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
    precondition(openpty(&own, &program, nil, nil, &size) == 0, "no terminal is left")
    for end in [own, program] { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    var settings = termios()
    tcgetattr(program, &settings)
    settings.c_lflag &= ~UInt32(ECHO)
    settings.c_oflag &= ~UInt32(OPOST)
    tcsetattr(program, TCSANOW, &settings)
    ownEnd = own
    programEnd = program
    reader = Reader(own)
  }

  /// Whether it shows what is typed; at first it does not.
  public var echoes: Bool {
    get { settings.c_lflag & UInt32(ECHO) != 0 }
    set {
      var settings = settings
      settings.c_lflag =
        newValue ? settings.c_lflag | UInt32(ECHO) : settings.c_lflag & ~UInt32(ECHO)
      tcsetattr(programEnd, TCSANOW, &settings)
    }
  }

  private var settings: termios {
    var settings = termios()
    tcgetattr(programEnd, &settings)
    return settings
  }

  public func type(_ text: String) { _ = text.withCString { write(ownEnd, $0, strlen($0)) } }

  /// Waits until programs have written `text`.
  public func awaitText(_ text: String) { reader.await(text) }

  /// All that programs have written, once the last of them has ended.
  public func transcript() -> String {
    close(programEnd)
    Reader.drain([reader])
    return reader.rest
  }
}
