import Glibc
import MemctlServer

let usage = """
  usage: memctl-serve [--listen HOST:PORT] [--store FILE] [--keys FILE]

  Serves the memory API from an SQLite file.

    --listen HOST:PORT  default \(ServerOptions.defaultListen); port 0 takes a free one
    --store FILE        default $XDG_DATA_HOME/memctl/server.db, or below ~/.local/share
    --keys FILE         JSON, {"user":"key"}; without it the one key is $MEMORY_API_KEY
    -h, --help          show this
    --version           show the version
  """

/// The values of the options that were given, by name.
func readArguments(_ arguments: some Sequence<String>) throws(ServerFailure) -> [String: String] {
  var values: [String: String] = [:]
  var rest = Array(arguments)[...]
  while let argument = rest.popFirst() {
    let sides = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let name = String(sides[0])
    guard ["--listen", "--store", "--keys"].contains(name) else {
      throw ServerFailure(.usage, "there is no option '\(argument)'", hint: "memctl-serve --help")
    }
    guard let value = sides.count > 1 ? String(sides[1]) : rest.popFirst() else {
      throw ServerFailure(.usage, "\(name) needs a value", hint: "memctl-serve --help")
    }
    values[name] = value
  }
  return values
}

let arguments = CommandLine.arguments.dropFirst()
if arguments.contains("-h") || arguments.contains("--help") {
  print(usage)
  exit(0)
}
if arguments.contains("--version") {
  print("memctl-serve 0.1.0")
  exit(0)
}

do throws(ServerFailure) {
  let values = try readArguments(arguments)
  let options = try ServerOptions(
    listen: values["--listen"], store: values["--store"], keys: values["--keys"],
    environment: { name in getenv(name).map { String(cString: $0) } })
  try Server(options: options).run { url in
    print("listening on \(url)")
    fflush(nil)
  }
} catch {
  complain("\(error.message)\nhint: \(error.hint)")
  exit(error.exitCode)
}
