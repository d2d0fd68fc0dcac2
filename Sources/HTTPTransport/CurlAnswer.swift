import CCurl
import System

/// An answer as it arrives: its headers, and its body in memory or, when it is long, in a temporary
/// file that has no name and so vanishes with the process.
final class CurlAnswer {
  private static let maximumHead = 256 << 10
  static let tooManyHeaders = TransportFailure.invalidResponse(
    "the answer has too many headers")
  /// The most that an answer may expand, relative to its compressed size. Memories compress to a
  /// tenth; data that is designed to exhaust memory compresses to a thousandth.
  private static let maximumExpansion = 100
  /// Bytes of a compressed answer to which that limit does not apply.
  private static let leastMeasured = 256 << 10

  private let options: CurlTransport.Options
  private let maximumBody: Int
  private(set) var headers: [String: String] = [:]
  /// Whether the empty line has arrived. If a connection ends before it, libcurl assumes an empty
  /// answer.
  private(set) var isHeadComplete = false
  private var headCount = 0
  private var memory: [UInt8] = []
  private var file: FileDescriptor?
  /// Bytes of the body so far, decompressed.
  private(set) var bodyCount = 0

  init(to request: HTTPRequest, options: CurlTransport.Options) {
    self.options = options
    maximumBody = min(request.longestAnswer ?? .max, options.maximumAnswer)
  }

  deinit { if let file { file.close() } }

  // MARK: Head

  /// Takes a line of the head, or one after the body, which says nothing to memctl. A status line
  /// starts over: an interim answer may have come before.
  func append(line: UnsafeRawBufferPointer) throws(TransportFailure) {
    headCount += line.count
    guard headCount <= Self.maximumHead else { throw Self.tooManyHeaders }
    if line.starts(with: "HTTP/".utf8) {
      headers = [:]
      isHeadComplete = false
    }
    if line.allSatisfy({ $0 == 0x0D || $0 == 0x0A }) { isHeadComplete = true }
    guard !isHeadComplete, let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return }
    let name = String(decoding: line[..<colon], as: UTF8.self).lowercased()
    headers[name] = String(decoding: line[(colon + 1)...].trimmingSpace, as: UTF8.self)
  }

  /// Whether libcurl failed with `code` because a line of the head is longer than it accepts.
  func isEndless(_ code: CURLcode) -> Bool {
    let isTooLarge = code == CURLE_OUT_OF_MEMORY || code.rawValue == 100  // CURLE_TOO_LARGE, in 8.6
    return isTooLarge && headCount > 0 && !isHeadComplete
  }

  // MARK: Body

  /// Appends the next bytes of the body, of which `received` bytes have arrived in all, as
  /// transferred.
  func append(
    body bytes: UnsafeRawBufferPointer, received: Int
  ) throws(TransportFailure) {
    bodyCount += bytes.count
    guard bodyCount <= maximumBody else { throw .tooLarge(limit: maximumBody) }
    guard bodyCount <= Self.maximumExpansion * max(received, Self.leastMeasured) else {
      throw .invalidResponse(
        "the answer expands to more than \(Self.maximumExpansion) times its compressed size")
    }
    if let file { return try write(bytes, to: file) }
    guard bodyCount > options.memoryThreshold else { return memory.append(contentsOf: bytes) }
    let file = try makeFile()
    self.file = file
    try memory.withUnsafeBufferPointer { earlier throws(TransportFailure) in
      try write(UnsafeRawBufferPointer(earlier), to: file)
    }
    memory = []
    try write(bytes, to: file)
  }

  func body() throws(TransportFailure) -> ResponseBody {
    guard let file else { return ResponseBody(memory) }
    return try ResponseBody(mapping: file.rawValue, count: bodyCount)
  }

  private func makeFile() throws(TransportFailure) -> FileDescriptor {
    do throws(SystemError) {
      return try .openTemporary(in: options.temporaryFolder, prefix: "memctl.")
    } catch {
      throw cannotKeep(error)
    }
  }

  private func write(
    _ bytes: UnsafeRawBufferPointer, to file: FileDescriptor
  ) throws(TransportFailure) {
    do throws(SystemError) {
      try file.writeAll(bytes)
    } catch {
      throw cannotKeep(error)
    }
  }

  private func cannotKeep(_ error: SystemError) -> TransportFailure {
    .noRoom("cannot keep the server's answer in \(options.temporaryFolder): \(error)")
  }
}

extension Slice<UnsafeRawBufferPointer> {
  fileprivate var trimmingSpace: Self {
    func isSpace(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0D, 0x0A].contains(byte) }
    guard let first = firstIndex(where: { !isSpace($0) }),
      let last = lastIndex(where: { !isSpace($0) })
    else { return self[endIndex...] }
    return self[first...last]
  }
}
