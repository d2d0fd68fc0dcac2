import JSON
import MemoryAPI
import SQLite

extension API {
  /// `GET /api/memories/{id}`: anyone's.
  func show(_ call: Call) throws -> Outcome {
    let id = try call.id()
    let snapshot = try store.readers.snapshot()
    let response = try snapshot.connection.first(
      "SELECT \(MemoryRecord.columns) FROM memories WHERE id = ? AND deleted_at IS NULL", id
    ) { row in
      let tag = EntityTag(row.int64(MemoryRecord.updatedAtColumn))
      if call.request.has(tag) { return Response.notModified(tag) }
      var json = JSONWriter()
      MemoryRecord.write(row, to: .everyone, into: &json)
      return Response(status: 200, body: .bytes(json.bytes)).with("ETag", tag.text)
    }
    return .answer(response ?? .detail(404, "Memory not found"))
  }

  /// `GET /api/memories/sync`: the user's own, in the order in which they changed.
  func sync(_ call: Call) throws -> Outcome {
    let since = try call.since()
    // Before the snapshot: what commits in between has a later time, and comes with the next sync.
    let (serverTime, isReserved) = store.clock.horizon()
    guard isReserved || call.hasWaited else { return .afterCommit }
    let snapshot = try store.readers.snapshot()
    // Every change of the user's gives one row a time later than all others.
    let version = try snapshot.connection.first(
      "SELECT max(updated_at) FROM memories WHERE owner = ?", call.user
    ) { $0.int64(0) }
    let tag = EntityTag(version ?? 0)
    if call.request.has(tag) { return .answer(.notModified(tag)) }
    // By the index alone, so tombstones are passed over later.
    let ids = try snapshot.connection.query(
      "SELECT id FROM memories WHERE owner = ? AND updated_at > ? ORDER BY updated_at",
      call.user, since?.microseconds ?? Int64.min
    ) { $0.int64(0) }
    let selection = MemoryStream.Selection(
      ids: ids, audience: .owner, hasTombstones: since != nil)
    let memories = MemoryStream(selection, from: store.readers) { json in
      json.name("server_time")
      json.write(serverTime.description)
    }
    return .answer(try .streaming(memories, tag: tag, to: call.request))
  }

  /// `GET /api/memories`: everyone's, the most important first.
  func list(_ call: Call) throws -> Outcome {
    let category = call.request.parameter("category").flatMap { $0.isEmpty ? nil : $0 }
    let tag = call.request.parameter("tag").flatMap { $0.isEmpty ? nil : $0 }
    let limit = try call.count("limit") ?? 10_000
    let offset = try call.count("offset") ?? 0
    // A tag is one of the texts between commas, without the blanks around it.
    let filter = """
      FROM memories WHERE deleted_at IS NULL AND category = coalesce(?1, category)
        AND (?2 IS NULL OR EXISTS (
          SELECT 1 FROM json_each('["' || replace(replace(replace(
            tags, '\\', '\\\\'), '"', '\\"'), ',', '","') || '"]')
          WHERE trim(value) = ?2))
      """
    let snapshot = try store.readers.snapshot()
    // A row that comes into the list makes the latest time later; one that leaves it makes the
    // number smaller. Together they never are again what they were.
    let (total, latest) = try snapshot.connection.first(
      "SELECT count(*), max(updated_at) \(filter)", category, tag
    ) { ($0.int64(0), $0.int64(1)) }!
    let version = EntityTag(total, latest)
    if call.request.has(version) { return .answer(.notModified(version)) }
    let ids = try snapshot.connection.query(
      "SELECT id \(filter) ORDER BY importance DESC, id LIMIT ?3 OFFSET ?4",
      category, tag, limit, offset
    ) { $0.int64(0) }
    let selection = MemoryStream.Selection(ids: ids, audience: .everyone)
    let memories = MemoryStream(selection, from: store.readers) { json in
      json.name("total")
      json.write(total)
    }
    return .answer(try .streaming(memories, tag: version, to: call.request))
  }
}

extension Call {
  /// The watermark of a sync; nil asks for everything.
  fileprivate func since() throws -> Timestamp? {
    guard let text = request.parameter("since"), !text.isEmpty else { return nil }
    guard let since = Timestamp(text) ?? Timestamp(Self.restoringPlus(text)) else {
      throw Invalid([
        Problem(
          type: "datetime_parsing", location: ["query", "since"],
          message: "Input should be a valid datetime", input: .string(text))
      ])
    }
    return since
  }

  /// A plus sign that stands in a query as it is means a blank there, and before the offset of a time
  /// nothing but that plus sign can have been meant.
  private static func restoringPlus(_ text: String) -> String {
    guard let blank = text.lastIndex(of: " ") else { return text }
    return "\(text[..<blank])+\(text[text.index(after: blank)...])"
  }

  /// A query parameter that is a number of things.
  fileprivate func count(_ name: String) throws -> Int64? {
    guard let text = request.parameter(name) else { return nil }
    let location: [JSONValue] = ["query", .string(name)]
    guard let count = Int64(text) else { throw Invalid([.notAnInteger(text, at: location)]) }
    guard count >= 0 else {
      throw Invalid([.tooSmall(.string(text), minimum: 0, shown: "0", at: location)])
    }
    return count
  }
}
