import CommandLine
import Glibc
import MemctlCore
import System

struct ServeCommand: Command {
  static let spec = CommandSpec(
    "serve", summary: "run the embedded API server",
    discussion: [
      """
      Starts the program memctl-serve that stands beside memctl, else the one on PATH. The first \
      line on stdout says where it listens.
      """
    ],
    options: [
      OptionSpec(
        "listen", value: ValueSpec("HOST:PORT"), help: "where to listen; port 0 takes a free one",
        defaultText: "127.0.0.1:8080"),
      OptionSpec("store", value: ValueSpec("FILE", .file), help: "the server's own database"),
      OptionSpec(
        "keys", value: ValueSpec("FILE", .file),
        help: "the users and their keys, as JSON; without it, MEMORY_API_KEY is the one key"),
    ],
    examples: [
      CommandExample("MEMORY_API_KEY=secret memctl serve", shows: "serve on port 8080")
    ])

  private let arguments: ParsedCommand

  init(_ arguments: ParsedCommand) { self.arguments = arguments }

  func run(_ context: Context) throws -> ExitCode {
    let program = "memctl-serve"
    var words = [program]
    for name in ["listen", "store", "keys"] {
      if let value = arguments.value(name) { words += ["--\(name)", value] }
    }
    context.output.flush()
    signal(SIGPIPE, SIG_DFL)
    var pointers: [UnsafeMutablePointer<CChar>?] = words.map { word in strdup(word) }
    pointers.append(nil)
    if let own = Executable.path, let slash = own.lastIndex(of: "/") {
      execv("\(own[...slash])\(program)", &pointers)
    }
    execvp(program, &pointers)
    throw Problem(
      .notFound, "cannot start \(program): \(SystemError())",
      hint: "install it beside memctl, or on PATH")
  }
}
