import Foundation

/// The socket of a service manager, on which it hears from a service.
final class ServiceSocket {
  let name: String
  private let descriptor: Int32

  /// - Parameter name: a path, or a name that begins with `@` and is none of a file.
  init(_ name: String) {
    self.name = name
    descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = name.utf8.enumerated().map { $0 == 0 && $1 == UInt8(ascii: "@") ? 0 : $1 }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    let length = MemoryLayout.offset(of: \sockaddr_un.sun_path)! + bytes.count
    let descriptor = descriptor
    let isBound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(length)) == 0
      }
    }
    precondition(isBound, "the socket cannot be bound")
  }

  deinit { close(descriptor) }

  /// Waits until lines that begin so have come, in this order, with others between them.
  func await(_ lines: String...) {
    var rest = lines[...]
    while let line = rest.first {
      var buffer = [UInt8](repeating: 0, count: 4096)
      let count = recv(descriptor, &buffer, buffer.count, 0)
      let text = String(decoding: buffer[..<max(count, 0)], as: UTF8.self)
      if text.split(separator: "\n").contains(where: { $0.hasPrefix(line) }) { rest.removeFirst() }
    }
  }
}
