/// How an https server is verified, and how the client identifies itself to it. All files are in
/// PEM format.
public struct TLSSettings: Hashable, Sendable {
  /// A path, and the setting that it comes from.
  public struct File: Hashable, Sendable {
    public let path: String
    /// The setting as messages name it: "environment SSL_CERT_FILE".
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
  /// Nil if the key is in the same file as the certificate.
  public var clientKey: File?

  public init() {}
}

extension TLSSettings.File: CustomStringConvertible {
  public var description: String { "\(path) (\(setting))" }
}
