import HTTPTransport
import JSON

/// The server's own words in an answer that is an error, fit to be shown.
enum ServerMessage {
  private static let limit = 300
  /// More than that of an answer is not looked at.
  private static let longest = 10 * limit
  /// Bytes of an answer above which it is no message.
  private static let longestAnswer = 1 << 20
  /// What the API's framework answers, as plain text, where its code crashed.
  private static let crash = Array("Internal Server Error".utf8)

  /// The `detail` of the answer; of a list of validation errors, where and what, but never the
  /// `input`, which repeats the memory.
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
    // What is cut off is no longer recognised, so the veil comes first.
    let shown = veil.over(line.joined()).unicodeScalars
    return String(shown.prefix(limit)) + (shown.count > limit ? "…" : "")
  }
}
