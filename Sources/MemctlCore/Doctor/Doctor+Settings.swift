import HTTPTransport
import MemoryModel
import Spelling

/// What is set, in files and in the environment.
extension Doctor {
  func settings(_ configuration: Configuration) -> [Finding] {
    var findings: [Finding] = []
    // The key has a check of its own.
    for setting in Setting.allCases where !Configuration.keySettings.contains(setting) {
      do {
        try configuration.check(setting)
      } catch {
        let problem = error as? Problem ?? Problem(.bug, "a bug in memctl: \(error)")
        findings.append(.failure("settings", problem))
      }
    }
    if configuration.isSyncDisabled {
      findings.append(
        .warning("settings", "syncing is off, so nothing is sent", hint: "unset \(.syncDisabled)"))
    }
    if !findings.isEmpty { return findings }
    let isThere = sources.fileExists(configuration.filePath)
    return [.ok("settings", configuration.filePath + (isThere ? "" : " is not there; not needed"))]
  }

  /// Variables that look like memctl's and are not, and proxies.
  func environment() -> [Finding] {
    let known = Setting.allCases.flatMap(\.variables) + ["MEMORY_HOME"] + otherVariables
    let set = sources.environment.filter { !$0.value.isEmpty }.keys.sorted()
    var findings: [Finding] = set.compactMap { name in
      let isOurs = name.hasPrefix("MEMCTL_")
      guard isOurs || name.hasPrefix("MEMORY_") || name.hasPrefix("CLAUDE_MEMORY_"),
        !known.contains(name)
      else { return nil }
      let guess = nearest(to: name, among: known)
      // Others than memctl may have variables that begin with MEMORY_.
      guard isOurs || guess != nil else { return nil }
      return .warning(
        "environment", "\(name) is set, but memctl does not know it",
        hint: guess.map { "did you mean \($0)?" } ?? "remove it")
    }
    let proxies = ProxySettings(environment: sources.environment).inEffect
    for (variable, server) in proxies {
      findings.append(
        .ok("environment", "\(variable) is set: servers elsewhere are reached over \(server)"))
    }
    return findings.isEmpty ? [.ok("environment", "no misspelt variables, no proxy")] : findings
  }

  /// What the assistant's own server works with, if memctl can see it.
  func assistant(_ configuration: Configuration) throws -> [Finding] {
    guard let (cache, address) = try configuration.assistantPlaces() else { return [] }
    var findings: [Finding] = []
    let path = try configuration.databasePath()
    if let cache, cache != path {
      findings.append(
        .warning(
          "assistant", "the assistant's MCP server uses another cache, \(cache)",
          hint: "set \(.db) to the same path, here or there"))
    }
    let own = try configuration.serverAddress()
    if let address, address != own {
      findings.append(
        .warning(
          "assistant", "the assistant's MCP server uses another server, \(address)",
          hint: "set \(.apiURL) to the same address, here or there"))
    }
    if !findings.isEmpty { return findings }
    return [.ok("assistant", "the MCP server in ~/.claude.json uses the same cache and server")]
  }
}
