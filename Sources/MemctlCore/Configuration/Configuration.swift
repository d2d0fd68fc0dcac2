import HTTPTransport
import MemoryModel

/// The settings of one run, each from an option, the environment, the configuration file or its
/// default, in this order.
///
/// A file that a setting names is read when it is first needed.
public struct Configuration {
  /// The surroundings, passed in so that the core itself reads neither the environment nor files.
  public struct Sources {
    /// The options of the command line, by setting.
    public var options: [Setting: String]
    /// The environment variables, by name.
    public var environment: [String: String]
    /// The user's home folder.
    public var home: String
    /// Returns the bytes of a file; nil if there is none.
    public var readFile: (String, FileRole) throws -> [UInt8]?
    /// Throws a `Problem` if the file is not fit for the role; a missing file is not an error.
    public var checkFile: (String, FileRole) throws -> Void
    /// Whether there is a file at the path.
    public var fileExists: (String) -> Bool
    /// Runs a command of the user's that writes the key, and returns what it wrote.
    public var runCommand: (String) throws -> [UInt8]

    /// Creates the sources from their parts; by default, files are not checked, and no command is
    /// run.
    public init(
      options: [Setting: String], environment: [String: String], home: String,
      readFile: @escaping (String, FileRole) throws -> [UInt8]?,
      checkFile: @escaping (String, FileRole) throws -> Void = { _, _ in },
      fileExists: @escaping (String) -> Bool,
      runCommand: @escaping (String) throws -> [UInt8] = { _ in
        throw Problem(.configuration, "this program runs no command for the key")
      }
    ) {
      self.options = options
      self.environment = environment
      self.home = home
      self.readFile = readFile
      self.checkFile = checkFile
      self.fileExists = fileExists
      self.runCommand = runCommand
    }
  }

  /// What a file is read for, which decides what is required of it.
  public enum FileRole: Sendable {
    /// It decides where the key is sent, so nobody else may be able to write it.
    case settings
    /// It holds a secret, so nobody else may be able to read it. A pipe is accepted.
    case secret
    /// It belongs to another program; it counts as missing if it is not a regular file or is huge.
    case foreign
  }

  let sources: Sources
  let found = Found()
  /// The path of the configuration file, which need not exist.
  public let filePath: String
  private let file: [Setting: String]

  /// Reads the configuration file, if there is one.
  ///
  /// - Throws: `Problem` of kind `.configuration` if the file cannot be parsed, or holds a key that
  ///   others can read, and whatever `readFile` throws.
  public init(_ sources: Sources) throws {
    self.sources = sources
    filePath = Self.folder(home: sources.home, environment: sources.environment) + "/config"
    file =
      try sources.readFile(filePath, .settings).map { [filePath] in
        try ConfigurationFile.settings($0, path: filePath)
      } ?? [:]
    if file[.apiKey] != nil { try sources.checkFile(filePath, .secret) }
  }

  /// The folder of the user's memctl settings.
  public static func folder(home: String, environment: [String: String]) -> String {
    let folder = environment["XDG_CONFIG_HOME"].flatMap { $0.isEmpty ? nil : $0 }
    return (folder ?? home + "/.config") + "/memctl"
  }

  /// The setting as text, and where it was found; nil if it is not set.
  public func text(_ setting: Setting) -> (value: String, origin: SettingOrigin)? {
    if let value = sources.options[setting] { return (value, .option(setting.rawValue)) }
    for name in setting.variables {
      if let value = sources.environment[name], !value.isEmpty {
        return (value, .environment(name))
      }
    }
    return file[setting].map { ($0, .file(filePath)) }
  }

  // MARK: Settings

  /// The path of the cache.
  public func databasePath() throws -> String { try databasePathAndOrigin().value }

  func databasePathAndOrigin() throws -> (value: String, origin: SettingOrigin) {
    if let (value, origin) = text(.db) { return (try expanded(value, origin), origin) }
    let home = sources.environment["MEMORY_HOME"].flatMap { $0.isEmpty ? nil : $0 }
    let origin = SettingOrigin.environment("MEMORY_HOME")
    let path = try expanded(home ?? "~/.claude/claude-memory", origin) + "/memory/memory.db"
    let earlier = sources.home + "/.claude/metaclaw/memory/memory.db"
    if !sources.fileExists(path), sources.fileExists(earlier) { return (earlier, .standard) }
    return (path, home == nil ? .standard : origin)
  }

  /// Seconds between two cycles of the background loop.
  public func syncInterval() throws -> Double { try seconds(.syncInterval, least: 1) }

  /// The time limit of a whole exchange with the server, in seconds.
  public func timeout() throws -> Double { try seconds(.timeout, least: 0.1) }

  /// Seconds to wait for another process that is syncing.
  public func lockTimeout() throws -> Double { try seconds(.lockTimeout, least: 0) }

  /// How processes that sync the same cache are kept apart.
  public func lock() throws -> LockSettings {
    LockSettings(path: try lockFile(), patience: try lockTimeout())
  }

  /// A file to lock in place of the one beside the cache; nil if none is set.
  public func lockFile() throws -> String? {
    try text(.lockFile).map { try expanded($0.value, $0.origin) }
  }

  /// Whether the user has turned syncing off.
  public var isSyncDisabled: Bool { isOn(.syncDisabled) }

  /// Whether a cache that others can use keeps its permissions.
  public var keepsPermissions: Bool { isOn(.keepPermissions) }

  private func isOn(_ setting: Setting) -> Bool {
    text(setting).map { !Self.wordsForNo.contains($0.value.lowercased()) } ?? false
  }

  static let wordsForNo = ["0", "false", "no", "off"]

  /// The hosts that may be reached over plain http, by name.
  public var hostsAllowedHTTP: Set<String> {
    Set(
      (text(.allowHTTP)?.value ?? "").split(whereSeparator: { $0 == "," || $0 == " " }).map {
        $0.lowercased()
      })
  }

  /// How https servers are verified; where memctl has no setting, curl and OpenSSL decide.
  ///
  /// - Throws: `Problem` of kind `.configuration` if there is a client key without a certificate.
  func tls() throws -> TLSSettings {
    func file(_ setting: Setting) throws -> TLSSettings.File? {
      try text(setting).map {
        TLSSettings.File(path: try expanded($0.value, $0.origin), setting: "\($0.origin)")
      }
    }
    func variable(_ name: String) -> TLSSettings.File? {
      guard let path = sources.environment[name], !path.isEmpty else { return nil }
      return TLSSettings.File(path: path, setting: "\(SettingOrigin.environment(name))")
    }
    var settings = TLSSettings()
    settings.authorities = try file(.caFile) ?? variable("CURL_CA_BUNDLE")
    if settings.authorities == nil {
      settings.authorities = variable("SSL_CERT_FILE")
      settings.authoritiesFolder = variable("SSL_CERT_DIR")
    }
    settings.clientCertificate = try file(.clientCertificate)
    settings.clientKey = try file(.clientKey)
    if let key = settings.clientKey {
      guard settings.clientCertificate != nil else {
        throw Problem(
          .configuration, "there is a client key, \(key), but no client certificate",
          hint: "set \(.clientCertificate) as well")
      }
      try sources.checkFile(key.path, .secret)
    }
    return settings
  }

  // MARK: Values

  private func seconds(_ setting: Setting, least: Double) throws -> Double {
    let (value, origin) = text(setting) ?? (setting.defaultText ?? "", .standard)
    guard let seconds = Double(value), seconds >= least, seconds <= 86_400 else {
      throw Problem(
        .configuration, "\(setting.rawValue) (\(origin)) is '\(value)', not a number of seconds",
        hint: "give a number from \(least) to 86400")
    }
    return seconds
  }

  /// The path with `~`, `$NAME` and `${NAME}` replaced.
  func expanded(_ path: String, _ origin: SettingOrigin) throws -> String {
    var path = path
    if path == "~" || path.hasPrefix("~/") { path = sources.home + path.dropFirst() }
    var result = ""
    var rest = path[...]
    while let dollar = rest.firstIndex(of: "$") {
      result += rest[..<dollar]
      rest = rest[rest.index(after: dollar)...]
      let isBraced = rest.first == "{"
      if isBraced { rest = rest.dropFirst() }
      let name = rest.prefix { $0 == "_" || $0.isASCII && ($0.isLetter || $0.isNumber) }
      rest = rest.dropFirst(name.count)
      guard !name.isEmpty, !isBraced || rest.first == "}",
        let value = sources.environment[String(name)]
      else {
        throw Problem(
          .configuration, "the path '\(path)' (\(origin)) names a variable that is not set",
          hint: "write the path without it, or set the variable")
      }
      if isBraced { rest = rest.dropFirst() }
      result += value
    }
    return result + rest
  }
}
