import CommandLine
import Glibc
import MemoryAPI
import System

/// The program `memctl-serve`.
public enum ServerProgram {
  private static let listen = Option(
    "listen", .text("HOST:PORT"), help: "address to listen on; port 0 picks a free one",
    defaultText: ServerOptions.defaultListen)
  private static let store = Option(
    "store", .file("FILE"), help: "the server's own database file",
    defaultText: "~/.local/share/memctl/server.db")
  private static let keys = Option(
    "keys", .file("FILE"),
    help: "JSON file of users and their keys; without it, MEMORY_API_KEY is the only key")

  private static let log = Flag(
    "log", help: "write a line per request to stderr: time, method, path, status, ms, bytes")
  private static let completions = Option<Shell>(
    "completions", .choice("SHELL"), help: "print the completion script for a shell", isHidden: true
  )
  private static let manual = Flag("man", help: "print the manual page", isHidden: true)

  public static let table = CommandTable(
    program: CommandSpec(
      "memctl-serve",
      summary: "serve the memory API from an SQLite file",
      discussion: [
        """
        The first line on stdout says where it listens, a line on stderr which store it serves. On \
        SIGTERM and SIGINT it finishes running requests and ends.
        """,
        """
        An address that other machines can reach requires --keys: a file with one JSON object of users \
        and their keys, such as {"alice":"KEY","bob":"OTHER KEY"}, that only you can read. Each user \
        has memories of their own. The server speaks plain HTTP, over which memctl sends a key to \
        this machine alone; for others, put a proxy with TLS before it.
        """,
      ],
      options: [listen.spec, store.spec, keys.spec, log.spec, completions.spec, manual.spec],
      examples: [
        CommandExample("MEMORY_API_KEY=secret memctl-serve", shows: "serve on port 8080"),
        CommandExample(
          "memctl-serve --keys keys.json --log 2>> requests.log",
          shows: "serve several users, and log each request"),
      ]))

  /// Serves until a signal ends it, and returns the code to end with.
  ///
  /// - Parameter arguments: the command line without the program's name; nil for a word that is not UTF-8.
  public static func run(_ arguments: [String?]) -> Int32 {
    do {
      let words = arguments.compactMap(\.self)
      guard words.count == arguments.count else {
        throw ServerFailure(
          .usage, "an argument is not valid UTF-8", hint: "rename the file, or use another path")
      }
      try serve(words)
      return 0
    } catch let error as UsageError {
      return fail(ServerFailure(.usage, error.message, hint: error.hint))
    } catch let failure as ServerFailure {
      return fail(failure)
    } catch {
      return fail(ServerFailure(.bug, "a bug in memctl-serve: \(error)", hint: "please report it"))
    }
  }

  private static func serve(_ arguments: [String]) throws {
    let parsed = try table.parse(arguments)
    switch parsed.action {
    case .help, .nothing:
      try say(try HelpPage(for: [], in: table).text(width: 80, styled: false))
    case .version: try say("memctl-serve \(Version.text)\n")
    case .run where parsed[manual]:
      try say(ManPage(table, version: Version.text, date: Version.date).roff())
    case .run:
      if let shell = parsed[completions] { return try say(Completions(table).script(for: shell)) }
      let options = try ServerOptions(
        listen: parsed[listen], store: parsed[store], keys: parsed[keys],
        logsRequests: parsed[log],
        environment: { name in getenv(name).map { String(cString: $0) } })
      try Server(options: options).run { url in
        // Whoever knows where it listens can use it all the same.
        do throws(ServerFailure) {
          try say("listening on \(url)\n")
        } catch { complain(error.message) }
      }
    }
  }

  private static func say(_ text: String) throws(ServerFailure) {
    print(text, terminator: "")
    guard fflush(nil) == 0 else {
      throw ServerFailure(
        .file, "cannot write to stdout: \(SystemError())",
        hint: "check where it goes, and try again")
    }
  }

  private static func fail(_ failure: ServerFailure) -> Int32 {
    complain("\(failure.message)\nhint: \(failure.hint)")
    return failure.exitCode
  }
}
