import CommandLine
import Glibc
import MemctlCore
import System

struct ReplCommand: Command {
  private static let command = RepeatableOption(
    "command", short: "c", .text("COMMAND"), help: "run this and end")
  private static let file = RepeatableOption(
    "file", short: "f", .file("FILE"),
    help: "run the commands in a file, or - for stdin, and end")
  private static let noStartScript = Flag("no-rc", help: "do not read replrc")

  static let spec = CommandSpec(
    "repl", summary: "take commands at a prompt, or from a script",
    discussion: [
      """
      On a terminal this is what memctl alone does. Each command is typed as in a shell, without the \
      word memctl; quotes, backslashes and # work as there, ; separates commands, and what follows \
      | < or > in a command is a shell's. Variables and patterns stand for themselves. An open quote \
      goes on in the next line.
      """,
      """
      Tab completes commands, options, files, categories, tags and ids. Ctrl-R finds earlier lines; \
      a line that begins with a blank or has --sensitive in it is not kept. Ctrl-C clears the line, \
      or asks the command that runs to stop; a second one abandons it. Ctrl-D leaves. ~/.inputrc \
      sets the keys.
      """,
      """
      Where there is a key for the server, memctl watch runs beside the prompt, which tells what \
      waits and whether the server is there. Results longer than the screen go through $PAGER.
      """,
      """
      With --command or --file, or where standard input is no terminal, it runs a script: no \
      greeting, no prompt, no history, no background sync. The first command that fails ends it with \
      its exit code.
      """,
      "Beside the commands of memctl there are:",
      .definitions(
        PromptCommands.all.map { (term: $0.spec.synopsis, text: "\($0.spec.summary)") }),
      "Files:",
      .definitions([
        (
          "~/.config/memctl/replrc",
          "commands that run before the first prompt, unless somebody else can write them"
        ),
        ("~/.local/state/memctl/history", "what was typed, the owner's alone"),
      ]),
    ],
    options: [command.spec, file.spec, noStartScript.spec],
    examples: [
      CommandExample("memctl repl", shows: "open the prompt"),
      CommandExample("memctl repl -c counts -c queue", shows: "run two commands"),
      CommandExample("memctl repl < commands.txt", shows: "run a script"),
    ])

  private let commands: [String]
  private let files: [String]
  private let readsStartScript: Bool

  init(_ arguments: ParsedCommand) throws {
    commands = arguments[Self.command]
    files = arguments[Self.file]
    readsStartScript = !arguments[Self.noStartScript]
    if !commands.isEmpty, !files.isEmpty {
      throw Problem(
        .usage, "give --command or --file, not both",
        hint: "the command .read FILE runs a file: memctl repl -c '.read FILE' -c counts")
    }
  }

  /// The prompt, as memctl alone on a terminal opens it.
  init() { (commands, files, readsStartScript) = ([], [], true) }

  func run(_ context: Context) throws -> ExitCode {
    let scripts = try self.scripts(context)
    let session: Session
    do throws(SystemError) {
      session = try Session(
        context, PromptTable(context.table, adding: PromptCommands.all),
        isInteractive: scripts.isEmpty,
        readsScriptFromInput: !scripts.isEmpty && commands.isEmpty
          && (files.isEmpty || files.contains("-")))
    } catch {
      throw Problem(.bug, "no signal can be waited for: \(error)")
    }
    if scripts.isEmpty {
      return Prompt(session).run(startScript: try startScript(context))
    }
    var worst = ExitCode.success
    for script in scripts where session.end == nil {
      let code = ScriptRunner(session: session).run(script)
      worst = ExitCode.worst(worst, code)
      if code != .success,
        session.settings.stopsAtError || session.signals.haveInterrupted
      {
        break
      }
    }
    return session.end ?? worst
  }

  /// None where somebody types.
  private func scripts(_ context: Context) throws -> [Script] {
    if !commands.isEmpty {
      return commands.enumerated().map { Script($0.element, number: $0.offset + 1) }
    }
    if !files.isEmpty { return try files.map { try $0 == "-" ? Script() : Script(path: $0) } }
    return context.terminal.isInputTerminal && context.terminal.isOutputTerminal ? [] : [Script()]
  }

  private func startScript(_ context: Context) throws -> Script? {
    let path =
      Configuration.folder(
        home: context.environment.home, environment: context.environment.variables) + "/replrc"
    guard readsStartScript, access(path, F_OK) == 0 else { return nil }
    let script = try Script(path: path)
    guard let reason = script.reasonForDistrust else { return script }
    printProblem(
      Problem(
        .configuration, "\(path) was not run: \(reason)",
        hint: "once you trust its contents, make it yours alone: chown and chmod go-w"))
    return nil
  }
}
