import MemoryModel

/// Where each setting can be given.
extension Setting {
  /// The environment variables of the setting; the first that is set and not empty wins.
  public var variables: [String] {
    switch self {
    case .db: ["MEMORY_DB"]
    case .apiURL: ["MEMORY_API_URL", "CLAUDE_MEMORY_API_URL"]
    case .apiKeyFile: ["MEMCTL_API_KEY_FILE"]
    case .apiKey: ["MEMORY_API_KEY", "CLAUDE_MEMORY_API_KEY"]
    case .syncInterval: ["MEMORY_SYNC_INTERVAL"]
    case .syncDisabled: ["MEMORY_SYNC_DISABLE"]
    case .timeout: ["MEMCTL_TIMEOUT"]
    case .lockTimeout: ["MEMCTL_LOCK_TIMEOUT"]
    case .lockFile: ["MEMCTL_LOCK_FILE"]
    case .allowHTTP: ["MEMCTL_ALLOW_HTTP"]
    case .caFile: ["MEMCTL_CA_FILE"]
    case .clientCertificate: ["MEMCTL_CLIENT_CERT"]
    case .clientKey: ["MEMCTL_CLIENT_KEY"]
    case .temporaryFolder: ["TMPDIR"]
    }
  }

  /// Whether the setting may be in the configuration file.
  ///
  /// A key does not belong in a file that is shown to others, but the name of a key file does. The
  /// system decides where temporary files go.
  var isInFile: Bool { self != .apiKey && self != .temporaryFolder }
}

/// Where a setting was found.
public enum SettingOrigin: Hashable, Sendable, CustomStringConvertible {
  case option(String)
  case environment(String)
  case file(String)

  /// The place in words, for messages.
  public var description: String {
    switch self {
    case .option(let name): "option --\(name)"
    case .environment(let name): "environment \(name)"
    case .file(let path): "file \(path)"
    }
  }
}
