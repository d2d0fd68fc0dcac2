import MemoryModel
import Spelling

/// Where each setting can be given.
extension Setting {
  /// The environment variables of the setting; the first that is set and not empty wins.
  public var variables: [String] {
    switch self {
    case .db: ["MEMORY_DB"]
    case .apiURL: ["MEMORY_API_URL", "CLAUDE_MEMORY_API_URL"]
    case .apiKeyFile: ["MEMCTL_API_KEY_FILE"]
    case .apiKey: ["MEMORY_API_KEY", "CLAUDE_MEMORY_API_KEY"]
    case .apiKeyCommand: ["MEMCTL_API_KEY_COMMAND"]
    case .syncInterval: ["MEMORY_SYNC_INTERVAL"]
    case .syncDisabled: ["MEMORY_SYNC_DISABLE"]
    case .timeout: ["MEMCTL_TIMEOUT"]
    case .lockTimeout: ["MEMCTL_LOCK_TIMEOUT"]
    case .lockFile: ["MEMCTL_LOCK_FILE"]
    case .keepPermissions: ["MEMCTL_KEEP_PERMISSIONS"]
    case .allowHTTP: ["MEMCTL_ALLOW_HTTP"]
    case .caFile: ["MEMCTL_CA_FILE"]
    case .clientCertificate: ["MEMCTL_CLIENT_CERT"]
    case .clientKey: ["MEMCTL_CLIENT_KEY"]
    case .temporaryFolder: ["TMPDIR"]
    }
  }

  /// Whether the setting may be in the configuration file. The system decides where temporary files
  /// go.
  public var isInFile: Bool { self != .temporaryFolder }

  /// `did you mean 'api-url'? the settings are db, api-url, …`
  static func hint(forUnknown name: String) -> Hint {
    let names = allCases.filter(\.isInFile).map(\.rawValue)
    let all = "the settings are \(names.joined(separator: ", "))"
    let guess = nearest(to: name.replacing("_", with: "-").lowercased(), among: names)
    return guess.map { "did you mean '\($0)'? \(all)" } ?? "\(all)"
  }
}

/// Where a key is found.
public enum KeySource: Hashable, Sendable, CustomStringConvertible {
  /// It is the value of a variable, or of a line in a file.
  case value(SettingOrigin)
  /// It is the first line of a file.
  case file(path: String, SettingOrigin)
  /// It is the first line that a command writes.
  case command(String, SettingOrigin)

  /// The place in words, without the key.
  public var description: String {
    switch self {
    case .value(let origin): "\(origin)"
    case .file(let path, let origin): "\(path) (\(origin))"
    case .command(_, let origin): "the command in \(Setting.apiKeyCommand.rawValue) (\(origin))"
    }
  }
}

/// Where a setting was found.
public enum SettingOrigin: Hashable, Sendable, CustomStringConvertible {
  case option(String)
  case environment(String)
  case file(String)
  /// The settings of this system's MCP server, in a file of the assistant's.
  case assistant(String)
  /// Nobody has set it.
  case standard

  /// The place in words, for messages.
  public var description: String {
    switch self {
    case .option(let name): "option --\(name)"
    case .environment(let name): "environment \(name)"
    case .file(let path): "file \(path)"
    case .assistant(let path): "the assistant's settings in \(path)"
    case .standard: "default"
    }
  }
}
