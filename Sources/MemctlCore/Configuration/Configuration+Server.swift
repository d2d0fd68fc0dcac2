import HTTPTransport
import JSON
import MemoryAPI
import MemoryModel

/// The server's address and its key.
extension Configuration {
  /// The contents of files that are read only once: a pipe cannot be read again, and the
  /// assistant's settings can be long.
  final class Found {
    fileprivate var key: String?
    fileprivate var mcpVariables: [String: String]?
  }

  /// The server to sync with.
  ///
  /// - Parameters:
  ///   - address: nil for the one that is configured.
  ///   - longest: the most seconds that an exchange may take, if the time limit that is configured is
  ///     longer.
  /// - Throws: `Problem` of kind `.configuration` if there is no key or no usable address, or if
  ///   syncing is off.
  public func server(at address: String? = nil, within longest: Double = .infinity) throws -> Server
  {
    if isSyncDisabled {
      throw Problem(.configuration, "syncing is off", hint: "unset \(.syncDisabled)")
    }
    guard let key = try key() else {
      throw Problem(
        .configuration, "there is no key for the server, so nothing can be synced",
        hint: """
          \(.login) asks for it and keeps it; or set \(.apiKey), or name a file that holds it with \
          \(.apiKeyFile)
          """)
    }
    return try server(at: try address ?? serverAddress(), key: key, within: longest)
  }

  /// A server to try a key with.
  ///
  /// - Throws: `Problem` of kind `.configuration` if the key must not be sent to this address.
  public func server(
    at address: String, key: String, within longest: Double = .infinity
  ) throws -> Server {
    var options = CurlTransport.Options(userAgent: "memctl/\(Version.text)")
    options.tls = try tls()
    options.proxies = ProxySettings(environment: sources.environment)
    options.temporaryFolder = temporaryFolder
    return try Server(
      address, key: key, timeout: min(try timeout(), longest), allowingHTTPTo: hostsAllowedHTTP,
      options)
  }

  /// The folder for temporary files that are too large for memory.
  public var temporaryFolder: String {
    text(.temporaryFolder)?.value ?? "/tmp"
  }

  /// The server's address, by default `http://localhost:8080`.
  ///
  /// Where no address is set, a key that was found with the MCP server is used with that server's
  /// address.
  public func serverAddress() throws -> String { try serverAddressAndOrigin().value }

  func serverAddressAndOrigin() throws -> (value: String, origin: SettingOrigin) {
    var (address, origin) = ("http://localhost:8080", SettingOrigin.standard)
    if let found = text(.apiURL) {
      (address, origin) = found
    } else if ownKeySource == nil, let found = try mcpServer(.apiURL) {
      (address, origin) = (found, .assistant(assistantSettings))
    }
    address = address.trimmed
    while address.hasSuffix("/") { address.removeLast() }
    return (address, origin)
  }

  // MARK: The key

  /// The key; nil if there is none anywhere.
  ///
  /// - Throws: `Problem` of kind `.configuration` if the key cannot be read or used.
  public func key() throws -> String? {
    guard let source = try keySource() else { return nil }
    if let key = found.key { return key }
    let key = try key(from: source)
    found.key = key
    return key
  }

  /// Where the key is, without reading it or running the command that writes it; nil if there is
  /// none anywhere.
  public func keySource() throws -> KeySource? {
    if let ownKeySource { return ownKeySource }
    return try mcpServer(.apiKey).map { _ in .value(.assistant(assistantSettings)) }
  }

  /// Options count more than the environment, and that more than the configuration file. In one
  /// place, a key counts more than a file, and that more than a command.
  private var ownKeySource: KeySource? {
    let given = Self.keySettings.compactMap { setting in text(setting).map { (setting, $0) } }
    guard let (setting, (value, origin)) = given.min(by: { $0.1.origin.rank < $1.1.origin.rank })
    else { return nil }
    return switch setting {
    case .apiKeyFile: .file(path: value, origin)
    case .apiKeyCommand: .command(value, origin)
    default: .value(origin)
    }
  }

  static let keySettings: [Setting] = [.apiKey, .apiKeyFile, .apiKeyCommand]

  private func key(from source: KeySource) throws -> String? {
    switch source {
    case .value(.assistant): return try Self.usableKey(mcpServer(.apiKey) ?? "", from: "\(source)")
    case .value: return try Self.usableKey(text(.apiKey)?.value ?? "", from: "\(source)")
    case .file(let path, let origin):
      let path = try expanded(path, origin)
      guard let bytes = try sources.readFile(path, .secret) else {
        throw Problem(
          .configuration, "there is no key file \(path) (\(origin))",
          hint: "create it with the key in its first line, or \(.login)")
      }
      return try Self.usableKey(in: bytes, from: "\(path) (\(origin))")
    case .command(let command, _):
      return try Self.usableKey(in: try sources.runCommand(command), from: "\(source)")
    }
  }

  /// The key in the first line of a text. Blanks and line breaks around it come from copying it, or
  /// from a file of another system, and are not part of it.
  ///
  /// - Parameter place: where the text is from, for messages.
  /// - Throws: `Problem` of kind `.configuration` if no request could carry such a key.
  public static func usableKey(in bytes: [UInt8], from place: String) throws -> String {
    let lines = String(decoding: bytes, as: UTF8.self).withoutByteOrderMark
      .split(whereSeparator: \.isNewline)
    return try usableKey(lines.first.map(String.init) ?? "", from: place)
  }

  private static func usableKey(_ text: String, from place: String) throws -> String {
    let key = text.trimmed
    func unusable(_ reason: String) -> Problem {
      Problem(
        .configuration, "the key from \(place) cannot be used: \(reason)",
        hint: "copy the key again; it is one word of letters, digits and signs, without quotes")
    }
    if key.isEmpty { throw unusable("it is empty") }
    guard let wrong = key.first(where: { $0.asciiValue.map { 0x21...0x7e ~= $0 } != true }) else {
      return key
    }
    throw unusable(
      wrong.isNewline
        ? "there is a line break within it"
        : wrong.isWhitespace
          ? "there is a blank within it" : "there is a character in it that no key has")
  }

  // MARK: The assistant's settings

  private var assistantSettings: String { "~/.claude.json" }

  /// The cache and the server of this system's MCP server, as far as its settings name them; nil if
  /// the assistant has no such server.
  func assistantPlaces() throws -> (cache: String?, server: String?)? {
    guard try mcpServer(.apiKey) != nil else { return nil }
    let origin = SettingOrigin.assistant(assistantSettings)
    var cache = try mcpServer(.db)
    if cache == nil, let home = found.mcpVariables?["MEMORY_HOME"], !home.isEmpty {
      cache = home + "/memory/memory.db"
    }
    var server = try mcpServer(.apiURL)
    while server?.hasSuffix("/") == true { server?.removeLast() }
    return (try cache.map { try expanded($0, origin) }, server)
  }

  /// An environment variable that the assistant gives to this system's MCP server.
  private func mcpServer(_ setting: Setting) throws -> String? {
    let variables = try found.mcpVariables ?? readMCPVariables()
    found.mcpVariables = variables
    return setting.variables.compactMap { variables[$0] }.first { !$0.isEmpty }
  }

  /// The variables of the first MCP server that is given a key.
  private func readMCPVariables() throws -> [String: String] {
    guard let bytes = try sources.readFile(sources.home + "/.claude.json", .foreign),
      let servers = try? mcpServers(in: bytes)
    else { return [:] }
    for server in servers.object ?? [] {
      let members = server.value["env"]?.object ?? []
      let variables = Dictionary(
        members.compactMap { member in member.value.string.map { (member.name, $0) } }
      ) { $1 }
      if Setting.apiKey.variables.contains(where: { variables[$0]?.isEmpty == false }) {
        return variables
      }
    }
    return [:]
  }

  /// The only member that matters here, from a file that can be long.
  private func mcpServers(in bytes: [UInt8]) throws -> JSONValue? {
    try bytes.withUnsafeBufferPointer { bytes in
      var servers: JSONValue?
      var reader = JSONReader(bytes)
      try reader.readObject { reader, name in
        if name == "mcpServers" {
          servers = try JSONValue(reading: &reader)
        } else {
          try reader.skipValue()
        }
      }
      return servers
    }
  }
}

extension SettingOrigin {
  /// The lowest counts.
  fileprivate var rank: Int {
    switch self {
    case .option: 0
    case .environment: 1
    case .file: 2
    case .assistant: 3
    case .standard: 4
    }
  }
}
