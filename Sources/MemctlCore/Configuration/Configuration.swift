import HTTPTransport
import MemoryModel

/// The settings of one run: from an option, else the environment, else the configuration file, else
/// the default. What is never asked for is never read.
public struct Configuration {
  /// What is outside, passed in, so that the core itself reads neither environment nor files.
  public struct Sources {
    public var options: [Setting: String]
    public var environment: [String: String]
    public var home: String
    /// The bytes of a file; nil when there is none.
    public var readFile: (String, FileRole) throws -> [UInt8]?
    /// Throws a `Problem` for a file that must not play such a role; one that is missing may.
    public var checkFile: (String, FileRole) throws -> Void
    public var fileExists: (String) -> Bool

    public init(
      options: [Setting: String], environment: [String: String], home: String,
      readFile: @escaping (String, FileRole) throws -> [UInt8]?,
      checkFile: @escaping (String, FileRole) throws -> Void = { _, _ in },
      fileExists: @escaping (String) -> Bool
    ) {
      self.options = options
      self.environment = environment
      self.home = home
      self.readFile = readFile
      self.checkFile = checkFile
      self.fileExists = fileExists
    }
  }

  /// What a file is read for, which decides what it has to be.
  public enum FileRole: Sendable {
    /// It decides where the key goes, so nobody else may write it.
    case settings
    /// It is a secret, so nobody else may read it. A pipe will do.
    case secret
    /// It is another program's, and none where it is no file or a huge one.
    case foreign
  }

  let sources: Sources
  let found = Found()
  private let filePath: String
  private let file: [Setting: String]

  /// - Throws: `Problem` of kind `.configuration` for a file that makes no sense.
  public init(_ sources: Sources) throws {
    self.sources = sources
    filePath = Self.folder(home: sources.home, environment: sources.environment) + "/config"
    file =
      try sources.readFile(filePath, .settings).map { [filePath] in
        try ConfigurationFile.settings($0, path: filePath)
      } ?? [:]
  }

  /// Where the user keeps what memctl is to read.
  public static func folder(home: String, environment: [String: String]) -> String {
    let folder = environment["XDG_CONFIG_HOME"].flatMap { $0.isEmpty ? nil : $0 }
    return (folder ?? home + "/.config") + "/memctl"
  }

  /// The setting as text, and where it was found; nil where it stands nowhere.
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

  /// Where the cache is.
  public func databasePath() throws -> String {
    if let (value, origin) = text(.db) { return try expanded(value, origin) }
    let home = sources.environment["MEMORY_HOME"].flatMap { $0.isEmpty ? nil : $0 }
    let path =
      try expanded(home ?? "~/.claude/claude-memory", .environment("MEMORY_HOME"))
      + "/memory/memory.db"
    let earlier = sources.home + "/.claude/metaclaw/memory/memory.db"
    return !sources.fileExists(path) && sources.fileExists(earlier) ? earlier : path
  }

  /// Seconds between two cycles of the background loop.
  public func syncInterval() throws -> Double { try seconds(.syncInterval, default: 60, least: 1) }

  /// Seconds for a whole exchange with the server.
  public func timeout() throws -> Double { try seconds(.timeout, default: 15, least: 0.1) }

  /// Seconds to wait for another process that is syncing.
  public func lockTimeout() throws -> Double { try seconds(.lockTimeout, default: 30, least: 0) }

  /// How processes that would sync the same cache are kept apart.
  public func lock() throws -> LockSettings {
    LockSettings(path: try lockFile(), patience: try lockTimeout())
  }

  /// A file to lock in place of the one beside the cache.
  public func lockFile() throws -> String? {
    try text(.lockFile).map { try expanded($0.value, $0.origin) }
  }

  public var isSyncDisabled: Bool {
    text(.syncDisabled).map { !["0", "false", "no"].contains($0.value.lowercased()) } ?? false
  }

  /// Hosts to which plain http is allowed by name.
  public var hostsAllowedHTTP: Set<String> {
    Set(
      (text(.allowHTTP)?.value ?? "").split(whereSeparator: { $0 == "," || $0 == " " }).map {
        $0.lowercased()
      })
  }

  /// How https servers are judged. What memctl has no setting for is what curl and OpenSSL would use.
  ///
  /// - Throws: `Problem` of kind `.configuration` for a client's key without its certificate.
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

  private func seconds(_ setting: Setting, default defaultValue: Double, least: Double) throws
    -> Double
  {
    guard let (value, origin) = text(setting) else { return defaultValue }
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
          .configuration, "the path '\(path)' (\(origin)) names a variable that is not set")
      }
      if isBraced { rest = rest.dropFirst() }
      result += value
    }
    return result + rest
  }
}
