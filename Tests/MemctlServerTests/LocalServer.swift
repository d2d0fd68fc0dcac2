import Foundation
import Glibc
import SQLite
import Synchronization
import Testing

@testable import MemctlServer
@testable import ServerStore

/// The server in this process, with limits that a test can reach.
final class LocalServer {
  let folder: URL
  let port: UInt16
  let store: SQLiteStore
  private let daemon: Daemon

  init(limits: Connections.Limits = .init()) throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    store = try SQLiteStore(path: folder.appendingPathComponent("server.db").path)
    let (socket, port) = try ListenAddress("127.0.0.1:0").listen()
    self.port = port
    daemon = try Daemon(
      socket: socket, api: API(store: store, keys: Keys([("alice", "key-a")])), limits: limits)
  }

  deinit {
    daemon.stop(within: .zero)
    try? FileManager.default.removeItem(at: folder)
  }

  func connect(from source: String = "127.0.0.1") throws -> HTTPConnection {
    try HTTPConnection(port: port, from: source)
  }

  /// Runs `sql` where changes are written, outside of any; the number it yields.
  @discardableResult
  func change(_ sql: String) throws -> Int64? {
    let done = DispatchSemaphore(value: 0)
    let number = Mutex<Int64?>(nil)
    store.writer.submit({ transaction in
      try transaction.memories.connection.first(sql) { $0.int64(0) }
    }) { found in
      number.withLock { $0 = try? found.get() }
      done.signal()
    }
    done.wait()
    return number.withLock { $0 }
  }

  /// Whether somebody who comes now is answered.
  func isHealthy() throws -> Bool {
    let connection = try connect()
    try connection.sendHead("GET", "/health", headers: [:], length: 0)
    return try connection.receive().status == 200
  }
}

extension SQLiteStore {
  /// What the first row of `sql` begins with, to those who read.
  func number(_ sql: String) throws -> Int64 {
    try #require(try readers.read { try $0.first(sql) { $0.int64(0) } })
  }
}
