import JSON
import Testing

@testable import MemctlServer

/// The parts that have no effects, by tables.
@Suite struct RuleTests {
  @Test(arguments: [
    ("db password: hunter2 on host a", "db [REDACTED:password] on host a"),
    ("db password hunter2 on host a", "db [REDACTED:password] on host a"),
    ("the PASSWORD is Hunter22.", "the [REDACTED:password]."),
    ("export DB_PASSWORD=x y", "export DB_[REDACTED:password] y"),
    (#"{"secret": "a b c", "n": 1}"#, #"{"[REDACTED:secret], "n": 1}"#),
    ("api key=abc, api_key = 'd e'", "[REDACTED:api-key], [REDACTED:api-key]"),
    ("use sk-abcdefgh12345678 here", "use [REDACTED:token] here"),
    ("(ghp_0123456789abcdefghij)", "([REDACTED:token])"),
    ("AKIAIOSFODNN7EXAMPLE", "[REDACTED:token]"),
    ("token: é", "[REDACTED:token]"),
  ])
  func `Credentials are taken out of content`(content: String, redacted: String) {
    #expect(Redaction(content).content == redacted)
    #expect(Redaction(content).isSensitive)
  }

  @Test(arguments: [
    "", "the password manager is good", "passwords: see the vault", "a token ring of 1985",
    "task-012345678901", "npm_config_registry", "secretary: Ann", "password:", "tokens=12",
    "db [REDACTED:password] on host a",
  ])
  func `Other content stays, unless its author says that it is sensitive`(content: String) {
    #expect(Redaction(content).content == content)
    #expect(!Redaction(content).isSensitive)
    let forced = Redaction(content, forced: true)
    #expect(forced.content == "[REDACTED:sensitive]")
    #expect(forced.isSensitive)
  }

  @Test(arguments: [
    (0, "1970-01-01T00:00:00+00:00"), (1, "1970-01-01T00:00:00.000001+00:00"),
    (-1, "1969-12-31T23:59:59.999999+00:00"), (951_782_400_000_000, "2000-02-29T00:00:00+00:00"),
    (1_795_376_377_762_978, "2026-11-22T19:39:37.762978+00:00"),
    (4_107_542_399_500_000, "2100-02-28T23:59:59.500000+00:00"),
  ])
  func `A time is written and read`(microseconds: Int64, text: String) {
    #expect(Timestamp(microseconds: microseconds).text == text)
    #expect(Timestamp(text)?.microseconds == microseconds)
  }

  @Test(arguments: [
    ("1970-01-02", 86_400_000_000), ("1970-01-01T01:00", 3_600_000_000),
    ("1970-01-01 00:00:01Z", 1_000_000), ("1970-01-01t00:00:00.5z", 500_000),
    ("1970-01-01T00:00:00.1234567", 123_456), ("1970-01-01T02:00:00+02", 0),
    ("1970-01-01T02:30:00+0230", 0), ("1969-12-31T19:00:00-05:00", 0),
  ])
  func `A time is read in any form of ISO 8601 that clients send`(
    text: String, microseconds: Int64
  ) {
    #expect(Timestamp(text)?.microseconds == microseconds)
  }

  @Test(arguments: [
    "", "now", "1970", "1970-1-1", "1970-02-30", "1970-13-01", "1970-01-01T", "1970-01-01T24:00",
    "1970-01-01T00:60", "1970-01-01T00:00:60", "1970-01-01T00:00:00.", "1970-01-01T00:00:00+",
    "1970-01-01T00:00:00+2", "1970-01-01T00:00:00+02:", "1970-01-01T00:00:00Zx",
    "1970-01-01T00:00:00 00:00",
  ])
  func `What is no time is none`(text: String) {
    #expect(Timestamp(text) == nil)
  }

  @Test(arguments: [
    ("facts", "facts"), (" Gotcha ", "gotchas"), ("bug", "gotchas"), ("PROJECT", "projects"),
    ("reference", "references"), ("infra", "infrastructure"), ("incident", "incidents"),
    ("procedures", "runbook"), ("post-mortems", "post-mortems"), ("", nil), ("  ", nil),
    ("fact s", nil),
  ])
  func `A category is folded`(name: String, category: String?) {
    #expect(Category.folding(name) == category)
  }

  @Test(arguments: [
    ("k-1", "alice"), ("Bearer k-1", "alice"), ("Bearer k-22", "bob"), ("bearer k-1", nil),
    ("Bearer  k-1", nil), ("Bearer", nil), ("", nil), ("k-", nil), ("k-1k-1", nil), ("k-2", nil),
  ])
  func `A key is one user's`(authorization: String, user: String?) throws {
    let keys = try Keys([("alice", "k-1"), ("bob", "k-22")])
    #expect(keys.user(authorization: authorization) == user)
  }

  @Test func `Times are later one by one, and the horizon stays before what is not committed`() {
    let start = Timestamp.now + .seconds(3600)
    let clock = Clock(last: start)
    clock.group {
      let floor = clock.horizon()
      let first = clock.next()
      #expect(floor >= start)
      #expect(floor < first)
      #expect(first < clock.next())
      #expect(clock.horizon() == floor)
    }
    let horizon = clock.horizon()
    clock.group { #expect(clock.next() > horizon) }
  }

  @Test(arguments: [
    ("gzip", true), ("br, gzip;q=0.5", true), ("*", true), ("gzip;q=0", false), ("br", false),
    ("", false), ("GZIP", true),
  ])
  func `gzip is used where the client takes it`(accept: String, isTaken: Bool) {
    let request = Request(method: "GET", target: "/") { $0 == "Accept-Encoding" ? accept : nil }
    #expect(request.acceptsGzip == isTaken)
  }

  @Test func `Path and query are decoded`() {
    let request = Request(method: "GET", target: "/a%20b+c?x=1+2%2B3&y&x=4&%7a=%zz") { _ in nil }
    #expect(request.path == "/a b+c")
    #expect(request.parameter("x") == "1 2+3")
    #expect(request.parameter("y") == "")
    #expect(request.parameter("z") == "%zz")
    #expect(request.parameter("w") == nil)
  }
}
