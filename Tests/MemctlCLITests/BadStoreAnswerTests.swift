import MemctlCore
import TestSupport
import Testing

@Suite("The answer to a write")
struct BadStoreAnswerTests {
  private static let look =
    "nothing is lost; memctl sync finds out whether it arrived before sending it again"

  private static func invalidResponse(_ body: String, _ reason: String) -> BadAnswer {
    BadAnswer(
      body: body, 76, "invalid response: \(reason)", BadAnswer.checkAddress)
  }
  private static let noObject = "the server answered 200 with something that is not a JSON object"
  private static let noID = "the server answered 200 without an id"

  private static let bodies = [
    invalidResponse("", noObject), invalidResponse("[]", noObject),
    invalidResponse("null", noObject),
    invalidResponse("7", noObject), invalidResponse(#"[{"id":7}]"#, noObject),
    invalidResponse("<html>It works!</html>", noObject),
    invalidResponse(#"{"id":7,"category":"fac"#, noObject),
    invalidResponse(#"{"id":7}{"id":8}"#, noObject),
    invalidResponse("{}", noID), invalidResponse(#"{"detail":"ok"}"#, noID),
    invalidResponse(#"{"id":null}"#, noID),
    invalidResponse(#"{"id":"7"}"#, noID), invalidResponse(#"{"id":0}"#, noID),
    invalidResponse(#"{"id":-7}"#, noID),
    invalidResponse(#"{"id":1.5}"#, noID), invalidResponse(#"{"id":9223372036854775808}"#, noID),
    invalidResponse(#"{"id":1}"#, "the server answered with the id 1 of another memory"),
  ]
  private static let others = [
    BadAnswer(
      "dripping", .trickle(Array(#"{"id":7}"#.utf8), everyMilliseconds: 100), 75,
      BadAnswer.lost + "no complete answer from 127.0.0.1:PORT within 0.3 s", look),
    BadAnswer(
      "202", .answer(202), 76, BadAnswer.invalidResponse + "the server answered with status 202",
      BadAnswer.checkAddress),
    BadAnswer(
      "500", .answer(500, body: Array("Internal Server Error".utf8)), 75,
      "the server failed (status 500)",
      "nothing is lost; it is tried again later, see memctl queue"),
    BadAnswer("521", .answer(521), 75, BadAnswer.gateway(521), BadAnswer.goesOn),
    BadAnswer("413 of a gateway", .answer(413), 75, BadAnswer.gateway(413), BadAnswer.goesOn),
    BadAnswer("502", .answer(502), 75, "the server is overloaded: status 502", BadAnswer.tryLater),
  ]

  @Test(
    "that does not name a new memory leaves the store in doubt, and people are told why",
    arguments: bodies + BadAnswer.connections(look) + others)
  func leavesInDoubt(answer: BadAnswer) throws {
    let server = FaultyServer(thereafter: .accepting(answer.behaviour))
    let home = try Home(server: server)
    try home.addSynced(["theirs"])
    try home.enqueue("mine")
    let before = try home.rows("SELECT * FROM memories ORDER BY id")
    try answer.expect(home, "push")
    #expect(try home.rows("SELECT * FROM memories ORDER BY id") == before)
    #expect(try home.queue() == ["store: in_doubt"])
    // It went to nobody else, and not again.
    #expect(server.requests.count { $0.method == "POST" && $0.path == "/api/memories" } == 1)
  }

  private static let unconfirmed = "the server answered 200 without confirming anything"
  private static let deletes =
    [
      invalidResponse("", noObject), invalidResponse("[]", noObject),
      invalidResponse("<html>", noObject),
      invalidResponse("{}", unconfirmed), invalidResponse(#"{"deleted":0}"#, unconfirmed),
      invalidResponse(#"{"deleted":null}"#, unconfirmed),
      invalidResponse(#"{"deleted":8}"#, unconfirmed),
      invalidResponse(#"{"deleted":true}"#, unconfirmed),
    ] + BadAnswer.connections(look)

  @Test(
    "that does not confirm a delete keeps it in the queue, to be sent again", arguments: deletes)
  func keepsDelete(answer: BadAnswer) throws {
    let server = FaultyServer(thereafter: .accepting(answer.behaviour))
    let home = try Home(server: server)
    try home.addSynced(["theirs", "unwanted"])
    _ = try Cache(path: home.database).delete(LocalID(rawValue: 2), at: .now)
    let before = try home.snapshot()
    try answer.expect(home, "push")
    #expect(try home.rows("SELECT content FROM memories") == [[.text("theirs")]])
    #expect(try home.queue() == ["delete: pending"])
    #expect(try home.rows("SELECT * FROM pending_ops") == Array(before.dropFirst().prefix(1)))
  }
}
