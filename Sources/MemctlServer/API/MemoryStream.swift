import JSON
import ServerStore

/// `{"memories":[…],…}`, made piece by piece while a client takes it.
///
/// Which memories it has is settled at its beginning; each is as it is when its piece is made. So
/// however long a client takes, no state of the store has to be kept for it. What is changed meanwhile
/// comes with the next sync once more, and what is deleted is left out.
final class MemoryStream: ByteSource {
  private let ids: [Int64]
  private let store: any Store
  private let audience: Audience
  private let hasTombstones: Bool
  private let tail: (inout JSONWriter) -> Void
  private var position = 0
  private var json = JSONWriter()
  private var written = 0
  private(set) var isAtEnd = false

  /// Bytes after which a piece ends.
  private static let pieceSize = 64 * 1024
  /// Memories that are read at a time: about a piece.
  private static let portion = 100

  /// - Parameter tail: writes the members that follow `memories`.
  init(
    _ ids: [Int64], of store: any Store, for audience: Audience, hasTombstones: Bool = false,
    tail: @escaping (inout JSONWriter) -> Void
  ) {
    self.ids = ids
    self.store = store
    self.audience = audience
    self.hasTombstones = hasTombstones
    self.tail = tail
    json.beginObject()
    json.name("memories")
    json.beginArray()
  }

  func next() throws -> [UInt8]? {
    guard !isAtEnd else { return nil }
    while json.bytes.count < Self.pieceSize, position < ids.count {
      let portion = ids[position...].prefix(Self.portion)
      position = portion.endIndex
      for memory in try store.memories(portion) where hasTombstones || memory.deletedAt == nil {
        json.write(memory, for: audience)
      }
    }
    if position == ids.count {
      json.endArray()
      tail(&json)
      json.endObject()
      isAtEnd = true
    }
    written += json.bytes.count
    return json.drain()
  }

  var estimatedLength: Int? {
    position == 0 ? nil : Int(Double(written) * Double(ids.count) / Double(position))
  }
}
