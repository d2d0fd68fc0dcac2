import Glibc
import JSON
import System
import Testing

@testable import MemctlServer
@testable import ServerStore

/// The parts that have no effects, by tables.
@Suite struct RuleTests {
  @Test(arguments: [
    ("db password: hunter2 on host a", "db [REDACTED:password] on host a"),
    ("db password hunter2 on host a", "db [REDACTED:password] on host a"),
    ("the PASSWORD is Hunter22.", "the [REDACTED:password]."),
    ("export DB_PASSWORD=x y", "export DB_[REDACTED:password] y"),
    (#"{"secret": "a b c", "n": 1}"#, #"{"[REDACTED:generic_secret], "n": 1}"#),
    ("api key=abc, api_key = 'd e'", "[REDACTED:api_key], [REDACTED:api_key]"),
    ("use sk-abcdefgh12345678 here", "use [REDACTED:token] here"),
    ("(ghp_0123456789abcdefghij)", "([REDACTED:token])"),
    ("token: é", "[REDACTED:token]"),
    // By the rules of the production server, with its marks.
    ("AKIAIOSFODNN7EXAMPLE", "[REDACTED:aws_key]"),
    ("at postgres://u:p@h/db now", "at [REDACTED:connection_string] now"),
    ("password=hunter2hunter2, pwd: x", "[REDACTED:password] [REDACTED:password]"),
    ("token: password=hunter2hunter2", "token: [REDACTED:password]"),
    // One lies within the other, or both overlap.
    ("secret: 'password=hunter2hunter2'", "[REDACTED:generic_secret]"),
    ("token=AKIA0123456789ABCDEFxyz", "[REDACTED:token]"),
  ])
  func `Credentials are taken out of content`(content: String, redacted: String) {
    for isForced in [false, true] {
      #expect(RedactedContent(content, forced: isForced).text == redacted)
      #expect(RedactedContent(content, forced: isForced).isSensitive)
    }
  }

  @Test(arguments: [
    "", "the password manager is good", "passwords: see the vault", "a token ring of 1985",
    "task-012345678901", "npm_config_registry", "secretary: Ann", "password:", "tokens=12",
    "db [REDACTED:password] on host a",
  ])
  func `Other content stays, also when its author says that it is sensitive`(content: String) {
    for isForced in [false, true] {
      #expect(RedactedContent(content, forced: isForced).text == content)
      #expect(RedactedContent(content, forced: isForced).isSensitive == isForced)
    }
  }

  @Test func `The command table is sound`() {
    #expect(ServerProgram.table.violations() == [])
  }

  @Test(arguments: [
    ("k-1", "alice"), ("Bearer k-1", "alice"), ("Bearer k-22", "bob"), ("bearer k-1", "alice"),
    ("BEARER   k-1 ", "alice"), (" k-1\t", "alice"), ("Bearer k-1 x", nil), ("Bearerk-1", nil),
    ("Bearer", nil), ("", nil), ("k-", nil), ("k-1k-1", nil), ("k-2", nil),
  ])
  func `A key is one user's`(authorization: String, user: String?) throws {
    let keys = try Keys([("alice", "k-1"), ("bob", "k-22")])
    #expect(keys.user(authorization: authorization) == user)
  }

  @Test func `A lock that is not to be had is told as what it is`() {
    func failure(_ lock: FileLock.Failure) -> ServerFailure {
      ServerFailure(StoreOpeningFailure(lock, path: "/s.db"))
    }
    let taken = failure(.busy)
    #expect(taken.message == "the store is already served by another process: /s.db")
    let missing = failure(.unavailable(SystemError(ENOLCK)))
    #expect(missing.message == "cannot lock the store: /s.db.lock: No locks available")
    #expect((taken.exitCode, missing.exitCode) == (74, 74))
  }

  @Test(arguments: [
    ("gzip", true), ("br, gzip;q=0.5", true), ("*", true), ("gzip;q=0", false), ("br", false),
    ("", false), ("GZIP", true),
  ])
  func `gzip is used where the client takes it`(accept: String, isTaken: Bool) {
    let header = HeaderFields([("Accept-Encoding", Array(accept.utf8))])
    let request = Request(method: "GET", target: "/", header: header)
    #expect(request.acceptsGzip == isTaken)
  }

  @Test func `Path and query are decoded`() {
    let request = Request(
      method: "GET", target: "/a%20b+c?x=1+2%2B3&y&x=4&%7a=%zz", header: HeaderFields([]))
    #expect(request.path == "/a b+c")
    #expect(request.parameter("x") == "1 2+3")
    #expect(request.parameter("y") == "")
    #expect(request.parameter("z") == "%zz")
    #expect(request.parameter("w") == nil)
  }
}
