import CommandLine
import Glibc
import MemctlCore
import System

struct ReplCommand: Command {
  private static let command = RepeatableOption(
    "command", short: "c", .text("COMMAND"), help: "run this command and exit")
  private static let file = RepeatableOption(
    "file", short: "f", .file("FILE"),
    help: "run the commands in a file, or - for stdin, and exit")
  private static let noStartScript = Flag("no-rc", help: "do not read replrc")

  static let spec = CommandSpec(
    "repl", summary: "run commands at a prompt or from a script",
    discussion: [
      """
      On a terminal, memctl without a command does the same. Type commands as in a shell, without the \
      word memctl: quotes, backslashes, #, ;, && and || work the same way, and everything from the first \
      |, < or > on is left to a shell, as is all of a line after !. Variables and patterns are not \
      expanded. An open quote continues on the next line.
      """,
      """
      Tab completes commands, options, files, categories, tags and ids. Ctrl-R searches earlier \
      lines, in either case with readline 8.3 and later; a line that begins with a space or contains --sensitive is not kept. Ctrl-C clears the \
      line, or asks the running command to stop; a second Ctrl-C abandons it. Ctrl-D leaves the \
      prompt. ~/.inputrc can change the keys.
      """,
      """
      If there is a key for the server, memctl watch runs in the background, and the prompt shows how \
      many entries are queued and whether the server can be reached. Results longer than the screen \
      are shown with $PAGER.
      """,
      """
      With --command or --file, or if standard input is not a terminal, memctl runs a script: no \
      greeting, no prompt, no history, no background sync. The first command that fails ends the \
      script with its exit code.
      """,
      "The prompt has these commands of its own:",
      .definitions(
        PromptCommands.all.map { (term: $0.spec.synopsis, text: "\($0.spec.summary)") }),
      "Files:",
      .definitions([
        (
          "~/.config/memctl/replrc",
          "commands to run before the first prompt; ignored if others can write to it"
        ),
        ("~/.local/state/memctl/history", "the lines typed so far, readable only by you"),
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

  /// The prompt, as memctl opens it without a command on a terminal.
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
      throw Problem(.bug, "cannot set up signal handling: \(error)")
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

  /// None if the user types the commands.
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
