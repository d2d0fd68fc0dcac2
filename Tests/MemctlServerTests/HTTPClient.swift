import Foundation
import Glibc
import JSON

/// HTTP over a socket of its own, which shows an answer as it was sent.
final class HTTPConnection {
  private let socket: Int32
  private var buffer: [UInt8] = []

  /// - Parameters:
  ///   - source: the address of this machine that the connection comes from.
  ///   - receiveBuffer: bytes that the kernel takes from the server unread; nil is its own choice.
  init(port: UInt16, from source: String = "127.0.0.1", receiveBuffer: Int32? = nil) throws {
    socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    if var size = receiveBuffer {
      setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
    }
    func withAddress(_ host: String, _ port: UInt16, _ body: (UnsafePointer<sockaddr>) -> Int32)
      throws
    {
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_port = port.bigEndian
      address.sin_addr.s_addr = inet_addr(host)
      let code = withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1, body)
      }
      guard code == 0 else { throw Failure.refused }
    }
    // A server that hangs fails a test, which would hang as well otherwise.
    var patience = timeval(tv_sec: 120, tv_usec: 0)
    setsockopt(
      socket, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    let size = socklen_t(MemoryLayout<sockaddr_in>.size)
    if source != "127.0.0.1" { try withAddress(source, 0) { bind(socket, $0, size) } }
    try withAddress("127.0.0.1", port) { connect(socket, $0, size) }
  }

  deinit { close(socket) }

  enum Failure: Error {
    case refused
    case closed
  }

  func send(_ bytes: [UInt8]) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { throw Failure.closed }
      rest = rest.dropFirst(count)
    }
  }

  /// The head of a request; a body of `length` bytes is to follow.
  func sendHead(_ method: String, _ target: String, headers: [String: String], length: Int) throws {
    var head = "\(method) \(target) HTTP/1.1\r\nHost: localhost\r\nContent-Length: \(length)\r\n"
    for (name, value) in headers { head += "\(name): \(value)\r\n" }
    try send(Array("\(head)\r\n".utf8))
  }

  /// The next answer, all of it.
  func receive(isHead: Bool = false) throws -> HTTPAnswer {
    let (status, headers) = try receiveHead()
    let body = isHead ? [] : try receiveBody(headers)
    return HTTPAnswer(status: status, headers: headers, body: body)
  }

  /// The status and the headers, by lower-case name.
  func receiveHead() throws -> (status: Int, headers: [String: String]) {
    let statusLine = try line().split(separator: " ")
    var headers: [String: String] = [:]
    while case let line = try line(), !line.isEmpty {
      let sides = line.split(separator: ":", maxSplits: 1)
      headers[sides[0].lowercased()] = sides[1].trimmingCharacters(in: .whitespaces)
    }
    return (Int(statusLine[1])!, headers)
  }

  func receiveBody(_ headers: [String: String]) throws -> [UInt8] {
    guard headers["transfer-encoding"] == "chunked" else {
      return try take(Int(headers["content-length"] ?? "0")!)
    }
    var body: [UInt8] = []
    while let size = Int(try line(), radix: 16), size > 0 {
      body += try take(size)
      _ = try line()
    }
    _ = try line()
    return body
  }

  /// Whether the server has closed the connection.
  func isAtEnd() -> Bool {
    var byte: UInt8 = 0
    guard buffer.isEmpty else { return false }
    let count = recv(socket, &byte, 1, 0)
    return count == 0 || count < 0 && errno != EAGAIN
  }

  /// Whether the server closes the connection within so many milliseconds.
  func isAtEnd(within limit: Int32) -> Bool {
    var descriptor = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
    return poll(&descriptor, 1, limit) > 0 && isAtEnd()
  }

  /// Tells the server that nothing more will be sent.
  func finishSending() { shutdown(socket, Int32(SHUT_WR)) }

  private func line() throws -> String {
    while true {
      if let end = buffer.firstIndex(of: 0x0a) {
        let line = String(decoding: buffer[..<end], as: UTF8.self)
        buffer.removeFirst(end + 1)
        return line.trimmingCharacters(in: .newlines)
      }
      try fill()
    }
  }

  private func take(_ count: Int) throws -> [UInt8] {
    while buffer.count < count { try fill() }
    defer { buffer.removeFirst(count) }
    return Array(buffer[..<count])
  }

  private func fill() throws {
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    let count = recv(socket, &chunk, chunk.count, 0)
    guard count > 0 else { throw Failure.closed }
    buffer += chunk[..<count]
  }
}

struct HTTPAnswer {
  let status: Int
  /// By lower-case name.
  let headers: [String: String]
  let body: [UInt8]

  var text: String { String(decoding: body, as: UTF8.self) }
  var json: JSONValue { (try? JSONValue(parsing: body)) ?? .null }
  var memories: [JSONValue] { json["memories"]?.array ?? [] }
  /// What a 422 says of its first problem.
  var problem: JSONValue { json["detail"]?.array?.first ?? .null }
}
