import Foundation
import JSON

/// One request to a `ModelServer`.
struct ModelAPI {
  let request: FaultyServer.Request
  let clock: TestClock

  private typealias Answer = (status: Int, body: String)

  func behaviour(_ state: inout ModelServer.State) -> FaultyBehaviour {
    let call = call
    state.counts[call, default: 0] += 1
    switch state.rules.fault(call, state.counts[call]!, request) {
    case .refuse(let status, let headers, let body):
      let body =
        body ?? (status == 500 ? "Internal Server Error" : #"{"detail":"status \#(status)"}"#)
      return .answer(status, headers: headers, body: Array(body.utf8))
    case .loseRequest: return .closeUnanswered
    case .loseAnswer:
      _ = answer(call, &state)
      return .closeUnanswered
    case .answer(let status, let headers, let body):
      _ = answer(call, &state)
      return .answer(status, headers: headers, body: Array(body.utf8))
    case .cutAnswer(let then):
      return fairBehaviour(&state).halved + FaultyBehaviour([.perform(then), .close])
    case .answerAndThen(let then):
      return fairBehaviour(&state) + FaultyBehaviour([.perform(then)])
    case nil: return fairBehaviour(&state)
    }
  }

  private func fairBehaviour(_ state: inout ModelServer.State) -> FaultyBehaviour {
    let (status, body) = answer(call, &state)
    var headers = ["Content-Type": "application/json"]
    if state.rules.honoursIdempotencyKeys { headers["Idempotency-Key"] = idempotencyKey }
    return .answer(status, headers: headers, body: Array(body.utf8))
  }

  private var idempotencyKey: String? { request.headers["idempotency-key"] }
  private var path: Substring { request.path.prefix { $0 != "?" } }

  private var call: ModelServer.Call {
    switch (request.method, path) {
    case ("GET", "/health"): .health
    case ("GET", "/api/auth-check"): .authCheck
    case ("GET", "/api/memories/sync"): .sync
    case ("POST", "/api/memories"): .store
    case ("DELETE", _) where path.hasPrefix("/api/memories/"): .delete
    case ("PUT", _) where path.hasPrefix("/api/memories/"): .update
    default: .other
    }
  }

  private func answer(_ call: ModelServer.Call, _ state: inout ModelServer.State) -> Answer {
    if call == .health { return (200, #"{"status":"ok"}"#) }
    guard request.headers["authorization"] == "Bearer \(state.rules.key)" else {
      return (401, #"{"detail":"Invalid API key"}"#)
    }
    switch call {
    case .authCheck: return (200, #"{"status":"ok","user_id":"\#(state.rules.account)"}"#)
    case .sync: return sync(state)
    case .store: return storeOnce(&state)
    case .delete: return delete(&state)
    case .update: return update(&state)
    case .health, .other: return (404, #"{"detail":"Not Found"}"#)
    }
  }

  // MARK: Writes

  private func storeOnce(_ state: inout ModelServer.State) -> Answer {
    guard state.rules.honoursIdempotencyKeys, let key = idempotencyKey else {
      return store(&state)
    }
    if let known = state.answersByKey[key] { return (200, known.text) }
    let answer = store(&state)
    if answer.status == 200 { state.answersByKey[key] = try? JSONValue(parsing: answer.body) }
    return answer
  }

  private func store(_ state: inout ModelServer.State) -> Answer {
    guard let body = try? JSONValue(parsing: request.body), let content = body["content"]?.string
    else { return invalid("content", "Field required", input: .null) }
    guard content.unicodeScalars.count <= 1400 else {
      return invalid("content", "content too long", input: .string(content))
    }
    if content.utf8.contains(0) { return (500, "Internal Server Error") }
    guard let category = Self.canonicalName(body["category"]?.string ?? "facts") else {
      return invalid("category", "unknown category", input: body["category"] ?? .null)
    }
    let isForced = body["force_sensitive"]?.bool ?? false
    let redacted = Self.redacted(content)
    if state.rules.keepsEqualTextsOnce,
      let known = state.memories.values.first(where: {
        $0.content == content && $0.deletedAt == nil
      })
    {
      return (200, #"{"id":\#(known.id),"category":"\#(known.category)","importance":0.5}"#)
    }
    let time = clock.tick() + Int64(state.rules.skew * 1e6)
    state.lastID += 1
    let memory = ModelServer.Memory(
      id: state.lastID, content: redacted, category: category,
      tags: body["tags"]?.string ?? "", keywords: body["expanded_keywords"]?.string ?? "",
      importance: Float(body["importance"]?.double ?? 0.5),
      isSensitive: isForced || redacted != content,
      createdAt: time, updatedAt: time)
    state.memories[memory.id] = memory
    let answer: JSONValue = [
      "id": .integer(memory.id), "category": .string(category),
      "importance": .double(Double(memory.importance)),
    ]
    return (200, answer.text)
  }

  private func delete(_ state: inout ModelServer.State) -> Answer {
    guard let id = Int64(path.split(separator: "/").last!) else {
      return invalid("memory_id", "not an integer", input: .null)
    }
    guard let memory = state.memories[id], memory.deletedAt == nil else {
      if state.rules.forgetsDeleted { return (404, #"{"detail":"Memory not found"}"#) }
      return (200, #"{"deleted":\#(id),"preview":"[already deleted]"}"#)
    }
    guard memory.owner == "alice" else {
      return (403, #"{"detail":"Only the owner can delete a memory"}"#)
    }
    let time = clock.tick() + Int64(state.rules.skew * 1e6)
    state.memories[id]!.deletedAt = time
    state.memories[id]!.updatedAt = time
    return (200, #"{"deleted":\#(id),"preview":"…"}"#)
  }

  private func update(_ state: inout ModelServer.State) -> Answer {
    guard let id = Int64(path.split(separator: "/").last!),
      let body = try? JSONValue(parsing: request.body)
    else { return invalid("body", "invalid", input: .null) }
    guard state.memories[id] != nil, state.memories[id]!.deletedAt == nil else {
      return (404, #"{"detail":"Memory not found"}"#)
    }
    if let content = body["content"]?.string { state.memories[id]!.content = content }
    if let tags = body["tags"]?.string { state.memories[id]!.tags = tags }
    if let words = body["expanded_keywords"]?.string { state.memories[id]!.keywords = words }
    if let number = body["importance"]?.double { state.memories[id]!.importance = Float(number) }
    if let name = body["category"]?.string, let category = Self.canonicalName(name) {
      state.memories[id]!.category = category
    }
    state.memories[id]!.updatedAt = clock.tick() + Int64(state.rules.skew * 1e6)
    return (200, #"{"updated":\#(id)}"#)
  }

  private func invalid(_ field: String, _ message: String, input: JSONValue) -> Answer {
    let detail: JSONValue = [
      "detail": [
        [
          "type": "value_error", "loc": ["body", .string(field)], "msg": .string(message),
          "input": input,
        ]
      ]
    ]
    return (422, detail.text)
  }

  // MARK: The sync answer

  private func sync(_ state: ModelServer.State) -> Answer {
    let since = request.path.split(separator: "?").dropFirst().first
      .flatMap { $0.split(separator: "=").last }.flatMap { $0.removingPercentEncoding }
    let chosen = state.memories.values
      .filter { memory in
        guard memory.owner == "alice" else { return false }
        guard let since else { return memory.deletedAt == nil }
        return Self.text(memory.updatedAt) > since
      }
      .sorted { ($0.updatedAt, $0.id) < ($1.updatedAt, $1.id) }
    let records = chosen.map { Self.record($0).text } + state.rules.extraRecords
    let now = clock.microseconds + Int64(state.rules.skew * 1e6)
    let time = state.rules.serverTime ?? "\"\(Self.text(now))\""
    return (200, #"{"memories":[\#(records.joined(separator: ","))],"server_time":\#(time)}"#)
  }

  private static func record(_ memory: ModelServer.Memory) -> JSONValue {
    [
      "id": .integer(memory.id), "content": .string(memory.content),
      "category": .string(memory.category), "tags": .string(memory.tags),
      "expanded_keywords": .string(memory.keywords),
      "importance": .double(Double(memory.importance)),
      "is_sensitive": .bool(memory.isSensitive), "created_at": .string(text(memory.createdAt)),
      "updated_at": .string(text(memory.updatedAt)),
      "deleted_at": memory.deletedAt.map { .string(text($0)) } ?? .null,
    ]
  }

  /// ISO 8601 as PostgreSQL's driver writes it.
  private static func text(_ microseconds: Int64) -> String {
    var seconds = time_t(microseconds / 1_000_000)
    var parts = tm()
    gmtime_r(&seconds, &parts)
    let time = String(
      format: "%04d-%02d-%02dT%02d:%02d:%02d", parts.tm_year + 1900, parts.tm_mon + 1,
      parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec)
    let fraction = microseconds % 1_000_000
    return time + (fraction == 0 ? "" : String(format: ".%06d", fraction)) + "+00:00"
  }

  // MARK: What the server does to a memory

  private static let categories: Set = [
    "architecture", "decisions", "facts", "feedback", "gotchas", "infrastructure", "lessons",
    "people", "preferences", "projects", "references", "runbook",
  ]

  private static func canonicalName(_ name: String) -> String? {
    let lowercased = name.trimmingCharacters(in: .whitespaces).lowercased()
    let aliases = ["gotcha": "gotchas", "bug": "gotchas", "infra": "infrastructure"]
    let category = aliases[lowercased] ?? lowercased
    return categories.contains(category) ? category : nil
  }

  /// The content without its passwords.
  private static func redacted(_ content: String) -> String {
    content.replacing(#/password\s*[:=]\s*\S{8,}/#.ignoresCase(), with: "[REDACTED:password]")
  }
}
