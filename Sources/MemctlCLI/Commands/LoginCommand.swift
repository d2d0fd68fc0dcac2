import CommandLine
import JSON
import MemctlCore
import System

struct LoginCommand: Command {
  private static let url = OptionalOperand(.text("URL"))
  private static let force = Flag(
    "force", help: "keep address and key even if the server refuses them or cannot be reached")

  static let spec = CommandSpec(
    "login", summary: "give the server's address and your key, try them and keep them",
    discussion: [
      """
      Asks for the address, unless URL is given, and for the key, which is not shown while you type. \
      Tries both, and writes them to ~/.config/memctl/config, which only you can read from then on. \
      If the server refuses the key or cannot be reached, nothing is written.
      """,
      """
      The key can also be piped in. With --api-key-file PATH, the configuration names that file \
      instead of holding the key. memctl config set api-key-command is for password managers, and \
      memctl config unset api-key forgets the key.
      """,
    ],
    options: [force.spec], operands: [url.spec],
    examples: [
      CommandExample("memctl login https://memory.example.org", shows: "ask for the key"),
      CommandExample(
        "memctl login https://memory.example.org < key.txt", shows: "take the key from a file"),
    ])

  private let address: String?
  private let keyFile: String?
  private let isForced: Bool

  init(_ arguments: ParsedCommand) throws {
    address = arguments[Self.url] ?? arguments[GlobalOptions.apiURL]
    keyFile = arguments[GlobalOptions.apiKeyFile]
    isForced = arguments[Self.force]
    if arguments.isGiven(Self.url.spec), arguments.isGiven(GlobalOptions.apiURL.spec) {
      throw Problem(.usage, "the address is given twice", hint: "leave out --api-url")
    }
  }

  func run(_ context: Context) throws -> ExitCode {
    let configuration = try context.configuration.get()
    let address = try address ?? askForAddress(context, configuration)
    // Before the key is asked for, so that nobody types one for nothing.
    try configuration.check(address: address)
    let key =
      try keyFile != nil
      ? configuration.key()! : context.secretInput.key("key (not shown)")
    let server = try configuration.server(at: address, key: key)
    let check = server.check(context.cancellation)
    if let problem = check.problem { try decide(problem, context) }
    var changes: [Setting: String?] = [.apiURL: server.address]
    if let keyFile {
      changes[.apiKeyFile] = Path.resolved(keyFile)
    } else {
      changes[.apiKey] = key
    }
    try context.configuration.change(changes, isChecked: false)
    let report = try report(server, check, context)
    context.output.write(report, quiet: context.isQuiet)
    return .success
  }

  private func askForAddress(
    _ context: Context, _ configuration: Configuration
  ) throws -> String {
    let current = try configuration.serverAddress()
    guard context.confirm.mayAsk else { return current }
    guard let line = try context.confirm.line("server [\(current.printable)]: ") else {
      throw Problem(.interrupted, "no address was given", hint: "nothing was changed")
    }
    return line.isEmpty ? current : line
  }

  /// Goes on only if the user wants to keep what the server did not accept.
  private func decide(_ problem: Problem, _ context: Context) throws {
    if isForced { return }
    let hint: Hint =
      [.certificate, .configuration, .invalidResponse].contains(problem.kind)
      ? problem.hint ?? "nothing was written"
      : "nothing was written; memctl login --force keeps address and key nevertheless"
    let problem = Problem(problem.kind, problem.message, hint: hint)
    guard context.confirm.mayAsk else { throw problem }
    printError("memctl: \(problem.message.printable)")
    guard try context.confirm("keep address and key nevertheless?") else { throw problem }
  }

  private func report(_ server: Server, _ check: ServerCheck, _ context: Context) throws -> Report {
    let configuration = try context.configuration.get()
    let path = configuration.filePath
    var summary: [String] = []
    if check.problem == nil {
      let account = check.account.map { " as \($0.printable)" } ?? ""
      summary.append("logged in to \(server.address.printable)\(account)")
    }
    summary.append("kept in \(path.printable)")
    for setting in [Setting.apiURL, .apiKey, .apiKeyFile] {
      guard let origin = configuration.override(of: setting), !isOption(origin) else { continue }
      summary.append("note: \(origin) is set, and counts more than what was kept")
    }
    if let origin = try? context.cache(.read).origin(),
      origin.address != server.address || check.account.map({ $0 != origin.account }) == true
    {
      summary.append(
        """
        note: the cache belongs to \(origin.address.printable) \
        (\((origin.account ?? "unknown account").printable)); see memctl origin
        """)
    }
    return Report(
      command: "login",
      members: [
        .init("server", .string(server.address)),
        .init("account", check.account.map { .string($0) } ?? nil),
        .init("accepted", .bool(check.problem == nil)), .init("configuration", .string(path)),
      ], summary: summary)
  }

  private func isOption(_ origin: SettingOrigin) -> Bool {
    if case .option = origin { true } else { false }
  }
}
