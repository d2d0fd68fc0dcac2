import Foundation
import TestSupport
import Testing

/// A home of its own for memctl, in which nothing of this machine's reaches it.
///
/// Whatever memctl writes in it is checked: the key never shows, and the secret only after
/// `--reveal`.
final class Home {
  static let key = "the-key-that-nobody-may-see"
  static let secret = "the-words-that-nobody-may-see"
  static let nowhere = "http://127.0.0.1:1"

  let folder: URL
  var environment: [String: String]
  var database: String { environment["MEMORY_DB"]! }

  /// - Parameter url: the server's address; by default nobody listens there.
  init(server url: String = nowhere) throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "memctl-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
    environment = [
      "HOME": folder.path, "PATH": "/usr/bin:/bin", "TERM": "xterm", "TZ": "Asia/Tokyo",
      "PAGER": "cat",
      "TMPDIR": folder.path, "MEMORY_DB": folder.path + "/memory.db", "MEMORY_API_URL": url,
      "MEMORY_API_KEY": Self.key,
    ]
  }

  deinit {
    server = nil
    try? FileManager.default.removeItem(at: folder)
  }

  convenience init(server: FaultyServer) throws { try self.init(server: server.url("")) }

  /// A home with an embedded server, which keeps its store there.
  static func withServer() throws -> Home {
    let home = try Home()
    try home.startServer(port: 0)
    home.environment["MEMORY_API_URL"] = home.server!.baseURL
    return home
  }

  func startServer(port: Int) throws {
    server = try ServerProcess(
      ["--store", folder.path + "/server.db"], listen: "127.0.0.1:\(port)",
      environment: environment)
  }

  func stopServer() { server = nil }

  /// Another home, of the same server.
  func neighbour() throws -> Home {
    let neighbour = try Home(server: environment["MEMORY_API_URL"]!)
    neighbour.host = self
    return neighbour
  }

  private var server: ServerProcess?
  /// Whose server is used.
  private var host: Home?

  // MARK: Running

  func start(
    _ arguments: [String], adding variables: [String: String] = [:],
    input: ChildProgram.Stream = .pipe(), output: ChildProgram.Stream = .pipe(),
    errors: ChildProgram.Stream = .pipe()
  ) throws -> ChildProgram {
    try ChildProgram(
      builtProduct("memctl"), arguments, environment: environment.merging(variables) { $1 },
      folder: folder, input: input, output: output, errors: errors)
  }

  /// Runs memctl with pipes.
  @discardableResult
  func memctl(
    _ arguments: String..., adding variables: [String: String] = [:],
    input: ChildProgram.Stream = .pipe(), output: ChildProgram.Stream = .pipe(),
    errors: ChildProgram.Stream = .pipe(), sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> ChildProgram.Ended {
    let ended = try start(
      arguments, adding: variables, input: input, output: output, errors: errors
    ).finish()
    check(ended.output + ended.errors, of: arguments, sourceLocation)
    return ended
  }

  /// Runs memctl with all its streams on a terminal.
  func onTerminal(
    _ arguments: String..., columns: Int = 80, typing input: String = "",
    adding variables: [String: String] = [:], sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> (text: String, status: Int32) {
    let terminal = PseudoTerminal(columns: columns)
    terminal.type(input)
    let program = try start(
      arguments, adding: variables, input: .terminal(terminal), output: .terminal(terminal),
      errors: .terminal(terminal))
    let status = program.finish().status
    let text = terminal.transcript()
    check(text, of: arguments, sourceLocation)
    return (text, status)
  }

  func check(_ text: String, of arguments: [String], _ sourceLocation: SourceLocation) {
    #expect(!text.contains(Self.key), sourceLocation: sourceLocation)
    if !arguments.contains("--reveal") {
      #expect(!text.contains(Self.secret), sourceLocation: sourceLocation)
    }
  }
}

extension ChildProgram.Ended {
  /// The first line of standard error, without `memctl: `.
  var message: String { errors.split(separator: "\n").first.map { String($0.dropFirst(8)) } ?? "" }

  var hint: String? {
    errors.split(separator: "\n").first { $0.hasPrefix("hint: ") }.map { String($0.dropFirst(6)) }
  }

  /// The objects of standard output, one a line.
  var json: [[String: Any]] {
    get throws {
      try output.split(separator: "\n").map {
        try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
      }
    }
  }
}
