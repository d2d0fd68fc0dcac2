import MemctlCore

/// Keeps sensitive content off screens, logs and listings unless it is asked for.
enum Masking {
  static let placeholder = "[sensitive]"
}

extension MemoryFields {
  /// The content to show; nil if it is to stay hidden.
  func content(revealed: Bool) -> String? { isSensitive && !revealed ? nil : content }
}
