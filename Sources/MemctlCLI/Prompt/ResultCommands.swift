import CommandLine
import MemctlCore

/// The commands that control where results go, and in which shape.

struct ModeCommand: PromptCommand {
  private static let shape = OptionalOperand<Output.Shape>(.choice("table|tsv|json"))

  static let spec = CommandSpec(
    ".mode", summary: "choose the format of results, wherever they go",
    discussion: ["Without a format: tables on a terminal, tab-separated lines everywhere else."],
    operands: [shape.spec],
    examples: [CommandExample(".mode json", shows: "show everything as JSON")])

  private let shape: Output.Shape?

  init(_ arguments: ParsedCommand) { shape = arguments[Self.shape] }

  func run(_ session: Session) -> ExitCode {
    session.settings.mode = shape
    return .success
  }
}

struct OutputCommand: PromptCommand {
  private static let file = OptionalOperand(.file("FILE"))

  static let spec = CommandSpec(
    ".output", summary: "send results to a file from now on; without FILE, to the screen again",
    discussion: ["The file is emptied first. Errors stay on the screen."],
    operands: [file.spec])

  private let path: String?

  init(_ arguments: ParsedCommand) { path = arguments[Self.file] }

  func run(_ session: Session) throws -> ExitCode {
    session.settings.output = try path.map { try OutputFile($0) }
    return .success
  }
}

struct OnceCommand: PromptCommand {
  private static let file = Operand(.file("FILE"))

  static let spec = CommandSpec(
    ".once", summary: "send the results of the next command to a file",
    operands: [file.spec],
    examples: [CommandExample(".once notes.tsv; list", shows: "the same as list > notes.tsv")])

  private let path: String

  init(_ arguments: ParsedCommand) { path = arguments[Self.file] }

  func run(_ session: Session) throws -> ExitCode {
    session.settings.outputOnce = try OutputFile(path)
    return .success
  }
}

struct TimerCommand: PromptCommand {
  static let spec = CommandSpec(
    ".timer", summary: "show how long each command takes", operands: [Switch.operand.spec])

  private let isOn: Bool

  init(_ arguments: ParsedCommand) { isOn = arguments[Switch.operand] == .on }

  func run(_ session: Session) -> ExitCode {
    session.settings.showsTime = isOn
    return .success
  }
}

struct ClearCommand: PromptCommand {
  static let spec = CommandSpec(
    ".clear", summary: "clear the screen",
    discussion: ["clear and Ctrl-L do the same."])

  static let aliases = ["clear", "cls"]

  init(_ arguments: ParsedCommand) {}

  func run(_ session: Session) -> ExitCode {
    // The cursor goes home, and what is on the screen and above it goes away.
    if session.context.terminal.showsProgress {
      printError("\u{1B}[H\u{1B}[2J\u{1B}[3J", terminator: "")
    }
    return .success
  }
}
