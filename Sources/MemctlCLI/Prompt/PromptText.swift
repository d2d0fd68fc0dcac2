import MemctlCore

/// The prompt, which shows the state of queue and sync: `memctl (3 pending, offline)> `.
struct PromptText: Equatable {
  /// What is between the bytes 1 and 2 takes no columns.
  let text: String

  static let continued = PromptText(text: "   ...> ")

  /// - Parameters:
  ///   - state: nil if the cache cannot be read.
  ///   - reasonNotToSync: why nothing is synced, whatever the last sync met.
  init(_ state: SyncState?, reasonNotToSync: String?, style: Style) {
    var parts: [String] = []
    func part(_ text: String, _ color: (String) -> String) {
      let colored = color(text)
      guard colored != text else { return parts.append(text) }
      let halves = colored.split(separator: text, maxSplits: 1, omittingEmptySubsequences: false)
      parts.append("\u{1}\(halves[0])\u{2}\(text)\u{1}\(halves[1])\u{2}")
    }
    if let state {
      if state.pending > 0 { part("\(grouped(state.pending)) pending", style.yellow) }
      if state.deadLetters > 0 { part("\(grouped(state.deadLetters)) dead", style.red) }
      if let reasonNotToSync {
        part(reasonNotToSync, style.dim)
      } else if let trouble = Self.trouble(state) {
        part(trouble, state.authFailed ? style.red : style.yellow)
      }
    } else {
      part("no cache", style.red)
    }
    text = parts.isEmpty ? "memctl> " : "memctl (\(parts.joined(separator: ", ")))> "
  }

  private init(text: String) { self.text = text }

  private static func trouble(_ state: SyncState) -> String? {
    if state.authFailed { return "key refused" }
    switch state.lastError {
    case .offline: return "offline"
    case .gateway: return "server unreachable"
    case .certificate: return "certificate refused"
    case .overloaded: return "server busy"
    case .serverFailed: return "server error"
    case .invalidResponse, .refused, .configuration, .file, .bug: return "sync failing"
    case .unauthorized: return "key refused"
    case .forbidden: return "cannot fetch"
    case .usage, .rejected, .ambiguous, .invalidInput, .notFound, .waiting, .busy, .interrupted,
      nil:
      return nil
    }
  }
}
