import CommandLine
import Glibc
import MemctlCore
import System

struct ServeCommand: Command {
  private static let options: [OptionSpec] = [
    Option(
      "listen", .text("HOST:PORT"), help: "the address to listen on; port 0 picks a free one",
      defaultText: "127.0.0.1:8080"
    ).spec,
    Option("store", .file("FILE"), help: "the server's own database file").spec,
    Option(
      "keys", .file("FILE"),
      help: "a JSON file of users and their keys; without it, MEMORY_API_KEY is the only key"
    ).spec,
    Flag("log", help: "write a line per request to stderr").spec,
  ]

  static let spec = CommandSpec(
    "serve", summary: "run the embedded API server",
    discussion: [
      """
      Runs the program memctl-serve from the folder of memctl, or else from PATH. The first line on \
      stdout says where it listens.
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
      hint: "install it next to memctl or on PATH")
  }
}
