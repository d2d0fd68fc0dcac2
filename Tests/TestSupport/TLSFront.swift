import Foundation

/// Speaks TLS on a loopback port of its own, and plainly with the server behind it.
public final class TLSFront {
  public let port: UInt16
  private let process = Process()

  /// - Parameters:
  ///   - port: of the server behind it.
  ///   - clients: the certificate of the authority that a client's certificate has to come from; nil
  ///     where clients need none.
  ///   - version: as Python names it.
  public init(
    _ identity: CertificateAuthority.Identity, before port: UInt16, clients: String? = nil,
    version: String = "TLSv1_3"
  ) throws {
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [
      "python3", "-c", Self.script, identity.certificate, identity.key, "\(port)", clients ?? "",
      version,
    ]
    process.standardOutput = output
    try process.run()
    self.port = UInt16(firstLine(of: output.fileHandleForReading))!
  }

  deinit {
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  public func url(_ path: String = "/", host: String = "127.0.0.1") -> String {
    "https://\(host):\(port)\(path)"
  }

  /// A handshake that failed ends only when the client has gone, so that its alert always arrives.
  private static let script = """
    import os, socket, ssl, sys, threading
    certificate, key, port, clients, version = sys.argv[1:]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    context.minimum_version = context.maximum_version = ssl.TLSVersion[version]
    if clients:
      context.verify_mode = ssl.CERT_REQUIRED
      context.load_verify_locations(clients)
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)

    def pump(source, target):
      try:
        while data := source.recv(65536): target.sendall(data)
      except OSError: pass
      for end in source, target:
        try: end.shutdown(socket.SHUT_RDWR)
        except OSError: pass

    def serve(raw):
      secure = context.wrap_socket(raw, server_side=True, do_handshake_on_connect=False)
      try: secure.do_handshake()
      except OSError:
        while os.read(secure.fileno(), 65536): pass
        secure.close()
        return
      behind = socket.create_connection(("127.0.0.1", int(port)))
      threading.Thread(target=pump, args=(behind, secure), daemon=True).start()
      pump(secure, behind)

    while True:
      threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
    """
}
