import TestSupport
import Testing

/// An answer of a misbehaving server, and how memctl ends when it gets it.
struct BadAnswer: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let behaviour: FaultyBehaviour
  let status: Int32
  /// Ports are `PORT`.
  let message: String
  let hint: String

  /// - Parameter name: nil for the first words of the body.
  init(
    _ name: String? = nil, body: String, _ status: Int32, _ message: String, _ hint: String
  ) {
    self.init(name ?? body, .answer(body: Array(body.utf8)), status, message, hint)
  }

  init(
    _ name: String, _ behaviour: FaultyBehaviour, _ status: Int32, _ message: String,
    _ hint: String
  ) {
    self.behaviour = behaviour
    self.status = status
    self.message = message
    self.hint = hint
    testDescription = String(name.prefix(60))
  }

  /// Runs memctl, which expects no answer for long, and compares what it says and ends with.
  func expect(
    _ home: Home, _ command: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let ended = try home.memctl(command, adding: ["MEMCTL_TIMEOUT": "0.3"])
    #expect(ended.message.normalized == message, sourceLocation: sourceLocation)
    #expect(ended.hint == hint, sourceLocation: sourceLocation)
    #expect(ended.status == status, sourceLocation: sourceLocation)
  }
}

extension BadAnswer {
  static let checkAddress = "nothing is lost; check that the address is that of a memory server"
  static let tryLater = "nothing is lost; try again later"
  static let invalidResponse = "invalid response: "
  static let goesOn = "nothing is lost; memctl sync continues once the server itself answers again"
  static func gateway(_ status: Int) -> String {
    "something between here and the server answered \(status)"
  }
  static let lost = "the server's answer was lost: "
  static let broken = "the connection to 127.0.0.1:PORT broke before the answer "
  static let foreign =
    "the server redirects to http://127.0.0.1:1, which gets neither key nor memories"

  /// Ways in which a connection ends without an answer that is one.
  ///
  /// - Parameter hint: after an answer that was lost.
  static func connections(_ hint: String) -> [BadAnswer] {
    let drip = Array(#"{"memories":[],"server_time":"2026-03-01T12:00:00+00:00"}"#.utf8)
    return [
      BadAnswer("closed before", .closeUnanswered, 75, lost + broken + "began", hint),
      BadAnswer("reset before", .resetUnanswered, 75, lost + broken + "began", hint),
      BadAnswer("closed in the head", .closeInHead, 75, lost + broken + "was complete", hint),
      BadAnswer("closed in the body", .closeInBody, 75, lost + broken + "was complete", hint),
      BadAnswer("reset in the body", .resetInBody, 75, lost + broken + "was complete", hint),
      BadAnswer("closed in a chunk", .closeInChunk, 75, lost + broken + "was complete", hint),
      BadAnswer(
        "longer than it says", .lyingAboutLength(100, body: drip) + .closeUnread, 75,
        lost + broken + "was complete", hint),
      BadAnswer(
        "silence", .silence, 75, lost + "no answer from 127.0.0.1:PORT within 0.3 s", hint),
      BadAnswer(
        "no HTTP", .garbage, 76, invalidResponse + "what answers at 127.0.0.1:PORT is not HTTP",
        checkAddress),
      BadAnswer(
        "a circle", .redirect(to: "/circle"), 76,
        invalidResponse + "the server redirects more than 5 times", checkAddress),
      BadAnswer(
        "no address", .redirect(to: "ftp://127.0.0.1/"), 76,
        invalidResponse + "the server redirects to an address that memctl does not follow",
        checkAddress),
      BadAnswer(
        "elsewhere", .redirect(to: Home.nowhere), 76, invalidResponse + foreign, checkAddress),
    ]
  }
}
