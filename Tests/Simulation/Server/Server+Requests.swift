import HTTPTransport
import JSON
import MemctlCore
import MemoryAPI
import MemoryModel

/// How the server answers.
extension Server {
  /// - Parameters:
  ///   - now: the world's time.
  ///   - lateness: seconds from the start of a writing transaction to its commit.
  func answer(_ request: HTTPRequest, at now: Timestamp, lateness: Double) -> Answer {
    let path = Self.path(of: request)
    if path == "/health" { return ready(200, #"{"status":"ok"}"#, now) }
    countDownToRefusal()
    guard acceptsKey else {
      return ready(refusalStatus, #"{"detail":"\#(Self.refusal)"}"#, now)
    }
    if isBroken, path != "/api/auth-check" { return ready(500, "Internal Server Error", now) }
    let commit = now.advanced(bySeconds: lateness)
    switch (request.method, path) {
    case (.get, "/api/auth-check"): return ready(200, #"{"status":"ok","user_id":"alice"}"#, now)
    case (.get, "/api/memories/sync"): return sync(request, now)
    case (.post, "/api/memories"): return storeOnce(request, now, commit)
    case (.delete, _): return delete(Self.id(in: path), now, commit)
    case (.put, _): return update(Self.id(in: path), request, now, commit)
    default: return ready(404, #"{"detail":"Not Found"}"#, now)
    }
  }

  /// Whether an answer looks like one of this API's errors.
  static func isOwn(_ response: HTTPResponse) -> Bool {
    let bytes = response.body.withBytes { Array($0) }
    return (try? JSONValue(parsing: bytes))?["detail"] != nil
      || bytes.elementsEqual("Internal Server Error".utf8)
  }

  static let refusal = "Invalid API key"

  private func countDownToRefusal() {
    guard let count = requestsUntilRefusal else { return }
    requestsUntilRefusal = count > 0 ? count - 1 : nil
    if count == 0 { acceptsKey = false }
  }

  static func path(of request: HTTPRequest) -> String {
    let start = request.url.firstRange(of: "/", after: "http://")
    return String(request.url[start...].prefix { $0 != "?" })
  }

  static func header(_ name: String, of request: HTTPRequest) -> String? {
    request.headers.first { $0.name == name }?.value
  }

  private static func id(in path: String) -> Int64 {
    path.split(separator: "/").last.flatMap { Int64($0) } ?? 0
  }

  private func ready(_ status: Int, _ body: String, _ time: Timestamp) -> Answer {
    Answer(status: status, body: body, readyAt: time)
  }

  // MARK: Writes

  private func storeOnce(_ request: HTTPRequest, _ now: Timestamp, _ commit: Timestamp) -> Answer {
    guard conditions.honoursIdempotencyKeys,
      let key = Self.header("Idempotency-Key", of: request)
    else { return store(request, now, commit) }
    var answer = answer(forKey: key) ?? store(request, now, commit)
    answer.headers["idempotency-key"] = key
    if answer.status == 200 { remember(answer, forKey: key) }
    answer.readyAt = max(answer.readyAt, now)
    return answer
  }

  private func store(_ request: HTTPRequest, _ now: Timestamp, _ commit: Timestamp) -> Answer {
    guard let body = try? JSONValue(parsing: request.body ?? []),
      let content = body["content"]?.string
    else { return invalid("content", "Field required", now) }
    if content.unicodeScalars.count > 1_400 { return invalid("content", "too long", now) }
    if content.hasPrefix("413 ") { return ready(413, #"{"detail":"Too large"}"#, now) }
    if content.hasPrefix("403 ") { return ready(403, #"{"detail":"Not yours"}"#, now) }
    if content.hasPrefix("500 ") { return ready(500, "Internal Server Error", now) }
    guard let category = ServerRules.canonicalName(body["category"]?.string ?? "facts") else {
      return invalid("category", "unknown category", now)
    }
    let isForced = body["force_sensitive"]?.bool ?? false
    let row = Row(
      id: nextID(), name: Truth.name(in: content) ?? "",
      content: text(of: content, isSensitive: isForced), category: category,
      tags: body["tags"]?.string ?? "", keywords: body["expanded_keywords"]?.string ?? "",
      importance: Float(body["importance"]?.double ?? 0.5),
      isSensitive: isForced || ServerRules.redacted(content) != nil,
      createdAt: clock(at: now), updatedAt: clock(at: now))
    begin(.insert(row), commitsAt: commit)
    let importance = JSONValue.double(Double(row.importance)).text
    return ready(
      200, #"{"id":\#(row.id),"category":"\#(category)","importance":\#(importance)}"#, commit)
  }

  /// What it keeps of a text.
  func text(of content: String, isSensitive: Bool) -> String {
    if let redacted = ServerRules.redacted(content) { return redacted }
    return isSensitive && !conditions.keepsSensitive ? "[REDACTED:sensitive]" : content
  }

  private func delete(_ id: Int64, _ now: Timestamp, _ commit: Timestamp) -> Answer {
    if let time = pendingDelete(of: id) { return gone(max(time, now)) }
    guard let row = row(id), row.deletedAt == nil else { return gone(now) }
    begin(.delete(id: id, at: clock(at: now)), commitsAt: commit)
    return ready(200, #"{"deleted":1,"preview":"…"}"#, commit)
  }

  private func gone(_ time: Timestamp) -> Answer {
    conditions.forgetsDeleted
      ? ready(404, #"{"detail":"Memory not found"}"#, time)
      : ready(200, #"{"deleted":1,"preview":"[already deleted]"}"#, time)
  }

  private func update(
    _ id: Int64, _ request: HTTPRequest, _ now: Timestamp, _ commit: Timestamp
  ) -> Answer {
    guard let row = row(id), row.deletedAt == nil else {
      return ready(404, #"{"detail":"Memory not found"}"#, now)
    }
    guard let fields = try? JSONValue(parsing: request.body ?? []) else {
      return invalid("body", "invalid", now)
    }
    begin(.update(id: id, fields: fields, at: clock(at: now)), commitsAt: commit)
    return ready(200, #"{"updated":1}"#, commit)
  }

  private func invalid(_ field: String, _ message: String, _ now: Timestamp) -> Answer {
    ready(
      422,
      #"{"detail":[{"type":"value_error","loc":["body","\#(field)"],"msg":"\#(message)","input":1}]}"#,
      now)
  }

  // MARK: The sync answer

  private func sync(_ request: HTTPRequest, _ now: Timestamp) -> Answer {
    let query = request.url.split(separator: "=").dropFirst().first.map(String.init)
    let since = query.flatMap { Timestamp($0.replacing("%2B", with: "+")) }
    if query != nil, since == nil { return ready(500, "Internal Server Error", now) }
    let chosen = rows.filter { row in since.map { row.updatedAt > $0 } ?? (row.deletedAt == nil) }
      .sorted { ($0.updatedAt, $0.id) < ($1.updatedAt, $1.id) }
    var records = chosen.map { Self.record($0).text }
    // It was written long ago, so only who asks for everything meets it.
    if since == nil, let poison = conditions.poison { records.insert(poison, at: 0) }
    var answer = ready(200, Self.syncBody(records, time: clock(at: now).description), now)
    answer.records = records
    return answer
  }

  static func syncBody(_ records: [String], time: String) -> String {
    #"{"memories":[\#(records.joined(separator: ","))],"server_time":"\#(time)"}"#
  }

  private static func record(_ row: Row) -> JSONValue {
    [
      "id": .integer(row.id), "content": .string(row.content), "category": .string(row.category),
      "tags": .string(row.tags), "expanded_keywords": .string(row.keywords),
      "importance": .double(Double(row.importance)), "is_sensitive": .bool(row.isSensitive),
      "created_at": .string(row.createdAt.description),
      "updated_at": .string(row.updatedAt.description),
      "deleted_at": row.deletedAt.map { .string($0.description) } ?? .null,
    ]
  }
}

extension String {
  /// The place of the first `text` after a prefix that is there.
  fileprivate func firstRange(of text: Character, after prefix: String) -> Index {
    dropFirst(prefix.count).firstIndex(of: text) ?? endIndex
  }
}
