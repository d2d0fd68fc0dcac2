import HTTPTransport
import MemoryAPI
import MemoryModel
import Testing

@testable import MemctlCore
@testable import MemorySync

@Suite("Outcomes") struct OutcomeTests {
  private static let store = QueuedOperation.store(MemoryFields(content: "x"), localID: nil)
  private static let delete = QueuedOperation.delete(ServerID(rawValue: 7))
  private static let update = QueuedOperation.update(
    MemoryFields(content: "x"), ServerID(rawValue: 7))

  private static func outcome(
    _ operation: QueuedOperation, _ status: Int, _ body: String = "",
    headers: [String: String] = [:]
  ) -> Outcome {
    Outcome(
      of: operation,
      .success(
        HTTPResponse(status: status, headers: headers, body: ResponseBody(Array(body.utf8)))))
  }

  /// What an answer means, whatever was asked.
  private static func setback(
    _ status: Int, _ body: String, headers: [String: String] = [:]
  ) -> Setback {
    Setback(HTTPResponse(status: status, headers: headers, body: ResponseBody(Array(body.utf8))))
  }

  private static let own = #"{"detail":"because"}"#

  @Test("What each status means where this API answers")
  func ownStatuses() {
    func judge(_ status: Int) -> Setback { Self.setback(status, Self.own) }
    #expect(judge(401) == .unauthorized(message: "because"))
    for status in [400, 402, 403, 404, 405, 406, 409, 410, 411, 413, 415, 418, 422, 431, 451, 499] {
      #expect(judge(status) == .refused(status: status, message: "because"))
    }
    for status in [408, 425, 429, 502, 503, 504] {
      #expect(judge(status) == .overloaded(status: status, message: "because", retryAfter: nil))
    }
    for status in [500, 501, 505, 507, 520, 599] {
      #expect(judge(status) == .failed(status: status, message: "because"))
    }
    for status in [202, 204, 206] {
      #expect(judge(status) == .invalidResponse("the server answered with status \(status)"))
    }
    for status in [101, 300, 301, 304, 407, 600, 999] {
      #expect(judge(status) == .gateway(status: status))
    }
  }

  @Test(
    "Whatever the status, an answer that is not this API's says nothing of the request",
    arguments: [
      "", "<html>Blocked</html>", "{}", "[]", "null", #"{"error":"no"}"#, #"{"detail":null}"#,
      #"[{"detail":"no"}]"#, #""detail""#, "Internal Server Error\n", "internal server error",
    ])
  func foreignAnswers(body: String) {
    for status in Array(300...599) + [999] {
      switch Self.setback(status, body) {
      case .gateway(let met): #expect(met == status)
      case .overloaded: #expect([408, 425, 429, 502, 503, 504].contains(status))
      case let other: Issue.record("\(status) is taken for \(other)")
      }
    }
  }

  @Test("A crash is reported by this API as plain text")
  func crash() {
    let text = "Internal Server Error"
    #expect(Self.setback(500, text) == .failed(status: 500, message: "status 500"))
    #expect(Self.setback(501, text) == .gateway(status: 501))
  }

  @Test("What answers in the server's place is told as what it is")
  func gatewayWords() {
    let words = [
      (407, "a proxy on the way to the server requires a password (407)"),
      (511, "the network requires a sign-in first (511)"),
      (401, "something between here and the server requires a password (401)"),
      (521, "something between here and the server answered 521"),
    ]
    for (status, message) in words { #expect(Setback.gateway(status: status).message == message) }
  }

  @Test("Who asks for a password, and who turns a request away, has let nothing pass")
  func arrival() {
    let table: [(Setback, Bool)] = [
      (.unauthorized(message: ""), false), (.refused(status: 422, message: ""), false),
      (.failed(status: 500, message: ""), true), (.unreachable(""), false), (.lost(""), true),
      (.noRoom(""), true), (.invalidResponse(""), true),
      (.overloaded(status: 429, message: "", retryAfter: nil), false),
      (.overloaded(status: 502, message: "", retryAfter: nil), true),
      (.gateway(status: 407), false), (.gateway(status: 511), false),
      (.gateway(status: 401), false), (.gateway(status: 413), true),
      (.gateway(status: 521), true), (.gateway(status: 302), true),
    ]
    for (setback, mayHaveArrived) in table {
      #expect(setback.mayHaveArrived == mayHaveArrived, "\(setback)")
      #expect(Outcome(setback) == .setback(setback, mayHaveArrived: mayHaveArrived))
    }
  }

  @Test("A store is acknowledged by its id")
  func acknowledgement() {
    for status in [200, 201] {
      #expect(
        Self.outcome(Self.store, status, #"{"id":5}"#) == .acknowledged(ServerID(rawValue: 5)))
    }
  }

  @Test("What is gone on the server already need not be deleted, and cannot be changed")
  func refusals() {
    for operation in [Self.store, Self.delete, Self.update] {
      for status in [400, 403, 404, 405, 413, 422] {
        let outcome = Outcome(refusalOf: operation, status: status, message: "no")
        let isGone = if case .store = operation { false } else { status == 404 }
        #expect(
          outcome == (isGone ? .acknowledged(nil) : .rejected(status: status, message: "no")))
      }
    }
  }

  @Test("When to come back is read from the answer")
  func retryAfter() {
    #expect(
      Self.setback(429, "", headers: ["retry-after": "7"])
        == .overloaded(status: 429, message: "status 429", retryAfter: .seconds(7)))
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
    let failures: [(TransportFailure, Setback)] = [
      (.notSent("no"), .unreachable("no")), (.lost("broke"), .lost("broke")),
      (
        .foreignRedirect(to: "http://x"),
        .invalidResponse("the server redirects to http://x, which gets neither key nor memories")
      ),
      (.invalidResponse("no HTTP"), .invalidResponse("no HTTP")),
      (.noRoom("full"), .noRoom("full")),
      (.tooLarge(limit: 1_024), .invalidResponse("the answer is longer than 1,024 bytes")),
    ]
    for (failure, expected) in failures {
      #expect(Outcome(of: Self.store, .failure(failure)) == Outcome(expected))
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

  @Test("A server cannot stop sync for longer than an hour, nor for a time that is over")
  func pauses() {
    let now = Timestamp("2026-03-01T12:00:00Z")!
    #expect(RetryAfter.seconds(90).time(from: now).seconds(since: now) == 90)
    #expect(RetryAfter.seconds(.max).time(from: now).seconds(since: now) == 3_600)
    let late = RetryAfter.date(now.advanced(bySeconds: 1e9))
    #expect(late.time(from: now).seconds(since: now) == 3_600)
    #expect(RetryAfter.date(.epoch).time(from: now) == now)
  }
}
