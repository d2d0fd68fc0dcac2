import MemoryAPI
import MemoryModel

/// Hides what no message may repeat, whatever a server answers: the key and the entry's texts.
struct Veil {
  private struct Secret {
    let text: [Unicode.Scalar]
    /// The number of consecutive characters that give the secret away.
    let least: Int
  }

  private let secrets: [Secret]

  /// Shorter texts occur in too many words.
  private static let shortest = 4
  private static let leastOfSecret = 8
  /// Any two texts have shorter pieces in common.
  private static let leastOfText = 16

  init(key: String = "", operation: QueuedOperation? = nil) {
    var secrets = [Secret(text: Self.scalars(key), least: Self.leastOfSecret)]
    if let fields = operation?.fields {
      let isSecret = fields.isSensitive || !Credential.all(in: fields.content).isEmpty
      let least = isSecret ? Self.leastOfSecret : Self.leastOfText
      // A text that its author chooses freely has a limit.
      for field in MemoryField.allCases where field.limit != nil {
        guard case .text(let text) = fields[field] else { continue }
        secrets.append(Secret(text: Self.scalars(text), least: least))
      }
    }
    self.secrets = secrets.filter { $0.text.count >= Self.shortest }
  }

  /// The message without anything between the first and the last piece of a secret, since what is
  /// between two pieces is often another piece in different quotes.
  func over(_ message: String) -> String {
    let scalars = Self.scalars(message)
    let pieces = secrets.compactMap { Self.extent(of: $0, in: scalars) }
    guard let start = pieces.map(\.lowerBound).min(), let end = pieces.map(\.upperBound).max()
    else { return message }
    let shown = scalars[..<start] + ["…"] + scalars[end...]
    return String(String.UnicodeScalarView(shown))
  }

  private static func extent(of secret: Secret, in message: [Unicode.Scalar]) -> Range<Int>? {
    let length = min(secret.least, secret.text.count)
    guard message.count >= length else { return nil }
    let windows = Set((0...secret.text.count - length).map { secret.text[$0..<$0 + length] })
    let starts = (0...message.count - length).filter {
      windows.contains(message[$0..<$0 + length])
    }
    guard let first = starts.first, let last = starts.last else { return nil }
    return first..<last + length
  }

  /// White space of all kinds counts as a blank, because a server may fold lines.
  private static func scalars(_ text: String) -> [Unicode.Scalar] {
    text.unicodeScalars.map { scalar in
      scalar.properties.generalCategory == .control || scalar.properties.isWhitespace ? " " : scalar
    }
  }
}

extension QueuedOperation {
  /// The fields of the memory in the operation; nil for a delete.
  var fields: MemoryFields? {
    switch self {
    case .store(let fields, localID: _), .update(let fields, _): fields
    case .delete: nil
    }
  }
}
