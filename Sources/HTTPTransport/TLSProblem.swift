/// A reason why there is no secure connection to a server, which another attempt would meet again.
public enum TLSProblem: Hashable, Sendable {
  // The server's certificate.
  case certificateNotYetValid
  case certificateExpired
  case certificateForOtherHost
  /// The certificate's authority is not in the list; nil for the system's list.
  case unknownAuthority(list: TLSSettings.File?)
  /// The detail is libcurl's.
  case untrustedCertificate(detail: String)

  // Files of ours.
  /// The list of authorities cannot be read; without a reason, it can be read but is not such a
  /// list.
  case unusableAuthorities(TLSSettings.File, reason: String?)
  /// The detail is libcurl's.
  case unusableSystemAuthorities(detail: String)
  /// The client's certificate or key cannot be read.
  case unreadableClientFile(TLSSettings.File, reason: String)
  /// The client's certificate and key can be read but not used. The detail is libcurl's message.
  case unusableClientCertificate([TLSSettings.File], detail: String)

  // What the server objects to.
  case asksForClientCertificate
  /// The reason is the server's, such as "unknown ca".
  case rejectsClientCertificate(TLSSettings.File, reason: String)
  case refusesConnection(hasClientCertificate: Bool)
  case noCommonVersion
  case speaksNoTLS
}
