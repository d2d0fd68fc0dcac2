import HTTPTransport
import JSON
import MemoryAPI
import MemoryModel

/// The server's address and its key.
extension Configuration {
  /// The contents of files that are read only once: a pipe cannot be read again, and the
  /// assistant's settings can be long.
  final class Found {
    fileprivate var keyInFile: String?
    fileprivate var mcpVariables: [String: String]?
  }

  /// The server to sync with.
  ///
  /// - Parameter address: nil for the one that is configured.
  /// - Throws: `Problem` of kind `.configuration` if there is no key or no usable address, or if
  ///   syncing is off.
  public func server(at address: String? = nil) throws -> Server {
    if isSyncDisabled {
      throw Problem(.configuration, "syncing is off", hint: "unset \(.syncDisabled)")
    }
    guard let key = try key() else {
      throw Problem(
        .configuration, "there is no key for the server, so nothing can be synced",
        hint: "set \(.apiKey), or name a file that holds it with \(.apiKeyFile)")
    }
    var options = CurlTransport.Options(userAgent: "memctl/\(Version.text)")
    options.tls = try tls()
    options.proxies = ProxySettings(environment: sources.environment)
    options.temporaryFolder = temporaryFolder
    return try Server(
      try address ?? serverAddress(), key: key, timeout: try timeout(),
      allowingHTTPTo: hostsAllowedHTTP, options)
  }

  /// The folder for temporary files that are too large for memory.
  public var temporaryFolder: String {
    text(.temporaryFolder)?.value ?? "/tmp"
  }

  /// The server's address, by default `http://localhost:8080`.
  ///
  /// Where no address is set, a key that was found with the MCP server is used with that server's
  /// address.
  public func serverAddress() throws -> String {
    var address =
      if let text = text(.apiURL) {
        text.value.trimmed
      } else if try keyFromOwnSettings() == nil, let address = try mcpServer(.apiURL) {
        address.trimmed
      } else {
        "http://localhost:8080"
      }
    while address.hasSuffix("/") { address.removeLast() }
    return address
  }

  /// The key; nil if there is none anywhere.
  ///
  /// - Throws: `Problem` of kind `.configuration` if the key cannot be read or used.
  public func key() throws -> String? {
    if let key = try keyFromOwnSettings() { return key }
    return try mcpServer(.apiKey).map { try checked($0, "~/.claude.json") }
  }

  private func keyFromOwnSettings() throws -> String? {
    let file = text(.apiKeyFile)
    if let (path, origin) = file, case .option = origin { return try keyFromFile(path, origin) }
    if let (key, origin) = text(.apiKey) { return try checked(key, "\(origin)") }
    return try file.map { try keyFromFile($0.value, $0.origin) }
  }

  private func keyFromFile(_ path: String, _ origin: SettingOrigin) throws -> String {
    if let key = found.keyInFile { return key }
    let path = try expanded(path, origin)
    guard let bytes = try sources.readFile(path, .secret) else {
      throw Problem(.configuration, "there is no key file \(path) (\(origin))")
    }
    let lines = String(decoding: bytes, as: UTF8.self).withoutByteOrderMark
      .split(whereSeparator: \.isNewline)
    let key = try checked(lines.first.map(String.init) ?? "", "\(path) (\(origin))")
    found.keyInFile = key
    return key
  }

  private func checked(_ key: String, _ place: String) throws -> String {
    let key = key.trimmed
    guard !key.isEmpty, key.unicodeScalars.allSatisfy({ (0x21...0x7e).contains($0.value) }) else {
      throw Problem(
        .configuration,
        "\(place) contains no usable key: a key is one word of ASCII characters",
        hint: "copy the key again, without quotes, spaces or line breaks")
    }
    return key
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
