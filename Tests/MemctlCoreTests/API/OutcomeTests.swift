import Testing

@testable import MemctlCore

@Suite("Outcomes") struct OutcomeTests {
  private static let store = Operation.store(MemoryFields(content: "x"), localID: nil)
  private static let delete = Operation.delete(ServerID(rawValue: 7))
  private static let update = Operation.update(
    MemoryFields(content: "x"), ServerID(rawValue: 7))

  private static func outcome(
    _ operation: Operation, _ status: Int, _ body: String = "", headers: [String: String] = [:]
  ) -> Outcome {
    Outcome(
      of: operation,
      .success(
        HTTPResponse(status: status, headers: headers, body: ResponseBody(Array(body.utf8)))))
  }

  @Test("What each status means for a store")
  func statuses() {
    func judge(_ status: Int) -> Outcome { Self.outcome(Self.store, status) }
    let text = { (status: Int) in "status \(status)" }
    for status in [200, 201] {
      #expect(
        Self.outcome(Self.store, status, #"{"id":5}"#) == .acknowledged(ServerID(rawValue: 5)))
    }
    #expect(judge(401) == .unauthorized(message: text(401)))
    for status in [403, 404, 405] {
      #expect(judge(status) == .ambiguous(status: status, message: text(status)))
    }
    for status in [400, 402, 406, 409, 410, 411, 413, 414, 415, 418, 422, 431, 451, 499] {
      #expect(judge(status) == .rejected(status: status, message: text(status)))
    }
    for (status, mayHaveArrived) in [
      (408, false), (425, false), (429, false), (502, true), (503, true), (504, true),
    ] {
      #expect(
        judge(status)
          == .overloaded(
            status: status, message: text(status), retryAfter: nil,
            mayHaveArrived: mayHaveArrived))
    }
    for status in [500, 501, 505, 507, 520, 599] {
      #expect(judge(status) == .failed(status: status, message: text(status)))
    }
    for status in [202, 204, 206, 300, 301, 304, 600, 999] {
      #expect(judge(status) == .nonsense("the server answered with status \(status)"))
    }
  }

  @Test("When to come back is read from the answer")
  func retryAfter() {
    #expect(
      Self.outcome(Self.store, 429, headers: ["retry-after": "7"])
        == .overloaded(
          status: 429, message: "status 429", retryAfter: .seconds(7), mayHaveArrived: false))
  }

  @Test(
    "A delete is confirmed by its id or by a count",
    arguments: [
      (#"{"deleted":7}"#, true), (#"{"deleted":1,"preview":"x"}"#, true),
      (#"{"deleted":2}"#, false), ("{}", false), (#"{"updated":7}"#, false),
    ])
  func confirmation(body: String, isConfirmed: Bool) {
    #expect((Self.outcome(Self.delete, 200, body) == .acknowledged(nil)) == isConfirmed)
    let updated = body.replacing("deleted", with: "updated")
    if body != #"{"updated":7}"# {
      #expect((Self.outcome(Self.update, 200, updated) == .acknowledged(nil)) == isConfirmed)
    }
  }

  @Test("What became of an exchange without an answer")
  func failures() {
    let failures: [(TransportFailure, Outcome)] = [
      (.notSent("no"), .unreachable("no")), (.lost("broke"), .lost("broke")),
      (
        .foreignRedirect(to: "http://x"),
        .nonsense("the server redirects to http://x, which gets neither key nor memories")
      ),
      (.nonsense("no HTTP"), .nonsense("no HTTP")), (.noRoom("full"), .lost("full")),
      (.tooLarge(limit: 1_024), .nonsense("the answer is longer than 1,024 bytes")),
    ]
    for (failure, expected) in failures {
      #expect(Outcome(of: Self.store, .failure(failure)) == expected)
    }
  }

  @Test(
    "The server's words are shown, and never the input that it repeats",
    arguments: [
      (#"{"detail":"Invalid API key"}"#, "Invalid API key"),
      (
        #"{"detail":[{"type":"t","loc":["body","content"],"msg":"too long","input":"hunter2"}]}"#,
        "content: too long"
      ),
      (
        #"{"detail":[{"loc":["body",0,"tags"],"msg":"a"},{"loc":["body"],"msg":"b"},{"x":1}]}"#,
        "0.tags: a; b"
      ),
      (#"{"detail":[{"input":"hunter2"}]}"#, "status 418"),
      (#"{"detail":{"input":"hunter2"}}"#, "status 418"), (#"["hunter2"]"#, "status 418"),
      ("hunter2", "status 418"), ("", "status 418"),
      (#"{"detail":"a\nb\u001b[31mc"}"#, "a b [31mc"),
    ])
  func message(body: String, expected: String) {
    let response = HTTPResponse(status: 418, body: ResponseBody(Array(body.utf8)))
    #expect(ServerMessage.text(of: response) == expected)
  }

  @Test("A long message is cut")
  func longMessage() {
    let body = #"{"detail":"\#(String(repeating: "x", count: 400))"}"#
    let response = HTTPResponse(status: 500, body: ResponseBody(Array(body.utf8)))
    #expect(ServerMessage.text(of: response) == String(repeating: "x", count: 300) + "…")
  }

  @Test(
    "When a server asks to come back is read in seconds or as a date",
    arguments: [
      ("0", .seconds(0)), ("120", .seconds(120)), (" 5 ", .seconds(5)),
      ("Sun, 01 Mar 2026 12:00:30 GMT", .date(Timestamp("2026-03-01T12:00:30Z")!)),
      ("Sun, 06 Nov 1994 08:49:37 GMT", .date(Timestamp("1994-11-06T08:49:37Z")!)),
      ("", nil), ("-5", nil), ("soon", nil), ("1.5", nil), ("Sun, 31 Feb 2026 12:00:30 GMT", nil),
      ("Sun, 01 Mar 2026 12:00:30 CET", nil), ("2026-03-01T12:00:30Z", nil),
    ] as [(String, RetryAfter?)])
  func retryAfterHeader(text: String, expected: RetryAfter?) {
    #expect(RetryAfter(text) == expected)
  }

  @Test("A server cannot stop sync for longer than a day, nor for a time that is over")
  func pauses() {
    let now = Timestamp("2026-03-01T12:00:00Z")!
    #expect(RetryAfter.seconds(90).time(from: now).seconds(since: now) == 90)
    #expect(RetryAfter.seconds(.max).time(from: now).seconds(since: now) == 86_400)
    let late = RetryAfter.date(now.advanced(bySeconds: 1e9))
    #expect(late.time(from: now).seconds(since: now) == 86_400)
    #expect(RetryAfter.date(.epoch).time(from: now) == now)
  }
}
