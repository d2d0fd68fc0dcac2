import CommandLine
import Glibc
import MemctlCore
import System

struct ServeCommand: Command {
  private static let options: [OptionSpec] = [
    Option(
      "listen", .text("HOST:PORT"), help: "where to listen; port 0 takes a free one",
      defaultText: "127.0.0.1:8080"
    ).spec,
    Option("store", .file("FILE"), help: "the server's own database").spec,
    Option(
      "keys", .file("FILE"),
      help: "the users and their keys, as JSON; without it, MEMORY_API_KEY is the one key"
    ).spec,
  ]

  static let spec = CommandSpec(
    "serve", summary: "run the embedded API server",
    discussion: [
      """
      Starts the program memctl-serve that stands beside memctl, else the one on PATH. The first \
      line on stdout says where it listens.
      """
    ],
    options: options,
    examples: [
      CommandExample("MEMORY_API_KEY=secret memctl serve", shows: "serve on port 8080")
    ])

  private let words: [String]

  init(_ arguments: ParsedCommand) { words = arguments.words(for: Self.options) }

  func run(_ context: Context) throws -> ExitCode {
    let program = "memctl-serve"
    context.output.flush()
    signal(SIGPIPE, SIG_DFL)
    var pointers: [UnsafeMutablePointer<CChar>?] = ([program] + words).map { word in strdup(word) }
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
