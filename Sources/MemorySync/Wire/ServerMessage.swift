import HTTPTransport
import JSON

/// The server's own message in an error answer, fit to be shown.
enum ServerMessage {
  private static let limit = 300
  /// The most characters of a message that are looked at.
  private static let longest = 10 * limit
  /// The largest answer, in bytes, that counts as a message.
  private static let longestAnswer = 1 << 20
  /// The plain text with which the API's framework answers when the API's code crashed.
  private static let crash = Array("Internal Server Error".utf8)

  /// The `detail` of the answer. From a list of validation errors, it is the place and the message
  /// of each, but never the `input`, which repeats the memory.
  static func text(of response: HTTPResponse, behind veil: Veil = Veil()) -> String {
    let detail = detail(of: response)
    if let text = detail?.string { return clean(text, veil) }
    let errors = (detail?.array ?? []).compactMap { error -> String? in
      guard let message = error["msg"]?.string else { return nil }
      let place = (error["loc"]?.array ?? []).dropFirst().map { $0.string ?? $0.text }
      return place.isEmpty ? message : "\(place.joined(separator: ".")): \(message)"
    }
    return errors.isEmpty
      ? "status \(response.status)" : clean(errors.joined(separator: "; "), veil)
  }

  /// Whether an error looks like one of this API: a JSON object with a `detail`, or the report of a
  /// crash.
  static func isOfThisAPI(_ response: HTTPResponse) -> Bool {
    if let detail = detail(of: response) { return detail != .null }
    return response.status == 500 && response.body.withBytes { $0.elementsEqual(crash) }
  }

  private static func detail(of response: HTTPResponse) -> JSONValue? {
    if response.body.count > longestAnswer { return nil }
    return response.body.withBytes { try? JSONValue(parsing: $0) }?["detail"]
  }

  private static func clean(_ text: String, _ veil: Veil) -> String {
    let line = text.unicodeScalars.prefix(longest).map { scalar in
      scalar.properties.generalCategory == .control ? " " : String(scalar)
    }
    // A secret that is cut off could no longer be recognized, so the veil comes first.
    let shown = veil.over(line.joined()).unicodeScalars
    return String(shown.prefix(limit)) + (shown.count > limit ? "…" : "")
  }
}
