import HTTPTransport
import MemoryAPI

/// When a server asks the client to come back (RFC 9110, section 10.2.3).
package enum RetryAfter: Hashable, Sendable {
  case seconds(Int)
  case date(Timestamp)

  /// The longest pause in seconds, so that a mistaken server cannot stop sync permanently.
  static let longest = 3_600.0

  /// Reads the header's value; nil if it is neither a number of seconds nor an HTTP date.
  package init?(_ value: String) {
    let value = value.split(separator: " ").joined(separator: " ")
    if value.allSatisfy(\.isASCII), let seconds = Int(value), seconds >= 0 {
      self = .seconds(seconds)
    } else if let date = Self.date(value) {
      self = .date(date)
    } else {
      return nil
    }
  }

  /// The time that the value stands for, at most `longest` seconds away.
  package func time(from now: Timestamp) -> Timestamp {
    switch self {
    case .seconds(let seconds): now.advanced(bySeconds: min(Double(seconds), Self.longest))
    case .date(let date): max(now, min(date, now.advanced(bySeconds: Self.longest)))
    }
  }

  /// Reads `Sun, 06 Nov 1994 08:49:37 GMT`, the only form that servers still send.
  static func date(_ text: String) -> Timestamp? {
    let months = [
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
    let parts = text.split(separator: " ")
    guard parts.count == 6, parts[5] == "GMT", let month = months.firstIndex(of: String(parts[2]))
    else { return nil }
    let number = month + 1 < 10 ? "0\(month + 1)" : "\(month + 1)"
    return Timestamp("\(parts[3])-\(number)-\(parts[1])T\(parts[4])Z")
  }
}
