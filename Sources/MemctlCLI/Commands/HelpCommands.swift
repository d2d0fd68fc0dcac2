import JSON
import CommandLine
import MemctlCore

struct HelpCommand: Command {
  private static let words = Operands(.helpWord, .any)

  static let spec = CommandSpec(
    "help", summary: "show help for a command or a topic",
    operands: [words.spec],
    examples: [
      CommandExample("memctl help queue show", shows: "show help for a command"),
      CommandExample("memctl help exit-codes", shows: "show help for a topic"),
    ])

  private let words: [String]

  init(_ arguments: ParsedCommand) { words = arguments[Self.words] }

  func run(_ context: Context) throws -> ExitCode {
    do throws(UsageError) {
      context.output.page(try HelpPage(for: words, in: context.table))
    } catch {
      throw Problem(error)
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
  private static let shell = Operand<Shell>(.choice("SHELL"))

  static let spec = CommandSpec(
    "completions", summary: "print the completion script for a shell",
    operands: [shell.spec],
    examples: [
      CommandExample(
        "source <(memctl completions bash)", shows: "enable completion in this bash session")
    ])

  private let shell: Shell

  init(_ arguments: ParsedCommand) { shell = arguments[Self.shell] }

  func run(_ context: Context) throws -> ExitCode {
    context.output.text(Completions(context.table).script(for: shell))
    return .success
  }
}

/// Prints the manual page; `make generate` keeps it in `man`.
struct ManCommand: Command {
  static let spec = CommandSpec("__man", summary: "print the manual page", isHidden: true)

  init(_ arguments: ParsedCommand) {}

  func run(_ context: Context) throws -> ExitCode {
    context.output.text(
      ManPage(context.table, version: Version.text, date: Version.date).roff())
    return .success
  }
}

/// Prints candidates for the shells' completion. Errors stay silent, as they would disturb the line
/// that is being typed.
struct CompleteCommand: Command {
  private static let kind = Operand(.text("KIND"))
  private static let prefix = OptionalOperand(.text("PREFIX"))

  static let spec = CommandSpec(
    Completions.command, summary: "print candidates for completion",
    operands: [kind.spec, prefix.spec],
    isHidden: true)

  private let kind: CompletionCandidates.Kind?
  private let prefix: String

  init(_ arguments: ParsedCommand) {
    kind = CompletionCandidates.Kind(rawValue: arguments[Self.kind])
    prefix = arguments[Self.prefix] ?? ""
  }

  func run(_ context: Context) throws -> ExitCode {
    let candidates = CompletionCandidates(context.table) { try context.cache(.read) }
    for candidate in kind.flatMap({ try? candidates.of($0, prefix: prefix) }) ?? [] {
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
