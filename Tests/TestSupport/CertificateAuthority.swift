import Foundation

/// An authority of a test's own, which issues certificates with the `openssl` command.
public final class CertificateAuthority: Sendable {
  /// A certificate and its key, in files of their own.
  public struct Identity: Sendable {
    public let certificate: String
    public let key: String
  }

  private let folder = TemporaryFolder()
  /// The file that has the authority's own certificate.
  public var certificate: String { folder.file("ca.pem") }

  public init() throws {
    try Data(Self.configuration(folder.path).utf8)
      .write(to: URL(fileURLWithPath: folder.file("openssl.cnf")))
    try Data().write(to: URL(fileURLWithPath: folder.file("index.txt")))
    try openssl(
      """
      req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=authority \
      -keyout ca.key -out ca.pem
      """)
  }

  /// - Parameters:
  ///   - names: those of the host, as `IP:127.0.0.1` or `DNS:localhost`.
  ///   - dates: the first and the last moment of its time, as `YYYYMMDDhhmmssZ`.
  public func issue(
    _ names: String = "IP:127.0.0.1,DNS:localhost",
    dates: (String, String) = ("20200101000000Z", "20991231000000Z")
  ) throws -> Identity {
    let name = UUID().uuidString
    try openssl(
      """
      req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=\(name) \
      -addext subjectAltName=\(names) -keyout \(name).key -out \(name).csr
      """)
    try openssl(
      """
      ca -batch -notext -config openssl.cnf -in \(name).csr -out \(name).pem \
      -startdate \(dates.0) -enddate \(dates.1)
      """)
    return Identity(
      certificate: folder.file("\(name).pem"), key: folder.file("\(name).key"))
  }

  /// A copy of a key that needs a pass phrase.
  public func encrypted(_ key: String) throws -> String {
    try openssl("ec -in \(key) -aes256 -passout pass:secret -out \(key).encrypted")
    return key + ".encrypted"
  }

  private func openssl(_ arguments: String) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["openssl"] + arguments.split(separator: " ").map(String.init)
    process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
    process.standardInput = FileHandle.nullDevice
    let errors = Pipe()
    process.standardError = errors
    try process.run()
    let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    if process.terminationStatus != 0 { throw OpenSSLFailure(errors: text) }
  }

  public struct OpenSSLFailure: Error {
    public let errors: String
  }

  private static func configuration(_ folder: String) -> String {
    """
    [ca]
    default_ca = own
    [own]
    database = \(folder)/index.txt
    new_certs_dir = \(folder)
    certificate = \(folder)/ca.pem
    private_key = \(folder)/ca.key
    rand_serial = yes
    default_md = sha256
    policy = any
    copy_extensions = copy
    unique_subject = no
    [any]
    commonName = supplied
    """
  }
}
