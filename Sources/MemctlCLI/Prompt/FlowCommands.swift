import CommandLine
import Glibc
import MemctlCore

/// The commands that control what runs when, and for how long.

struct ReadCommand: PromptCommand {
  private static let file = Operand(.file("FILE"))

  static let spec = CommandSpec(
    ".read", summary: "run the commands in a file",
    discussion: ["It stops at the first command that fails, unless .bail is off."],
    operands: [file.spec])

  private let path: String

  init(_ arguments: ParsedCommand) { path = arguments[Self.file] }

  func run(_ session: Session) throws -> ExitCode {
    ScriptRunner(session: session).run(try Script(path: path))
  }
}

struct BailCommand: PromptCommand {
  static let spec = CommandSpec(
    ".bail", summary: "stop a script at the first command that fails (on), or go on (off)",
    discussion: [
      "With off, a script ends with the most urgent exit code of its commands; see help exit-codes."
    ],
    operands: [Switch.operand.spec])

  private let isOn: Bool

  init(_ arguments: ParsedCommand) { isOn = arguments[Switch.operand] == .on }

  func run(_ session: Session) -> ExitCode {
    session.settings.stopsAtError = isOn
    return .success
  }
}

struct RepeatCommand: PromptCommand {
  private static let times = Option(
    "times", short: "n", .integer("N", 1...Int.max), help: "run it N times")
  private static let pause = Operand(.number("S", 0...86_400))
  private static let command = Operands(.text("COMMAND"), .line)

  static let spec = CommandSpec(
    ".watch", summary: "repeat a command, S seconds apart, until Ctrl-C",
    discussion: ["It continues if the command fails, and ends with the command's last exit code."],
    options: [times.spec],
    operands: [pause.spec, command.spec],
    examples: [
      CommandExample(".watch 2 queue --dead", shows: "list the dead letters every two seconds")
    ])

  static let takesTail = true

  private let pause: Double
  private let times: Int
  private let words: [String]

  init(_ arguments: ParsedCommand) {
    pause = arguments[Self.pause]
    times = arguments[Self.times] ?? .max
    words = arguments[Self.command]
  }

  func run(_ session: Session) -> ExitCode {
    let command = CommandWords(words: words, tail: session.tail)
    var code = ExitCode.success
    for time in 1...times {
      code = session.run(command)
      if session.signals.haveInterrupted || session.end != nil || time == times { break }
      session.signals.sleep(seconds: pause)
      if session.signals.haveInterrupted { break }
    }
    return code
  }
}

struct ShellCommand: PromptCommand {
  private static let line = Operands(.text("COMMAND"), .line)

  static let spec = CommandSpec(
    ".shell", summary: "give the rest of the line to a shell; !COMMAND does the same",
    operands: [line.spec],
    examples: [CommandExample("!ls *.md | wc -l", shows: "count files")])

  private let line: String

  init(_ arguments: ParsedCommand) throws {
    line = arguments[Self.line].joined(separator: " ")
    if line.allSatisfy(\.isWhitespace) {
      throw Problem(.usage, "there is no command after '!'", hint: "!ls lists the files here")
    }
  }

  func run(_ session: Session) throws -> ExitCode { try session.runShell(line) }
}

struct QuitCommand: PromptCommand {
  private static let code = OptionalOperand(.integer("CODE", 0...255))

  static let spec = CommandSpec(
    ".quit", summary: "leave the prompt, with an exit code",
    discussion: ["Ctrl-D, exit, quit and \\q leave it, too."],
    operands: [code.spec])

  static let aliases = ["exit", "quit", ".exit", "q", ":q"]

  private let code: ExitCode

  init(_ arguments: ParsedCommand) {
    code = ExitCode(rawValue: arguments[Self.code].map(Int32.init) ?? 0)
  }

  func run(_ session: Session) -> ExitCode {
    session.quit = code
    return code
  }
}
