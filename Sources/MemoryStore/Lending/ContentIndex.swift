import MemoryModel
import SQLite

/// Which contents a cache has, for finding duplicates among many memories.
///
/// It holds a digest of each content in a temporary file of its own, so it costs no memory and locks
/// nobody out. Two contents with the same digest of 128 bits, whose keys are new in each process, do
/// not occur.
package final class ContentIndex {
  private let connection: Connection

  /// An empty index.
  package init() throws {
    connection = try Connection(path: "")
    try connection.execute(
      """
      PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
      CREATE TABLE digests (a INTEGER, b INTEGER, PRIMARY KEY (a, b)) WITHOUT ROWID;
      BEGIN
      """)
  }

  /// An index of everything that the cache has in this snapshot.
  package convenience init(_ snapshot: borrowing Snapshot) throws {
    try self.init()
    try snapshot.memories.forEachContent { _ = try insert($0) }
  }

  /// Adds a content.
  ///
  /// - Returns: false if it was there already.
  package func insert(_ content: String) throws -> Bool {
    var content = content
    return try content.withUTF8 { try insert($0) }
  }

  private func insert(_ content: UnsafeBufferPointer<UInt8>) throws -> Bool {
    let (a, b) = digest(content)
    return try connection.run("INSERT OR IGNORE INTO digests VALUES (?, ?)", a, b) > 0
  }

  package func contains(_ content: String) throws -> Bool {
    var content = content
    let (a, b) = content.withUTF8(digest)
    return try connection.first("SELECT 1 FROM digests WHERE a = ? AND b = ?", a, b) { _ in true }
      ?? false
  }

  private func digest(_ content: UnsafeBufferPointer<UInt8>) -> (Int, Int) {
    func half(_ number: Int) -> Int {
      var hasher = Hasher()
      hasher.combine(number)
      hasher.combine(bytes: UnsafeRawBufferPointer(content))
      return hasher.finalize()
    }
    return (half(0), half(1))
  }
}

extension MemoryTable {
  /// Lends the bytes of each content to `body`, in no order.
  fileprivate func forEachContent(
    _ body: (UnsafeBufferPointer<UInt8>) throws -> Void
  ) throws {
    try connection.forEach("SELECT content FROM memories") { try $0.withText(0, body) }
  }
}
