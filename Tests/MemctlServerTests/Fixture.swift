import Foundation
import Glibc
import JSON
import TestSupport

/// A running server with a store of its own and two users, alice and bob.
final class Fixture {
  let folder: URL
  private(set) var server: ServerProcess

  init() throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try Data(#"{"alice":"key-a","bob":"key-b"}"#.utf8)
      .write(to: folder.appendingPathComponent("keys"))
    chmod(folder.appendingPathComponent("keys").path, 0o600)
    server = try Self.launch(in: folder)
  }

  deinit {
    server.kill()
    try? FileManager.default.removeItem(at: folder)
  }

  var storePath: String { folder.appendingPathComponent("data/server.db").path }

  /// Starts the server again, on another port.
  func relaunch() throws { server = try Self.launch(in: folder) }

  private static func launch(in folder: URL) throws -> ServerProcess {
    try ServerProcess([
      "--store", folder.appendingPathComponent("data/server.db").path,
      "--keys", folder.appendingPathComponent("keys").path,
    ])
  }

  func connect() throws -> HTTPConnection { try HTTPConnection(port: server.port) }

  /// One request with alice's key, on a connection of its own.
  func ask(
    _ method: String, _ target: String, _ body: String = "", headers: [String: String] = [:],
    key: String? = "key-a"
  ) throws -> HTTPAnswer {
    let connection = try connect()
    var headers = headers
    if let key { headers["Authorization"] = "Bearer \(key)" }
    try connection.sendHead(method, target, headers: headers, length: body.utf8.count)
    try connection.send(Array(body.utf8))
    return try connection.receive(isHead: method == "HEAD")
  }

  /// Stores a memory of alice's: its id.
  @discardableResult
  func store(_ content: String, _ members: JSONValue.Member..., key: String = "key-a") throws
    -> Int64
  {
    let body = JSONValue.object([.init("content", .string(content))] + members)
    return try ask("POST", "/api/memories", body.text, key: key).json["id"]!.int64!
  }
}
