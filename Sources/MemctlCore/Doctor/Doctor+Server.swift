import HTTPTransport
import MemoryAPI
import MemoryModel
import MemoryStore

/// The key, and the server that it is for.
extension Doctor {
  func key(_ configuration: Configuration) throws -> [Finding] {
    guard let source = try configuration.keySource() else {
      return [.failure("key", "there is none, so nothing can be synced", hint: "\(.login)")]
    }
    var findings: [Finding] = []
    if fixes, case .file(let path, let origin) = source {
      let path = try configuration.expanded(path, origin)
      if Permissions.close(path) == true {
        findings.append(.fixed("key", "\(path) was open to others; only you can read it now"))
      }
    }
    _ = try configuration.key()
    return findings + [.ok("key", "\(source)")]
  }

  /// Address, connection, certificate, key, account and clock.
  func server(_ configuration: Configuration) throws -> [Finding] {
    let address = try configuration.serverAddress()
    let version = "memctl \(Version.text), libcurl \(CurlTransport.libraryVersion)"
    guard asksServer, !configuration.isSyncDisabled, let key = try? configuration.key() else {
      return [.ok("server", "\(address), not asked (\(version))")]
    }
    let check = try configuration.server(at: address, key: key, within: 5).check(cancellation)
    if let problem = check.problem { return [.failure("server", problem)] }
    let account = check.account.map { "the key of \($0)" } ?? "the key"
    var findings: [Finding] = [.ok("server", "\(address) accepts \(account) (\(version))")]
    findings += try origin(configuration, account: check.account, address: address)
    if let lead = check.serverLead { findings.append(clock(lead)) }
    return findings
  }

  private func origin(
    _ configuration: Configuration, account: String?, address: String
  ) throws -> [Finding] {
    let path = try configuration.databasePath()
    guard sources.fileExists(path), let account,
      let origin = try Cache(
        path: path, access: .read, temporaryFolder: configuration.temporaryFolder
      ).origin(), let known = origin.account, known != account
    else { return [] }
    return [
      .failure(
        "account", "the key belongs to \(account), and the cache to \(known) at \(origin.address)",
        hint:
          "set \(.apiKey) or \(.apiKeyFile) to the key of \(known), or another cache with \(.db)")
    ]
  }

  /// Seconds by which clocks may differ, since a pull looks back as far.
  private static let tolerance = 120.0

  private func clock(_ lead: Double) -> Finding {
    if abs(lead) < Self.tolerance {
      return .ok("clock", "agrees with the server's to within \(Int(abs(lead)) + 1) s")
    }
    let amount = abs(lead) < 7200 ? "\(Int(abs(lead) / 60)) min" : "\(Int(abs(lead) / 3600)) h"
    return .warning(
      "clock", "this machine's is \(amount) \(lead > 0 ? "behind" : "ahead of") the server's",
      hint: "set the clock that is wrong; here: date")
  }
}
