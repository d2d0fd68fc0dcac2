import HTTPTransport
import MemoryModel
import MemorySync

/// The settings as they are shown, checked and changed.
extension Configuration {
  /// What a setting comes to.
  public struct Value: Sendable {
    /// The value that is in effect; nil if there is none, or if it is a key, which is never shown.
    public let text: String?
    /// Whether there is a value.
    public let isSet: Bool
    /// Where it was found; nil if there is no value.
    public let origin: SettingOrigin?
  }

  /// The value of a setting that is in effect, its default included.
  ///
  /// - Throws: `Problem` of kind `.configuration` if a path in it cannot be expanded.
  public func value(of setting: Setting) throws -> Value {
    func value(_ found: (value: String, origin: SettingOrigin)) -> Value {
      Value(text: found.value, isSet: true, origin: found.origin)
    }
    switch setting {
    case .apiKey:
      guard case .value(let origin)? = try keySource() else {
        return Value(text: nil, isSet: false, origin: nil)
      }
      return Value(text: nil, isSet: true, origin: origin)
    case .db: return value(try databasePathAndOrigin())
    case .apiURL:
      let (address, origin) = try serverAddressAndOrigin()
      return value((Requests.withoutSecrets(address), origin))
    default:
      if let found = text(setting) { return value(found) }
      guard let text = setting.defaultText else {
        return Value(text: nil, isSet: false, origin: nil)
      }
      return value((text, .standard))
    }
  }

  /// Checks a setting's value as the commands do that need it.
  ///
  /// A command that writes the key is not run.
  ///
  /// - Throws: `Problem` of kind `.configuration`.
  public func check(_ setting: Setting) throws {
    switch setting {
    case .db: _ = try databasePath()
    case .apiURL: try checkAddress()
    case .apiKey, .apiKeyFile: _ = try key()
    case .apiKeyCommand, .temporaryFolder: break
    case .syncInterval: _ = try syncInterval()
    case .timeout: _ = try timeout()
    case .lockTimeout: _ = try lockTimeout()
    case .lockFile: _ = try lockFile()
    case .caFile, .clientCertificate, .clientKey: try checkFile(of: setting)
    case .syncDisabled, .keepPermissions:
      let words = ["1", "true", "yes", "on"] + Self.wordsForNo
      if let (word, origin) = text(setting), !words.contains(word.lowercased()) {
        throw Problem(
          .configuration, "\(setting.rawValue) (\(origin)) is '\(word)', neither yes nor no",
          hint: "give yes or no")
      }
    case .allowHTTP:
      if let host = hostsAllowedHTTP.first(where: { $0.contains("/") }) {
        throw Problem(
          .configuration, "'\(host)' in \(setting.rawValue) is not the name of a host",
          hint: "hosts are given by name, as in memory.example.org, without http:// or a path")
      }
    }
  }

  private func checkAddress() throws { try check(address: try serverAddress()) }

  /// Checks that a key may be sent to a server at this address.
  ///
  /// - Throws: `Problem` of kind `.configuration`.
  public func check(address: String) throws {
    _ = try Requests(
      address: address, key: "", timeout: try timeout(), allowingHTTPTo: hostsAllowedHTTP)
  }

  private func checkFile(of setting: Setting) throws {
    guard let (value, origin) = text(setting) else { return }
    let path = try expanded(value, origin)
    if !sources.fileExists(path) {
      throw Problem(.configuration, "there is no file \(path) (\(origin))", hint: "check the path")
    }
    if setting == .clientKey { try sources.checkFile(path, .secret) }
  }

  // MARK: Changes

  /// What the configuration file would hold with a setting changed or, with nil, removed. All other
  /// lines stay as they are.
  ///
  /// - Parameter isChecked: whether the value is checked; a key that a command writes never is.
  /// - Throws: `Problem` of kind `.configuration` or `.invalidInput` if the value cannot be used.
  public func file(
    changing changes: [Setting: String?], isChecked: Bool = true
  ) throws -> [UInt8] {
    let bytes = try sources.readFile(filePath, .settings) ?? []
    var text = String(decoding: bytes, as: UTF8.self)
    var changes = changes
    // A key that stood beside the new one would count instead of it, or be forgotten there.
    if Self.keySettings.contains(where: { changes[$0] ?? nil != nil }) {
      for setting in Self.keySettings where changes[setting] == nil {
        changes[setting] = .some(nil)
      }
    }
    // In a fixed order, whatever that of the dictionary.
    for setting in Setting.allCases {
      guard let value = changes[setting] else { continue }
      text = try ConfigurationFile.changing(setting, to: value, in: text)
    }
    let file = Array(text.utf8)
    let changed = try reading(file, insteadOf: changes.keys)
    for (setting, value) in changes where isChecked && value != nil { try changed.check(setting) }
    return file
  }

  /// The settings if the configuration file had these bytes, and if nothing else gave those settings.
  private func reading(
    _ file: [UInt8], insteadOf settings: some Sequence<Setting>
  ) throws -> Configuration {
    var sources = sources
    let (readFile, path) = (sources.readFile, filePath)
    sources.readFile = { $0 == path ? file : try readFile($0, $1) }
    // It is not written yet; whoever writes it makes it readable by its owner alone.
    let checkFile = sources.checkFile
    sources.checkFile = { if $0 != path { try checkFile($0, $1) } }
    for setting in settings {
      sources.options[setting] = nil
      for name in setting.variables { sources.environment[name] = nil }
    }
    return try Configuration(sources)
  }

  /// What gives the setting another value than the configuration file, which counts less; nil if
  /// nothing does.
  public func override(of setting: Setting) -> SettingOrigin? {
    switch text(setting)?.origin {
    case .option(let name): .option(name)
    case .environment(let name): .environment(name)
    default: nil
    }
  }
}

extension Setting {
  /// The value if nobody has set it; nil if there is none.
  var defaultText: String? {
    switch self {
    case .syncInterval: "60"
    case .timeout: "15"
    case .lockTimeout: "30"
    case .syncDisabled, .keepPermissions: "no"
    case .temporaryFolder: "/tmp"
    default: nil
    }
  }
}
