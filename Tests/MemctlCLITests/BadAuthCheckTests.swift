import TestSupport
import Testing

@Suite("The answer to auth-check")
struct BadAuthCheckTests {
  private static let other =
    BadAnswer.invalidResponse + "http://127.0.0.1:PORT does not answer like a memory server"

  private static func invalidResponse(_ body: String) -> BadAnswer {
    BadAnswer(body: body, 76, other, BadAnswer.checkAddress)
  }

  private static let answers =
    [
      invalidResponse(""), invalidResponse("[]"), invalidResponse("null"), invalidResponse("{}"),
      invalidResponse("<html>It works!</html>"), invalidResponse(#"{"user_id":null}"#),
      invalidResponse(#"{"user_id":7}"#),
      invalidResponse(#"{"user_id":"\#(String(repeating: "a", count: 257))"}"#),
      invalidResponse(#"{"status":"ok","user_id":"ali"#),
      BadAnswer("404", .answer(404), 76, other, BadAnswer.checkAddress),
      BadAnswer(
        "500", .answer(500, body: Array("Internal Server Error".utf8)), 75,
        "the server failed (status 500)", BadAnswer.tryLater),
      BadAnswer("500 of a gateway", .answer(500), 75, BadAnswer.gateway(500), BadAnswer.goesOn),
      BadAnswer("521", .answer(521), 75, BadAnswer.gateway(521), BadAnswer.goesOn),
      BadAnswer("403 of a gateway", .answer(403), 75, BadAnswer.gateway(403), BadAnswer.goesOn),
      BadAnswer(
        "407", .answer(407), 75, "a proxy on the way to the server requires a password (407)",
        "nothing is lost; give the proxy's user and password, as in "
          + "https_proxy=http://USER:PASSWORD@HOST:PORT"),
      BadAnswer(
        "503", .answer(503), 75, "the server is overloaded: status 503", BadAnswer.tryLater),
      BadAnswer(
        "401", .answer(401, body: Array(#"{"detail":"Invalid API key"}"#.utf8)), 77,
        "the server does not accept the key: Invalid API key",
        """
        memctl login asks for another key and keeps it; or set MEMORY_API_KEY or --api-key-file; nothing \
        is sent until the server accepts the key
        """
      ),
      BadAnswer(
        "closed unread", .closeUnread, 75, BadAnswer.lost + BadAnswer.broken + "began",
        BadAnswer.tryLater),
      BadAnswer(
        "dripping", .trickle(Array(#"{"user_id":"alice"}"#.utf8), everyMilliseconds: 100), 75,
        BadAnswer.lost + "no complete answer from 127.0.0.1:PORT within 0.3 s",
        BadAnswer.tryLater),
    ] + BadAnswer.connections(BadAnswer.tryLater)

  @Test(
    "that does not name an account lets nothing out, and changes nothing",
    arguments: answers, ["push", "resync"])
  func letsNothingOut(answer: BadAnswer, command: String) throws {
    let server = FaultyServer(thereafter: answer.behaviour)
    let home = try Home(server: server)
    try home.addSynced(["theirs"])
    try home.enqueue("mine")
    let before = try home.snapshot()
    try answer.expect(home, command)
    #expect(try home.snapshot() == before)
    #expect(server.requests.allSatisfy { $0.method == "GET" && !$0.path.hasSuffix("/sync") })
  }
}
