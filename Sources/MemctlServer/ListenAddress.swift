import Glibc
import System

/// Where the server listens.
public struct ListenAddress: Sendable, CustomStringConvertible {
  /// As it was given, with brackets around an IPv6 address.
  let host: String
  let port: UInt16
  /// Whether it can be reached only from this machine.
  let isLoopback: Bool
  private let family: Int32
  private let socketAddress: [UInt8]

  /// Reads `HOST:PORT`; an IPv6 address stands in brackets. Port 0 stands for any free one.
  public init(_ text: String) throws(ServerFailure) {
    guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]),
      case let host = text[..<colon], !host.isEmpty,
      case let isBracketed = host.first == "[" && host.last == "]",
      isBracketed || !host.contains(":")
    else {
      throw ServerFailure(
        .usage, "'\(text)' is not an address to listen on",
        hint: "write it as --listen 127.0.0.1:8080")
    }
    let name = isBracketed ? String(host.dropFirst().dropLast()) : String(host)
    var hints = addrinfo()
    hints.ai_family = isBracketed ? AF_INET6 : AF_UNSPEC
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    hints.ai_flags = AI_PASSIVE
    var found: UnsafeMutablePointer<addrinfo>?
    let code = getaddrinfo(name, "\(port)", &hints, &found)
    guard code == 0, let first = found else {
      throw ServerFailure(
        .usage, "cannot find the host '\(name)': \(String(cString: gai_strerror(code)))",
        hint: "write it as --listen 127.0.0.1:8080 or --listen [::1]:8080")
    }
    defer { freeaddrinfo(found) }
    self.host = String(host)
    self.port = port
    family = first.pointee.ai_family
    socketAddress = Array(
      UnsafeRawBufferPointer(
        start: first.pointee.ai_addr, count: Int(first.pointee.ai_addrlen)))
    // The address proper stands at byte 4 of sockaddr_in and at byte 8 of sockaddr_in6.
    let loopback6 = [UInt8](repeating: 0, count: 15) + [1]
    isLoopback =
      family == AF_INET
      ? socketAddress[4] == 127 : socketAddress[8..<24].elementsEqual(loopback6)
  }

  public var description: String { "\(host):\(port)" }

  /// A socket that listens here, and the port it has.
  func listen() throws(ServerFailure) -> (socket: Int32, port: UInt16) {
    let socket = Glibc.socket(family, Int32(SOCK_STREAM.rawValue) | O_CLOEXEC, 0)
    var on: Int32 = 1
    let size = socklen_t(MemoryLayout<Int32>.size)
    setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, size)
    // Connections inherit this: no answer waits for the client to acknowledge the one before.
    setsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, &on, size)
    if family == AF_INET6 { setsockopt(socket, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &on, size) }
    let isBound = withAddress { Glibc.bind(socket, $0, $1) } == 0
    guard isBound, Glibc.listen(socket, SOMAXCONN) == 0 else {
      let reason = SystemError()
      close(socket)
      throw ServerFailure(
        .configuration, "cannot listen on \(self): \(reason)",
        hint: "use a free port with --listen \(host):0")
    }
    return (socket, boundPort(of: socket))
  }

  private func withAddress<Result>(
    _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
  ) -> Result {
    socketAddress.withUnsafeBytes {
      body($0.baseAddress!.assumingMemoryBound(to: sockaddr.self), socklen_t($0.count))
    }
  }

  private func boundPort(of socket: Int32) -> UInt16 {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    return withUnsafeMutableBytes(of: &storage) { bytes in
      let address = bytes.baseAddress!.assumingMemoryBound(to: sockaddr.self)
      getsockname(socket, address, &length)
      // In both families the port follows the family, in network order.
      return UInt16(bytes[2]) << 8 | UInt16(bytes[3])
    }
  }
}

/// What tells the networks of clients apart: the address, or the half of an IPv6 address that names
/// the network.
func peerAddress(of socket: Int32) -> [UInt8] {
  var storage = sockaddr_storage()
  var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
  return withUnsafeMutableBytes(of: &storage) { bytes in
    let address = bytes.baseAddress!.assumingMemoryBound(to: sockaddr.self)
    guard getpeername(socket, address, &length) == 0 else { return [] }
    return Array(Int32(address.pointee.sa_family) == AF_INET ? bytes[4..<8] : bytes[8..<16])
  }
}
