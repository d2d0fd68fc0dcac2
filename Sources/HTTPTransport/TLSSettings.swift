/// Whom an https server has to convince, and how the client identifies itself to it. All files are in
/// PEM.
public struct TLSSettings: Hashable, Sendable {
  /// A path, and the setting that it comes from.
  public struct File: Hashable, Sendable {
    public let path: String
    /// As people are told of it: "environment SSL_CERT_FILE".
    public let setting: String

    public init(path: String, setting: String) {
      self.path = path
      self.setting = setting
    }
  }

  /// The certificates of the authorities that may vouch for a server; nil for the system's.
  public var authorities: File?
  /// A folder, or several separated by colons, with such certificates, named as OpenSSL wants it.
  public var authoritiesFolder: File?
  public var clientCertificate: File?
  /// Nil where it stands in the same file as the certificate.
  public var clientKey: File?

  public init() {}
}

extension TLSSettings.File: CustomStringConvertible {
  public var description: String { "\(path) (\(setting))" }
}
