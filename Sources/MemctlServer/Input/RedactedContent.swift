import MemoryAPI

/// A memory's content with its credentials taken out, because nobody else should ever have them.
///
/// The rules of the production server come first (`Credential`), as clients rely on them to work out
/// what became of a text. In what is left, further rules find more:
/// 1. A credential word (`password`, `secret`, `token`, `api key` and their like, in any case, at
///    the end of a name: `DB_PASSWORD` counts, `passwords` does not) with `:` or `=` and a value: word
///    and value become `[REDACTED:password]`, or the mark of another kind. A value in quotes
///    ends at the quote, any other at white space.
/// 2. Such a word with only a space or `is` before its value: the same, but only where the value
///    has at least six characters and a digit among them. `password manager` stays.
/// 3. A word that starts like a known kind of key (`sk-`, `ghp_`, `AKIA`, …) and continues with at
///    least twelve letters, digits, `-`, `_` or `.`, a digit among them, becomes `[REDACTED:token]`.
struct RedactedContent: Equatable {
  let text: String
  let isSensitive: Bool

  /// - Parameter forced: whether the author calls it sensitive. Where nothing is found, the content
  ///   stays as it is, and others see a mask in its place.
  init(_ content: String, forced: Bool = false) {
    let redacted = Self.redacting(content)
    (text, isSensitive) = (redacted ?? content, forced || redacted != nil)
  }

  private static let words: [(spelling: [UInt8], kind: Credential.Kind)] =
    spellings.flatMap { kind, spellings in spellings.map { (Array($0.utf8), kind) } }

  private static let spellings: [(Credential.Kind, [String])] = [
    (.password, ["password", "passwd", "passphrase", "pwd"]), (.genericSecret, ["secret"]),
    (.token, ["token"]), (.apiKey, ["apikey", "api_key", "api-key", "api key"]),
  ]

  /// The beginning of every mark, which is not taken for a value.
  private static let mark = Array("[REDACTED:".utf8)

  private static let prefixes = [
    "sk-", "sk_live_", "sk_test_", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-",
    "xoxb-", "xoxp-", "xapp-", "AKIA", "ASIA", "AIza", "hf_", "npm_", "pypi-", "eyJ",
  ].map { Array($0.utf8) }

  /// Nil when there is nothing to redact.
  private static func redacting(_ content: String) -> String? {
    let known = redactingKnown(content)
    return redactingMore(known ?? content) ?? known
  }

  /// Redacts by the rules of the production server. Of credentials that overlap, one mark is left.
  private static func redactingKnown(_ content: String) -> String? {
    let credentials = Credential.all(in: content)
    guard !credentials.isEmpty else { return nil }
    let bytes = Array(content.utf8)
    var result: [UInt8] = []
    var copied = 0
    for credential in credentials {
      if credential.range.lowerBound >= copied {
        result += bytes[copied..<credential.range.lowerBound] + credential.kind.mark.utf8
      }
      copied = max(copied, credential.range.upperBound)
    }
    return String(decoding: result + bytes[copied...], as: UTF8.self)
  }

  private static func redactingMore(_ content: String) -> String? {
    let bytes = Array(content.utf8)
    var result: [UInt8] = []
    var copied = 0
    var index = 0
    while index < bytes.count {
      let isAtStart = index == 0 || !isAlphanumeric(bytes[index - 1])
      guard isAtStart, let match = match(in: bytes[index...]) else {
        index += 1
        continue
      }
      result += bytes[copied..<index] + match.kind.mark.utf8
      index = match.end
      copied = index
    }
    return copied == 0 ? nil : String(decoding: result + bytes[copied...], as: UTF8.self)
  }

  private static func match(in bytes: ArraySlice<UInt8>) -> (
    kind: Credential.Kind, end: Int
  )? {
    for (spelling, kind) in words where starts(bytes, with: spelling, ignoringCase: true) {
      if let end = valueEnd(in: bytes.dropFirst(spelling.count)) { return (kind, end) }
    }
    for prefix in prefixes where starts(bytes, with: prefix, ignoringCase: false) {
      let tail = bytes.dropFirst(prefix.count)
      let key = tail.prefix { isAlphanumeric($0) || "-_.".utf8.contains($0) }
      if key.count >= 12, key.contains(where: isDigit) { return (.token, key.endIndex) }
    }
    return nil
  }

  /// Where the value that a credential word announces ends; nil when it announces none.
  private static func valueEnd(in bytes: ArraySlice<UInt8>) -> Int? {
    // `"password": "…"` in JSON: a quote may close the word.
    let afterQuote = bytes.first.map(isQuote) == true ? bytes.dropFirst() : bytes
    var value = afterQuote.drop(while: isSpace)
    let isAssigned = value.first == UInt8(ascii: ":") || value.first == UInt8(ascii: "=")
    if isAssigned {
      value = value.dropFirst().drop(while: isSpace)
    } else {
      guard value.startIndex > afterQuote.startIndex else { return nil }
      if starts(value, with: Array("is ".utf8), ignoringCase: true) {
        value = value.dropFirst(3).drop(while: isSpace)
      }
    }
    if value.first.map(isQuote) == true && value.dropFirst().starts(with: mark)
      || value.starts(with: mark)
    {
      return nil
    }
    if let quote = value.first, isQuote(quote),
      let end = value.dropFirst().firstIndex(of: quote), isAssigned
    {
      return end + 1
    }
    value = value.prefix { !isSpace($0) }
    while let last = value.last, ",.;)".utf8.contains(last) { value.removeLast() }
    let looksSecret = value.count >= 6 && value.contains(where: isDigit)
    return !value.isEmpty && (isAssigned || looksSecret) ? value.endIndex : nil
  }

  private static func starts(
    _ bytes: ArraySlice<UInt8>, with word: [UInt8], ignoringCase: Bool
  ) -> Bool {
    guard bytes.count >= word.count else { return false }
    for (index, expected) in zip(bytes.indices, word) {
      let byte = ignoringCase ? lowercased(bytes[index]) : bytes[index]
      guard byte == expected else { return false }
    }
    return true
  }

  private static func lowercased(_ byte: UInt8) -> UInt8 {
    UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte ? byte | 0x20 : byte
  }

  private static func isAlphanumeric(_ byte: UInt8) -> Bool {
    UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20 || isDigit(byte)
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

  private static func isQuote(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") || byte == UInt8(ascii: "`")
  }

  private static func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x09 || byte == 0x0a || byte == 0x0d
  }
}
