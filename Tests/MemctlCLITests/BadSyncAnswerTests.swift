import Foundation
import TestSupport
import Testing

@Suite("A sync answer")
struct BadSyncAnswerTests {
  private static let time = #""server_time":"2026-03-01T13:00:00+00:00""#
  private static let row =
    #""created_at":"2026-03-01T12:30:00+00:00","updated_at":"2026-03-01T12:30:00+00:00""#
  private static let whole = #"{"memories":[{"id":99,"content":"theirs",\#(row)}],\#(time)}"#

  private static func refused(_ body: String, _ reason: String) -> BadAnswer {
    BadAnswer(
      body: body, 76, "invalid response to a sync request: \(reason)",
      "nothing was changed; check that the address is that of a memory server")
  }

  private static let bodies = [
    refused("", "it is not valid JSON at byte 0: it ends too early"),
    refused(String(whole.dropLast()), "it is not valid JSON at byte 166: it ends too early"),
    refused(String(whole.prefix(24)), "it is not valid JSON at byte 24: a string has no end"),
    refused(whole + whole, "it is not valid JSON at byte 167: something follows the value"),
    refused("<html>It works!</html>", "it is not valid JSON at byte 0: a value is missing"),
    refused("\u{FEFF}" + whole, "it is not valid JSON at byte 0: a value is missing"),
    refused("{'memories':[]}", "it is not valid JSON at byte 1: a string is missing"),
    refused(
      #"{"more":"# + String(repeating: "[", count: 100_000),
      "it is not valid JSON at byte 136: it is nested too deeply"),
    refused("null", "it is not an object"), refused("[]", "it is not an object"),
    refused("[\(whole)]", "it is not an object"), refused("{}", "it has no memories"),
    refused(#"{"detail":"Not Found"}"#, "it has no memories"),
    refused("{\(time)}", "it has no memories"),
    refused(#"{"memories":null,\#(time)}"#, "its memories are not one list"),
    refused(#"{"memories":{"id":1},\#(time)}"#, "its memories are not one list"),
    refused(#"{"memories":"none",\#(time)}"#, "its memories are not one list"),
    refused(#"{"memories":[],"memories":[],\#(time)}"#, "its memories are not one list"),
    refused(#"{"memories":[]}"#, "it has no server_time"),
    refused(#"{"memories":[],"server_time":1772366400}"#, "its server_time is not a time"),
    refused(#"{"memories":[],"server_time":null}"#, "its server_time is not a time"),
    refused(#"{"memories":[],"server_time":"now"}"#, "its server_time is not a time"),
  ]

  private static let others = [
    BadAnswer(
      "dripping", .trickle(Array(whole.utf8), everyMilliseconds: 50), 75,
      BadAnswer.lost + "the answer from 127.0.0.1:PORT arrived at less than 1024 bytes a second",
      BadAnswer.tryLater),
    BadAnswer(
      "204", .answer(204, body: []), 76,
      BadAnswer.invalidResponse + "the server answered with status 204",
      BadAnswer.checkAddress),
    BadAnswer(
      "404", .answer(404, body: Array(#"{"detail":"Not Found"}"#.utf8)), 76,
      BadAnswer.invalidResponse + "it answered a sync request with Not Found",
      BadAnswer.checkAddress),
    BadAnswer("404 of a gateway", .answer(404), 75, BadAnswer.gateway(404), BadAnswer.goesOn),
    BadAnswer(
      "500", .answer(500, body: Array("Internal Server Error".utf8)), 75,
      "the server failed (status 500)", BadAnswer.tryLater),
    BadAnswer(
      "500 of a gateway", .answer(500, body: Array("<html>".utf8)), 75, BadAnswer.gateway(500),
      BadAnswer.goesOn),
    BadAnswer(
      "503", .answer(503), 75, "the server is overloaded: status 503", BadAnswer.tryLater),
  ]

  @Test(
    "that cannot be trusted changes nothing, and people are told why",
    arguments: bodies + BadAnswer.connections(BadAnswer.tryLater) + others, ["pull", "resync"])
  func changesNothing(answer: BadAnswer, command: String) throws {
    let server = FaultyServer(thereafter: .accepting(answer.behaviour))
    let home = try Home(server: server)
    try home.addSynced((1...12).map { "memory \($0)" })
    let before = try home.snapshot()
    try answer.expect(home, command)
    #expect(try home.snapshot() == before)
  }

  private static let badRecords = [
    ("1", "a record is not an object"), ("[]", "a record is not an object"),
    ("{}", "a record has no valid id"), (#"{"id":null}"#, "a record has no valid id"),
    (#"{"id":"7","content":"x",\#(row)}"#, "a record has no valid id"),
    (#"{"id":9223372036854775808,"content":"x",\#(row)}"#, "a record has no valid id"),
    (#"{"id":-1,"content":"x",\#(row)}"#, "a record has no valid id"),
    (#"{"id":1.5,"content":"x",\#(row)}"#, "a record has no valid id"),
    (#"{"id":7,\#(row)}"#, "memory 7: it has no content"),
    (#"{"id":7,"content":null,\#(row)}"#, "memory 7: it has no content"),
    (#"{"id":7,"content":["x"],\#(row)}"#, "memory 7: content has the wrong type"),
    (#"{"id":7,"content":"\u0000",\#(row)}"#, "memory 7: content contains a NUL character"),
    (#"{"id":7,"content":"x","tags":7,\#(row)}"#, "memory 7: tags has the wrong type"),
    (
      #"{"id":7,"content":"x","importance":"high",\#(row)}"#,
      "memory 7: importance has the wrong type"
    ),
    (
      #"{"id":7,"content":"x","is_sensitive":"yes",\#(row)}"#,
      "memory 7: is_sensitive has the wrong type"
    ),
    (#"{"id":7,"content":"x"}"#, "memory 7: created_at is not a time"),
    (#"{"id":1,"content":"x",\#(row)}"#, "memory 1: it occurs twice in the answer"),
  ]

  @Test(
    "with a record that makes no sense is applied without it, which is counted and named",
    arguments: badRecords, ["pull", "resync"])
  func skips(record: (text: String, reason: String), command: String) throws {
    let known = #"{"id":1,"content":"known",\#(Self.row)}"#
    let new = #"{"id":99,"content":"new",\#(Self.row)}"#
    let body = #"{"memories":[\#(known),\#(record.text),\#(new)],\#(Self.time)}"#
    let server = FaultyServer(thereafter: .accepting(.answer(body: Array(body.utf8))))
    let home = try Home(server: server)
    try home.addSynced(["known"])
    let ended = try home.memctl(command, "--json")
    #expect(ended.status == 0)
    let report = try #require(ended.json.first)
    let pull = command == "pull" ? report : try #require(report["pull"] as? [String: Any])
    #expect(pull["received"] as? Int == 3)
    #expect(pull["skipped"] as? Int == 1)
    #expect(pull["skipped_reasons"] as? [String] == [record.reason])
    #expect(pull["inserted"] as? Int == 1)
    #expect(pull["deleted"] as? Int == 0)
    // The first record with an id counts; the second is nothing that the server has to repair.
    let isTwice = record.reason.contains("twice")
    let counts = try #require(home.memctl("counts", "--json").json.first)
    #expect(counts["skipped"] as? Int == (isTwice ? 0 : 1))
    #expect(try home.onTerminal("counts").text.contains(record.reason) != isTwice)
    #expect(
      try home.rows("SELECT content, server_id FROM memories ORDER BY id")
        == [[.text("known"), .integer(1)], [.text("new"), .integer(99)]])
    #expect(
      try home.rows("SELECT value FROM sync_meta") == [[.text("2026-03-01T13:00:00+00:00")]])
  }
}
