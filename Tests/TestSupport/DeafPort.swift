import Glibc

/// A loopback port where a connection is neither accepted nor refused: its queue is full.
public final class DeafPort {
  public let port: UInt16
  private var sockets: [Int32] = []

  public init() {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    for _ in 0..<3 {
      sockets.append(socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0))
    }
    let sockets = sockets
    withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(sockets[0], $0, length)
        listen(sockets[0], 0)
        getsockname(sockets[0], $0, &length)
        for socket in sockets.dropFirst() { connect(socket, $0, length) }
      }
    }
    port = UInt16(bigEndian: address.sin_port)
  }

  deinit { for socket in sockets { close(socket) } }
}
