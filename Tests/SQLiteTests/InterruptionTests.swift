import Foundation
import SQLite
import TestSupport
import Testing

@Suite("A wait for another connection's lock")
struct InterruptionTests {
  private let folder = TemporaryFolder()
  private let pipe = Pipe()
  private var path: String { folder.file("file.db") }

  private func interrupt() { pipe.fileHandleForWriting.write(Data([1])) }

  /// A connection that another one keeps from writing.
  private func blocked() throws -> (Connection, holder: Connection) {
    let holder = try Connection(path: path)
    try holder.execute("CREATE TABLE things(name TEXT); BEGIN IMMEDIATE")
    let connection = try Connection(
      path: path, busyTimeout: 20_000,
      interruption: pipe.fileHandleForReading.fileDescriptor)
    return (connection, holder)
  }

  private func write(_ connection: Connection) -> SQLiteError.Kind? {
    do {
      try connection.transaction { try connection.execute("INSERT INTO things VALUES ('a')") }
      return nil
    } catch {
      return (error as? SQLiteError)?.kind
    }
  }

  @Test("ends when it is interrupted")
  func interrupted() throws {
    let (connection, holder) = try blocked()
    Thread.detachNewThread { [self] in interrupt() }
    #expect(write(connection) == .interrupted)
    try holder.execute("ROLLBACK")
    #expect(write(connection) == nil)
  }

  @Test("that begins after the interruption ends soon, and is granted what is free")
  func late() throws {
    let (connection, holder) = try blocked()
    interrupt()
    #expect(write(connection) == .interrupted)
    try holder.execute("ROLLBACK")
    #expect(write(connection) == nil)
  }

  @Test("that runs out is no interruption")
  func timeout() throws {
    let (_, holder) = try blocked()
    let connection = try Connection(
      path: path, busyTimeout: 1, interruption: pipe.fileHandleForReading.fileDescriptor)
    #expect(write(connection) == .busy)
    try holder.execute("ROLLBACK")
  }
}
