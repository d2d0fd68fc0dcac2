import CommandLine
import MemctlCore

struct HelpCommand: Command {
  static let spec = CommandSpec(
    "help", summary: "show help for a command or a topic",
    operands: [OperandSpec("WORD", .dynamic("help"), .any)],
    examples: [
      CommandExample("memctl help queue show", shows: "show help for a command"),
      CommandExample("memctl help exit-codes", shows: "show help for a topic"),
    ])

  private let words: [String]

  init(_ arguments: ParsedCommand) { words = arguments.operands }

  func run(_ context: Context) throws -> ExitCode {
    do throws(UsageError) {
      context.output.page(try HelpPage(for: words, in: Memctl.table))
    } catch {
      throw Problem(.usage, error.message, hint: error.hint)
    }
    return .success
  }
}

struct VersionCommand: Command {
  static let spec = CommandSpec("version", summary: "show the version")

  init(_ arguments: ParsedCommand) {}

  func run(_ context: Context) throws -> ExitCode {
    if context.output.shape == .json {
      context.output.write(
        Report(command: "version", members: [.init("version", .string(Version.text))]), quiet: false
      )
    } else {
      context.output.line("memctl \(Version.text)")
    }
    return .success
  }
}

struct CompletionsCommand: Command {
  static let spec = CommandSpec(
    "completions", summary: "print the completion script for a shell",
    operands: [OperandSpec("SHELL", .choice(Shell.allCases.map(\.rawValue)))],
    examples: [
      CommandExample("source <(memctl completions bash)", shows: "complete in this bash session")
    ])

  private let shell: Shell

  init(_ arguments: ParsedCommand) {
    // The table lets only the names of shells through.
    shell = Shell(rawValue: arguments.operands[0])!
  }

  func run(_ context: Context) throws -> ExitCode {
    context.output.text(Completions(Memctl.table).script(for: shell))
    return .success
  }
}

/// Prints the manual page; `make generate` keeps it in `man`.
struct ManCommand: Command {
  static let spec = CommandSpec("__man", summary: "print the manual page", isHidden: true)

  init(_ arguments: ParsedCommand) {}

  func run(_ context: Context) throws -> ExitCode {
    context.output.text(
      ManPage(Memctl.table, version: Version.text, date: Version.date).roff())
    return .success
  }
}

/// Prints candidates for the shells' completion. Errors stay silent: they would spoil the line that
/// is being typed.
struct CompleteCommand: Command {
  static let spec = CommandSpec(
    Completions.command, summary: "print candidates for completion",
    operands: [OperandSpec("KIND")],
    isHidden: true)

  private let kind: String

  init(_ arguments: ParsedCommand) { kind = arguments.operands[0] }

  func run(_ context: Context) throws -> ExitCode {
    for candidate in (try? Candidates { try context.cache(.read) }.named(kind)) ?? [] {
      let value = candidate.value.printable
      context.output.line(
        candidate.description.isEmpty ? value : "\(value)\t\(candidate.description)")
    }
    return .success
  }
}

extension Output {
  /// Writes a text of several lines as it is.
  func text(_ text: String) {
    for part in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
      line(String(part))
    }
  }
}
