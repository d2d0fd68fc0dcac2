import JSON
import MemoryAPI
import ServerStore

/// The endpoints that show memories.
struct ReadRoutes {
  let store: any Store

  /// `GET /api/memories/{id}`: anyone's.
  func show(_ call: Call) throws -> Response {
    guard let memory = try store.memory(call.id()) else { throw Refusal.memoryNotFound }
    let tag = EntityTag(Revision(memory.updatedAt.microseconds))
    if call.request.has(tag) { return .notModified(tag) }
    var json = JSONWriter()
    json.write(memory, for: .everyone)
    return Response(status: 200, body: .bytes(json.bytes)).with("ETag", tag.text)
  }

  /// `GET /api/memories/sync`: the user's own, in the order in which they changed.
  func sync(_ call: Call) throws -> Reply {
    let since = try call.since()
    let (store, request, user) = (store, call.request, call.user)
    return .after(store.watermark) { watermark in
      let tag = EntityTag(try store.revision(of: user))
      if request.has(tag) { return .notModified(tag) }
      let memories = MemoryStream(
        try store.changes(of: user, since: since), of: store, for: .owner,
        hasTombstones: since != nil
      ) { json in
        json.name("server_time")
        json.write(watermark.description)
      }
      return try .streaming(memories, tag: tag, to: request)
    }
  }

  /// `GET /api/memories`: everyone's, the most important first.
  func list(_ call: Call) throws -> Response {
    func text(_ name: String) -> String? {
      call.request.parameter(name).flatMap { $0.isEmpty ? nil : $0 }
    }
    let filter = MemoryFilter(category: text("category"), tag: text("tag"))
    let limit = try call.count("limit") ?? 10_000
    let offset = try call.count("offset") ?? 0
    let summary = try store.summary(of: filter)
    let tag = EntityTag(summary.revision)
    if call.request.has(tag) { return .notModified(tag) }
    let ids = try store.list(filter, limit: limit, offset: offset)
    let memories = MemoryStream(ids, of: store, for: .everyone) { json in
      json.name("total")
      json.write(summary.count)
    }
    return try .streaming(memories, tag: tag, to: call.request)
  }
}

extension Call {
  /// The watermark of a sync; nil asks for everything.
  fileprivate func since() throws(Refusal) -> Timestamp? {
    guard let text = request.parameter("since"), !text.isEmpty else { return nil }
    guard let since = Timestamp(text) ?? Timestamp(Self.restoringPlus(text)) else {
      throw .invalid([
        ValidationError(
          type: "datetime_parsing", location: ["query", "since"],
          message: "Input should be a valid datetime", input: .string(text))
      ])
    }
    return since
  }

  /// A plus sign that was not encoded in a query means a blank there, and before the offset of a time
  /// nothing but a plus sign can have been meant.
  private static func restoringPlus(_ text: String) -> String {
    guard let blank = text.lastIndex(of: " ") else { return text }
    return "\(text[..<blank])+\(text[text.index(after: blank)...])"
  }

  /// A query parameter that is a number of things.
  fileprivate func count(_ name: String) throws(Refusal) -> Int64? {
    guard let text = request.parameter(name) else { return nil }
    let location: [JSONValue] = ["query", .string(name)]
    guard let count = Int64(text) else { throw .invalid([.notAnInteger(text, at: location)]) }
    guard count >= 0 else {
      throw .invalid([.tooSmall(.string(text), minimum: 0, shown: "0", at: location)])
    }
    return count
  }
}
