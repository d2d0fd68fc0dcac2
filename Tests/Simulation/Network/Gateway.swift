import HTTPTransport
import JSON

/// Something between a machine and the server that answers in the server's place: a proxy, a
/// captive portal, a maintenance page.
struct Gateway {
  let status: Int
  let body: String
  /// Requests that change something, where it lets the others pass.
  let answersWritesOnly: Bool

  static func drawn(_ chance: Chance) -> Gateway {
    Gateway(
      status: 300 + chance.below(300),
      body: chance.pick(["", Disturbance.page, #"{"error":"blocked"}"#, #"{"detail":"blocked"}"#]),
      answersWritesOnly: chance.oneIn(2))
  }

  func answers(_ request: HTTPRequest) -> Bool {
    if request.method == .get { return !answersWritesOnly }
    // Who says in the server's own words that a memory is gone is believed.
    return !(request.method != .post && status == 404 && body.contains("detail"))
  }

  var answer: HTTPResponse { Disturbance.response(status, body) }
}
