import Foundation

/// One connection of a `FaultyServer`, on a thread of its own.
struct FaultyConnection {
  private enum Ending: Error {
    case closed
  }

  let socket: Int32
  let number: Int
  let state: FaultyServerState
  /// Bytes that have arrived and belong to no request yet.
  private var unread: [UInt8] = []

  init(socket: Int32, number: Int, state: FaultyServerState) {
    self.socket = socket
    self.number = number
    self.state = state
  }

  consuming func serve() {
    defer { state.close(number) }
    while isReadable() {
      var request: FaultyServer.Request?
      do { try run(state.nextBehaviour(), &request) } catch { return }
    }
  }

  /// Waits for the first byte of a request without reading it; false when there will be none.
  private func isReadable() -> Bool {
    var byte: UInt8 = 0
    return !unread.isEmpty || recv(socket, &byte, 1, Int32(MSG_PEEK)) == 1
  }

  private mutating func run(
    _ behaviour: FaultyBehaviour, _ request: inout FaultyServer.Request?
  ) throws {
    for step in behaviour.steps {
      switch step {
      case .read:
        if request == nil { request = try readRequest() }
      case .send(let bytes):
        try send(bytes)
      case .trickle(let bytes, let size, let milliseconds):
        for start in stride(from: 0, to: bytes.count, by: size) {
          try send(Array(bytes[start...].prefix(size)))
          state.wait(seconds: Double(milliseconds) / 1000) { $0.isStopped }
        }
      case .repeatForever(let bytes):
        while true { try send(bytes) }
      case .hold:
        state.wait { $0.isReleased }
      case .awaitRequests(let count):
        state.wait { $0.requests.count >= count }
      case .perform(let body):
        body()
      case .decide(let choose):
        try run(choose(request!), &request)
      case .close:
        throw Ending.closed
      case .reset:
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(
          socket, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
        throw Ending.closed
      }
    }
  }

  // MARK: Bytes

  private func send(_ bytes: [UInt8]) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.send(socket, $0.baseAddress, $0.count, 0) }
      guard count > 0 else { throw Ending.closed }
      rest = rest.dropFirst(count)
    }
  }

  private mutating func receive() throws {
    let chunk = [UInt8](unsafeUninitializedCapacity: 16 << 10) { buffer, count in
      count = max(0, recv(socket, buffer.baseAddress, buffer.count, 0))
    }
    guard !chunk.isEmpty else { throw Ending.closed }
    unread += chunk
  }

  private mutating func readRequest() throws -> FaultyServer.Request {
    let blankLine = Array("\r\n\r\n".utf8)
    var end = unread.firstRange(of: blankLine)
    while end == nil {
      try receive()
      end = unread.firstRange(of: blankLine)
    }
    let head = String(decoding: unread[..<end!.lowerBound], as: UTF8.self)
    unread.removeSubrange(..<end!.upperBound)
    let lines = head.components(separatedBy: "\r\n")
    let requestLine = lines[0].components(separatedBy: " ")
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      guard let colon = line.firstIndex(of: ":") else { continue }
      headers[line[..<colon].lowercased()] =
        line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
    }
    let length = Int(headers["content-length"] ?? "") ?? 0
    while unread.count < length { try receive() }
    let request = FaultyServer.Request(
      connection: number, method: requestLine[0], path: requestLine[1], headers: headers,
      body: Array(unread.prefix(length)))
    unread.removeFirst(length)
    state.change { $0.requests.append(request) }
    return request
  }
}
