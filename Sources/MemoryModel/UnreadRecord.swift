import JSON
import MemoryAPI

/// A record of the server that could not be read, and that is requested again.
package struct UnreadRecord: Hashable {
  /// When the record was first met, by this machine's clock.
  package var firstAt: Timestamp
  /// Nil where it does not say when it was changed.
  package var updatedAt: Timestamp?
  package var reason: String

  package init(firstAt: Timestamp, updatedAt: Timestamp?, reason: String) {
    self.firstAt = firstAt
    self.updatedAt = updatedAt
    self.reason = reason
  }

  /// Parses the form that `text` produces.
  package init?(_ text: String) {
    guard let value = try? JSONValue(parsing: text),
      let firstAt = value["first_at"]?.string.flatMap(Timestamp.init)
    else { return nil }
    self.firstAt = firstAt
    updatedAt = value["updated_at"]?.string.flatMap(Timestamp.init)
    reason = value["reason"]?.string ?? ""
  }

  package var text: String {
    let value: JSONValue = [
      "first_at": .string(firstAt.description),
      "updated_at": updatedAt.map { .string($0.description) } ?? .null,
      "reason": .string(reason),
    ]
    return value.text
  }
}
