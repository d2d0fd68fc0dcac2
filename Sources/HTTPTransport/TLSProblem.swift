/// Why there is no secure connection to a server, where trying again does not help.
public enum TLSProblem: Hashable, Sendable {
  // The server's certificate.
  case certificateNotYetValid
  case certificateExpired
  case certificateForOtherHost
  /// Its authority is none of those in the file; nil for the system's list.
  case unknownAuthority(list: TLSSettings.File?)
  /// The detail is libcurl's.
  case untrustedCertificate(detail: String)

  // Files of ours.
  /// The list of authorities cannot be read; without a reason it can, and is none.
  case unusableAuthorities(TLSSettings.File, reason: String?)
  /// The detail is libcurl's.
  case unusableSystemAuthorities(detail: String)
  /// The client's certificate or key cannot be read.
  case unreadableClientFile(TLSSettings.File, reason: String)
  /// The client's certificate and key can be read, and still not be used. The detail is libcurl's.
  case unusableClientCertificate([TLSSettings.File], detail: String)

  // What the server objects to.
  case asksForClientCertificate
  /// The reason is the server's, such as "unknown ca".
  case rejectsClientCertificate(TLSSettings.File, reason: String)
  case refusesConnection(hasClientCertificate: Bool)
  case noCommonVersion
  case speaksNoTLS
}
