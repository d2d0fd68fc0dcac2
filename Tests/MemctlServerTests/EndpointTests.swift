import Foundation
import JSON
import Testing

/// The table of the API, row by row.
@Suite struct EndpointTests {
  private let fixture: Fixture

  init() throws { fixture = try Fixture() }

  @Test func `Health needs no key and answers GET alone`() throws {
    #expect(try fixture.ask("GET", "/health", key: nil).text == #"{"status":"ok"}"#)
    #expect(try fixture.ask("HEAD", "/health", key: nil).status == 405)
    let answer = try fixture.ask("POST", "/health", key: nil)
    #expect(answer.status == 405)
    #expect(answer.headers["allow"] == "GET")
    #expect(answer.text == #"{"detail":"Method Not Allowed"}"#)
  }

  @Test func `A key stands for its user, with Bearer before it or bare`() throws {
    let check = { (authorization: String) in
      try fixture.ask(
        "GET", "/api/auth-check", headers: ["Authorization": authorization], key: nil)
    }
    #expect(try check("Bearer key-a").text == #"{"status":"ok","user_id":"alice"}"#)
    for right in ["key-b", "bearer key-b", "Bearer   key-b ", "\tkey-b"] {
      #expect(try check(right).text == #"{"status":"ok","user_id":"bob"}"#)
    }
    for wrong in ["Bearer key-c", "Basic key-a", "Bearer key-", "Bearer key-aa", "Bearer "] {
      #expect(try check(wrong).status == 401)
      #expect(try check(wrong).text == #"{"detail":"Invalid API key"}"#)
    }
  }

  @Test func `A request without a key names the header that is missing`() throws {
    let answer = try fixture.ask("GET", "/api/memories/sync", key: nil)
    #expect(answer.status == 422)
    #expect(
      answer.text == #"{"detail":[{"type":"missing","loc":["header","authorization"],"#
        + #""msg":"Field required","input":null}]}"#)
  }

  @Test func `A store answers id, folded category and the importance of a 32 bit column`() throws {
    let answer = try fixture.ask(
      "POST", "/api/memories",
      #"{"content":"c","category":" Gotcha ","importance":0.7,"colour":"red"}"#)
    #expect(answer.status == 200)
    #expect(answer.headers["content-type"] == "application/json")
    #expect(answer.text == #"{"id":1,"category":"gotchas","importance":0.699999988079071}"#)
  }

  @Test(arguments: [
    #"{"content":""}"#, #"{"content":"c","importance":"0.25"}"#,
    #"{"content":"c","importance":1}"#, #"{"content":"c","force_sensitive":"no"}"#,
    #"{"content":"c","tags":"","expanded_keywords":""}"#,
  ])
  func `A store takes types as loosely as pydantic`(body: String) throws {
    #expect(try fixture.ask("POST", "/api/memories", body).status == 200)
  }

  @Test func `The same content twice is two memories`() throws {
    #expect(try fixture.store("same") != fixture.store("same"))
  }

  @Test func `What a store says is what a sync gives back`() throws {
    let content = "Ünïcode \u{1F600} \"quoted\" \\ back\n\ttab"
    try fixture.store(
      content, .init("tags", "a, b"), .init("expanded_keywords", "k"), .init("importance", 0.25),
      .init("category", "infra"))
    let memory = try #require(try fixture.ask("GET", "/api/memories/sync").memories.first)
    #expect(memory["content"]?.string == content)
    #expect(memory["tags"]?.string == "a, b")
    #expect(memory["expanded_keywords"]?.string == "k")
    #expect(memory["importance"]?.double == 0.25)
    #expect(memory["category"]?.string == "infrastructure")
    #expect(memory["is_sensitive"]?.bool == false)
    #expect(memory["deleted_at"] == .null)
    #expect(memory["created_at"] == memory["updated_at"])
    #expect(memory["owner"] == nil)
  }

  @Test func `Content is counted in Unicode scalars, and echoed when it is too long`() throws {
    let emoji = String(repeating: "\u{1F600}", count: 1400)
    try fixture.store(emoji)
    let long = String(repeating: "a", count: 1401)
    let answer = try fixture.ask("POST", "/api/memories", #"{"content":"\#(long)"}"#)
    #expect(answer.status == 422)
    #expect(answer.problem["loc"] == ["body", "content"])
    #expect(answer.problem["msg"] == "String should have at most 1400 characters")
    #expect(answer.problem["input"]?.string == long)
  }

  @Test(arguments: [
    (#"{"content":"c","category":"nonsense"}"#, "category"),
    (#"{"content":"c","category":null}"#, "category"),
    (#"{"content":"c","importance":1.5}"#, "importance"),
    (#"{"content":"c","importance":-0.1}"#, "importance"),
    (#"{"content":"c","importance":null}"#, "importance"),
    (#"{"content":"c","importance":"nan"}"#, "importance"),
    (#"{"content":"c","importance":1e999}"#, "importance"),
    (#"{"content":"c","tags":null}"#, "tags"),
    (#"{"content":"c","tags":"\#(String(repeating: "t", count: 501))"}"#, "tags"),
    (
      #"{"content":"c","expanded_keywords":"\#(String(repeating: "t", count: 501))"}"#,
      "expanded_keywords"
    ),
    (#"{"content":"a\u0000b"}"#, "content"), (#"{"content":7}"#, "content"), ("{}", "content"),
    (#"{"content":"c","force_sensitive":"perhaps"}"#, "force_sensitive"),
  ])
  func `A field that is wrong is named`(body: String, field: String) throws {
    let answer = try fixture.ask("POST", "/api/memories", body)
    #expect(answer.status == 422)
    #expect(answer.problem["loc"] == ["body", .string(field)])
    #expect(answer.problem["msg"]?.string?.isEmpty == false)
    #expect(try fixture.ask("GET", "/api/memories/sync").memories.isEmpty)
  }

  @Test(arguments: ["", "{", #"{"content":"\ud800"}"#, #"{"content":"c","importance":NaN}"#, "[1]"])
  func `A body that is no object is a 422`(body: String) throws {
    #expect(try fixture.ask("POST", "/api/memories", body).status == 422)
  }

  @Test func `A delete tells the beginning of what it deleted, and may be repeated`() throws {
    let id = try fixture.store(String(repeating: "é", count: 60))
    let preview = String(repeating: "é", count: 50)
    let first = try fixture.ask("DELETE", "/api/memories/\(id)")
    #expect(first.text == #"{"deleted":\#(id),"preview":"\#(preview)"}"#)
    for unknown in [id, 77, 99_999_999_999] {
      let again = try fixture.ask("DELETE", "/api/memories/\(unknown)")
      #expect(again.status == 200)
      #expect(again.text == #"{"deleted":\#(unknown),"preview":"[already deleted]"}"#)
    }
  }

  @Test func `Nobody deletes or changes what is another's`() throws {
    let id = try fixture.store("bob's", key: "key-b")
    let delete = try fixture.ask("DELETE", "/api/memories/\(id)")
    #expect(delete.status == 403)
    #expect(delete.text == #"{"detail":"Only the owner can delete a memory"}"#)
    #expect(try fixture.ask("PUT", "/api/memories/\(id)", #"{"tags":"x"}"#).status == 403)
  }

  @Test(arguments: ["GET", "PUT", "DELETE"])
  func `An id that is no number is a 422`(method: String) throws {
    let answer = try fixture.ask(method, "/api/memories/abc", #"{"tags":"x"}"#)
    #expect(answer.status == 422)
    #expect(answer.problem["loc"] == ["path", "memory_id"])
    #expect(answer.problem["input"] == "abc")
  }

  @Test func `One memory is shown with its owner until it is deleted`() throws {
    let id = try fixture.store("one", key: "key-b")
    let memory = try fixture.ask("GET", "/api/memories/\(id)").json
    #expect(memory["content"] == "one")
    #expect(memory["owner"] == "bob")
    _ = try fixture.ask("DELETE", "/api/memories/\(id)", key: "key-b")
    let gone = try fixture.ask("GET", "/api/memories/\(id)")
    #expect(gone.status == 404)
    #expect(gone.text == #"{"detail":"Memory not found"}"#)
  }

  @Test func `A put changes what it names and nothing else`() throws {
    let id = try fixture.store("before", .init("tags", "t"))
    let target = "/api/memories/\(id)"
    let answer = try fixture.ask("PUT", target, #"{"content":"after","category":"bug"}"#)
    #expect(answer.text == #"{"updated":\#(id)}"#)
    let memory = try fixture.ask("GET", target).json
    #expect(memory["content"] == "after")
    #expect(memory["category"] == "gotchas")
    #expect(memory["tags"] == "t")
    #expect(memory["created_at"] != memory["updated_at"])
    #expect(try fixture.ask("PUT", target, "{}").status == 400)
    #expect(try fixture.ask("PUT", target, #"{"tags":null}"#).status == 400)
    #expect(try fixture.ask("PUT", target, #"{"importance":2}"#).status == 422)
    #expect(try fixture.ask("PUT", "/api/memories/99", "{}").status == 404)
    #expect(try fixture.ask("PUT", target, "{}", key: "key-b").status == 403)
    let refused = try fixture.ask("PUT", target, #"{"tags":"x"}"#, key: "key-b")
    #expect(refused.json["detail"] == "Write permission required")
  }

  @Test func `A put changes nothing that was deleted`() throws {
    let id = try fixture.store("deleted")
    _ = try fixture.ask("DELETE", "/api/memories/\(id)")
    let since = "since=2020-01-01T00:00:00Z"
    let before = try fixture.ask("GET", "/api/memories/sync?\(since)").memories
    let answer = try fixture.ask("PUT", "/api/memories/\(id)", #"{"content":"back"}"#)
    #expect(answer.status == 404)
    #expect(answer.text == #"{"detail":"Memory not found"}"#)
    #expect(try fixture.ask("GET", "/api/memories/sync?\(since)").memories == before)
  }

  @Test func `What its author calls sensitive stays whole for the author, and masked for others`()
    throws
  {
    let plain = try fixture.store("open")
    let kept = try fixture.store("behind the painting", .init("force_sensitive", true))
    let redacted = try fixture.store("db password=hunter2hunter2")
    let synced = try fixture.ask("GET", "/api/memories/sync").memories
    #expect(
      synced.map { $0["content"] } == ["open", "behind the painting", "db [REDACTED:password]"])
    #expect(synced.map { $0["is_sensitive"] } == [false, true, true])
    for key in ["key-a", "key-b"] {
      let listed = try fixture.ask("GET", "/api/memories", key: key).memories
      for id in [kept, redacted] {
        let mask = JSONValue.string("[SENSITIVE - use secret_get(id=\(id))]")
        let shown = try fixture.ask("GET", "/api/memories/\(id)", key: key).json
        #expect(shown["content"] == mask)
        #expect(listed.first { $0["id"] == .integer(id) }?["content"] == mask)
      }
      #expect(try fixture.ask("GET", "/api/memories/\(plain)", key: key).json["content"] == "open")
    }
    let preview = try fixture.ask("DELETE", "/api/memories/\(kept)").json["preview"]
    #expect(preview == "behind the painting")
  }

  @Test func `A put never makes a sensitive memory one that everybody sees`() throws {
    let id = try fixture.store("x", .init("force_sensitive", true))
    for change in [#"{"content":"harmless"}"#, #"{"tags":"t"}"#] {
      #expect(try fixture.ask("PUT", "/api/memories/\(id)", change).status == 200)
      let memory = try fixture.ask("GET", "/api/memories/sync").memories[0]
      #expect(memory["is_sensitive"] == true)
    }
  }

  @Test(arguments: ["text/plain", "application/x-www-form-urlencoded", "application/jsonx"])
  func `A body that is not called JSON is none`(type: String) throws {
    let body = #"{"content":"c"}"#
    let answer = try fixture.ask(
      "POST", "/api/memories", body, headers: ["Content-Type": type])
    #expect(answer.status == 422)
    #expect(answer.problem["type"] == "model_attributes_type")
    #expect(answer.problem["loc"] == ["body"])
    #expect(answer.problem["input"] == .string(body))
    let json = ["Content-Type": "Application/JSON; charset=utf-8"]
    #expect(try fixture.ask("POST", "/api/memories", body, headers: json).status == 200)
  }

  @Test func `An import stores all of its memories in order, or none`() throws {
    let answer = try fixture.ask(
      "POST", "/api/memories/import",
      #"[{"content":"a","importance":1},{"content":"b","category":"infra"}]"#)
    #expect(
      answer.text == #"[{"id":1,"category":"facts","importance":1.0},"#
        + #"{"id":2,"category":"infrastructure","importance":0.5}]"#)
    let bad = try fixture.ask("POST", "/api/memories/import", #"[{"content":"c"},{"content":1}]"#)
    #expect(bad.status == 422)
    #expect(bad.problem["loc"] == ["body", 1, "content"])
    #expect(try fixture.ask("POST", "/api/memories/import", "{}").status == 422)
    #expect(try fixture.ask("POST", "/api/memories/import", "[]").text == "[]")
    #expect(try fixture.ask("GET", "/api/memories/sync").memories.count == 2)
  }

  @Test func `A list has everyone's memories, the most important first, filtered and paged`() throws
  {
    try fixture.store("1", .init("tags", "red, Green"), .init("importance", 0.25))
    try fixture.store("2", .init("category", "bug"), .init("tags", "Greenish"), key: "key-b")
    try fixture.store("3", .init("category", "bug"), .init("importance", 0.75))
    try fixture.store("4", .init("tags", #"a "quoted\ one , plain"#), .init("importance", 0.125))
    _ = try fixture.ask("DELETE", "/api/memories/\(fixture.store("5"))")
    let contents = { (query: String) in
      let answer = try fixture.ask("GET", "/api/memories\(query)")
      return (answer.memories.map { $0["content"]!.string! }, answer.json["total"]!.int64!)
    }
    #expect(try contents("") == (["3", "2", "1", "4"], 4))
    #expect(try contents("?category=&tag=") == (["3", "2", "1", "4"], 4))
    #expect(try contents("?category=gotchas") == (["3", "2"], 2))
    #expect(try contents("?category=gotcha") == ([], 0))
    #expect(try contents("?tag=Green") == (["1"], 1))
    #expect(try contents("?tag=green") == ([], 0))
    #expect(try contents("?tag=a+%22quoted%5C+one") == (["4"], 1))
    #expect(try contents("?tag=plain&limit=0") == ([], 1))
    #expect(try contents("?limit=1&offset=1") == (["2"], 4))
    let owners = try fixture.ask("GET", "/api/memories").memories.map { $0["owner"] }
    #expect(owners == ["alice", "bob", "alice", "alice"])
    #expect(try fixture.ask("GET", "/api/memories?limit=x").status == 422)
    #expect(try fixture.ask("GET", "/api/memories?offset=-1").status == 422)
  }

  @Test func `A slash too many is redirected, with its query`() throws {
    let answer = try fixture.ask("POST", "/api/memories/?a=1", "{}")
    #expect(answer.status == 307)
    #expect(answer.headers["location"] == "/api/memories?a=1")
    // As it was sent: decoded, it could not stand in a header.
    let other = try fixture.ask("POST", "/api/memories/x%0d%0ay/", "{}")
    #expect(other.status == 307)
    #expect(other.headers["location"] == "/api/memories/x%0d%0ay")
  }

  @Test(arguments: ["http://elsewhere/api/auth-check", "HTTPS://x:81/api/auth-check?a=1"])
  func `A request may name the whole address`(target: String) throws {
    #expect(try fixture.ask("GET", target).status == 200)
  }

  @Test func `Other paths and methods are refused`() throws {
    let unknown = try fixture.ask("GET", "/api/nothing")
    #expect(unknown.status == 404)
    #expect(unknown.text == #"{"detail":"Not Found"}"#)
    let method = try fixture.ask("PATCH", "/api/memories/1")
    #expect(method.status == 405)
    #expect(method.headers["allow"] == "GET, PUT, DELETE")
    // It could be an endpoint of another server's, and not a memory.
    let other = try fixture.ask("POST", "/api/memories/recall", "{}")
    #expect(other.status == 404)
  }
}
