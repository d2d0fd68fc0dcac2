/// A credential that a server finds in the text of a memory, and what it writes in its place.
public struct Credential: Hashable, Sendable {
  /// The kinds that the production server tells apart, the surest first. `rawValue` is the word in
  /// its mark: `[REDACTED:password]`.
  public enum Kind: String, CaseIterable, Sendable {
    case privateKey = "private_key"
    case awsKey = "aws_key"
    case githubToken = "github_token"
    case connectionString = "connection_string"
    case basicAuth = "basic_auth"
    case bearerToken = "bearer_token"
    case apiKey = "api_key"
    case password
    case token
    case hexKey = "hex_key"
    case genericSecret = "generic_secret"

    /// What a server writes in the place of such a credential.
    public var mark: String { "[REDACTED:\(rawValue)]" }

    /// From 0 to 1. A credential that lies within a surer one is not looked at.
    var sureness: Double {
      switch self {
      case .privateKey, .awsKey, .githubToken: 0.95
      case .connectionString: 0.9
      case .basicAuth, .bearerToken: 0.85
      case .apiKey, .password: 0.8
      case .token: 0.75
      case .hexKey: 0.65
      case .genericSecret: 0.6
      }
    }

    /// Words in lower case; every such credential contains one of them.
    public var words: [String] {
      switch self {
      case .privateKey: ["private key"]
      case .awsKey: ["akia", "asia"]
      case .githubToken: ["ghp_", "gho_", "ghu_", "ghs_", "ghr_"]
      case .connectionString:
        ["postgres", "postgresql", "mysql", "mongodb", "mongodb+srv", "redis", "amqp"]
      case .basicAuth: ["basic"]
      case .bearerToken: ["bearer"]
      case .apiKey: ["api_key", "api-key", "apikey"]
      case .password: ["password", "passwd", "pwd"]
      case .token: ["token", "secret", "bearer"]
      case .hexKey: ["key", "secret"]
      case .genericSecret: ["secret", "credential", "auth"]
      }
    }
  }

  public let kind: Kind
  /// Offsets into the UTF-8 of the text.
  public let range: Range<Int>
}

extension Credential {
  /// The credentials that the production server finds in a text, in the order of their positions.
  /// One that lies within a surer one, or within an equally sure one that begins earlier, is left
  /// out; two overlap only where neither lies within the other or the outer one is less sure.
  public static func all(in text: String) -> [Credential] {
    var text = text
    let found = text.withUTF8 { CredentialScanner($0).matches() }
    var kept: [Credential] = []
    for credential in found.sorted(by: { $0.goesBefore($1) })
    where !kept.contains(where: { $0.range.contains(credential.range) }) {
      kept.append(credential)
    }
    return kept.sorted { $0.range.lowerBound < $1.range.lowerBound }
  }

  private func goesBefore(_ other: Credential) -> Bool {
    kind.sureness == other.kind.sureness
      ? range.lowerBound < other.range.lowerBound : kind.sureness > other.kind.sureness
  }

  /// The text with each of its credentials replaced by a mark.
  ///
  /// - Parameter credentials: of this text, in their order, none overlapping another.
  public static func redacting(_ text: String, _ credentials: [Credential]) -> String {
    let bytes = Array(text.utf8)
    var result: [UInt8] = []
    var copied = 0
    for credential in credentials {
      result += bytes[copied..<credential.range.lowerBound]
      result += credential.kind.mark.utf8
      copied = credential.range.upperBound
    }
    return String(decoding: result + bytes[copied...], as: UTF8.self)
  }
}

/// Finds credentials by the rules of the production server, which are regular expressions that
/// ignore case. Each is deterministic enough to be matched without backtracking.
private struct CredentialScanner {
  private let bytes: UnsafeBufferPointer<UInt8>

  init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  /// What each kind begins with, by the first byte in lower case.
  private static let beginnings: [[(kind: Credential.Kind, word: [UInt8])]] = {
    var table = Array(repeating: [(kind: Credential.Kind, word: [UInt8])](), count: 256)
    for kind in Credential.Kind.allCases {
      for word in kind == .privateKey ? ["-----begin "] : kind.words {
        table[Int(word.utf8.first!)].append((kind, Array(word.utf8)))
      }
    }
    return table
  }()

  /// For each first byte, the second bytes that may follow it, as a bit set of their lowest five
  /// bits: this alone rules out most positions in a text.
  private static let followers: [UInt32] = beginnings.map { entries in
    entries.reduce(0) { $0 | 1 << UInt32($1.word[1] & 0x1f) }
  }

  /// All credentials; those of one kind go from left to right and do not overlap each other.
  func matches() -> [Credential] {
    var matches: [Credential] = []
    var ends: [Credential.Kind: Int] = [:]
    for start in bytes.indices.dropLast() {
      let first = Int(lowercased(bytes[start]))
      if Self.followers[first] >> UInt32(bytes[start + 1] & 0x1f) & 1 == 0 { continue }
      for (kind, word) in Self.beginnings[first] where skip(word, start) != nil {
        if let last = ends[kind], start < last { continue }
        guard let end = end(of: kind, from: start) else { continue }
        matches.append(Credential(kind: kind, range: start..<end))
        ends[kind] = end
      }
    }
    return matches
  }

  private func end(of kind: Credential.Kind, from start: Int) -> Int? {
    switch kind {
    case .privateKey: privateKey(start)
    case .awsKey:
      word(kind, start).flatMap { run(from: $0, atLeast: 16, atMost: 16, isAlphanumeric) }
    case .githubToken:
      word(kind, start).flatMap { run(from: $0, atLeast: 36) { isAlphanumeric($0) || $0 == 0x5f } }
    case .connectionString:
      kind.words.lazy.compactMap { skip($0 + "://", start) }.first.flatMap { value($0, atLeast: 1) }
    case .basicAuth:
      scheme(kind, start) { isAlphanumeric($0) || $0 == 0x2b || $0 == 0x2f || $0 == 0x3d }
    case .bearerToken: scheme(kind, start, isTokenByte)
    case .apiKey:
      assigned(kind, start) { run(from: $0, atLeast: 20) { isTokenByte($0) && $0 != 0x2e } }
    case .password: assigned(kind, start) { value($0, atLeast: 8) }
    case .token: assigned(kind, start) { run(from: $0, atLeast: 20, isTokenByte) }
    case .hexKey: assigned(kind, start) { run(from: $0, atLeast: 32, isHexadecimal) }
    case .genericSecret: assigned(kind, start) { value($0, atLeast: 12) }
    }
  }

  // MARK: Rules

  private static let keyTypes = ["", "RSA ", "EC ", "DSA ", "OPENSSH "]

  private func privateKey(_ start: Int) -> Int? {
    func line(_ word: String, _ start: Int) -> Int? {
      guard let rest = skip("-----\(word) ", start) else { return nil }
      return Self.keyTypes.lazy.compactMap { skip("\($0)PRIVATE KEY-----", rest) }.first
    }
    guard bytes[start] == 0x2d, var index = line("BEGIN", start) else { return nil }
    while index < bytes.count {
      if bytes[index] == 0x2d, let end = line("END", index) { return end }
      index += 1
    }
    return nil
  }

  /// A word, white space, and a run of at least 20 bytes.
  private func scheme(
    _ kind: Credential.Kind, _ start: Int, _ isPart: (UInt8) -> Bool
  ) -> Int? {
    guard let end = word(kind, start) else { return nil }
    let value = skipSpace(end)
    return value == end ? nil : run(from: value, atLeast: 20, isPart)
  }

  /// A word, `:` or `=`, and a value, which may stand in quotes.
  private func assigned(_ kind: Credential.Kind, _ start: Int, _ value: (Int) -> Int?) -> Int? {
    guard var index = word(kind, start).map(skipSpace), index < bytes.count,
      bytes[index] == 0x3a || bytes[index] == 0x3d
    else { return nil }
    index = skipSpace(index + 1)
    if isQuote(at: index) { index += 1 }
    guard let end = value(index) else { return nil }
    return isQuote(at: end) ? end + 1 : end
  }

  // MARK: Parts of rules

  private func word(_ kind: Credential.Kind, _ start: Int) -> Int? {
    kind.words.lazy.compactMap { skip($0, start) }.first
  }

  /// The end of `word`, ignoring case, when it stands at `start`.
  private func skip(_ word: String, _ start: Int) -> Int? { skip(word.utf8, start) }

  private func skip(_ word: some Sequence<UInt8>, _ start: Int) -> Int? {
    var index = start
    for expected in word {
      guard index < bytes.count, lowercased(bytes[index]) == lowercased(expected) else {
        return nil
      }
      index += 1
    }
    return index
  }

  private func run(
    from start: Int, atLeast least: Int, atMost most: Int = .max, _ isPart: (UInt8) -> Bool
  ) -> Int? {
    var end = start
    while end < bytes.count, end - start < most, isPart(bytes[end]) { end += 1 }
    return end - start >= least ? end : nil
  }

  /// The end of a run of at least `least` scalars that are neither white space nor quotes.
  private func value(_ start: Int, atLeast least: Int) -> Int? {
    var end = start
    var count = 0
    while end < bytes.count, !isQuote(at: end), spaceLength(at: end) == 0 {
      if bytes[end] & 0xc0 != 0x80 { count += 1 }
      end += 1
    }
    return count >= least ? end : nil
  }

  private func skipSpace(_ start: Int) -> Int {
    var index = start
    while case let length = spaceLength(at: index), length > 0 { index += length }
    return index
  }

  private func isQuote(at index: Int) -> Bool {
    index < bytes.count && (bytes[index] == 0x22 || bytes[index] == 0x27)
  }

  /// Bytes of the white space at `index`, as Python's `\s` has it; 0 where there is none.
  private func spaceLength(at index: Int) -> Int {
    guard index < bytes.count else { return 0 }
    switch bytes[index] {
    case 0x09...0x0d, 0x1c...0x20: return 1
    case 0xc2: return follows(index, [0x85]) || follows(index, [0xa0]) ? 2 : 0
    case 0xe1: return follows(index, [0x9a, 0x80]) ? 3 : 0
    case 0xe2:
      guard index + 2 < bytes.count else { return 0 }
      return switch (bytes[index + 1], bytes[index + 2]) {
      case (0x80, 0x80...0x8a), (0x80, 0xa8), (0x80, 0xa9), (0x80, 0xaf), (0x81, 0x9f): 3
      default: 0
      }
    case 0xe3: return follows(index, [0x80, 0x80]) ? 3 : 0
    default: return 0
    }
  }

  private func follows(_ index: Int, _ tail: [UInt8]) -> Bool {
    bytes[(index + 1)...].starts(with: tail)
  }

  private func lowercased(_ byte: UInt8) -> UInt8 {
    UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte ? byte | 0x20 : byte
  }

  private func isAlphanumeric(_ byte: UInt8) -> Bool {
    UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20 || byte &- UInt8(ascii: "0") < 10
  }

  private func isTokenByte(_ byte: UInt8) -> Bool {
    isAlphanumeric(byte) || byte == 0x5f || byte == 0x2d || byte == 0x2e
  }

  private func isHexadecimal(_ byte: UInt8) -> Bool {
    UInt8(ascii: "a")...UInt8(ascii: "f") ~= byte | 0x20 || byte &- UInt8(ascii: "0") < 10
  }
}

extension Range<Int> {
  fileprivate func contains(_ other: Range<Int>) -> Bool {
    lowerBound <= other.lowerBound && other.upperBound <= upperBound
  }
}
