import Glibc
import MemoryModel
import System

/// The bytes of a file, a pipe or a text, in pieces. What is compressed with gzip is decompressed,
/// whatever its name.
package final class ByteStream {
  /// Nil for a text.
  private let file: FileDescriptor?
  private let cancellation: Cancellation?
  /// Whether the bytes are handed out as they are.
  private let isRaw: Bool
  private var gunzip: Gunzip?
  /// What was read and not yet handed out.
  private var ahead: [UInt8] = []
  private var hasBegun = false
  /// What ended a look ahead, to be told when everything before it was handed out.
  private var failure: Problem?

  static let pieceSize = 1 << 16

  /// - Parameters:
  ///   - cancellation: ends a wait for more bytes.
  ///   - isRaw: whether nothing is decompressed.
  package init(_ file: FileDescriptor, cancellation: Cancellation? = nil, isRaw: Bool = false) {
    self.file = file
    self.isRaw = isRaw
    self.cancellation = cancellation
  }

  package init(of bytes: [UInt8]) {
    file = nil
    isRaw = false
    cancellation = nil
    ahead = Self.withoutMark(bytes)
  }

  /// The first bytes, at most `count`, which stay to be read.
  package func peek(_ count: Int) throws -> [UInt8] {
    do {
      while ahead.count < count, let piece = try read() { ahead += piece }
    } catch let problem as Problem where problem.kind == .invalidInput && !ahead.isEmpty {
      failure = problem
    }
    return Array(ahead.prefix(count))
  }

  /// The next bytes, in pieces of the stream's own size; nil at the end.
  ///
  /// - Throws: `Problem` of kind `.interrupted`; of kind `.invalidInput` if the file cannot be read
  ///   or decompressed.
  package func next() throws -> [UInt8]? {
    if ahead.isEmpty { return try read() }
    defer { ahead = [] }
    return ahead
  }

  /// The whole rest, unless it is longer than `limit`; then nil.
  package func readAll(limit: Int) throws -> [UInt8]? {
    var bytes: [UInt8] = []
    while let piece = try next() {
      bytes += piece
      if bytes.count > limit { return nil }
    }
    return bytes
  }

  private func read() throws -> [UInt8]? {
    if let failure { throw failure }
    guard file != nil else { return nil }
    if isRaw { return try readPlain() }
    if !hasBegun {
      hasBegun = true
      var start: [UInt8] = []
      while start.count < Self.mark.count, let piece = try readPlain() { start += piece }
      if start.starts(with: Gunzip.magic) { gunzip = Gunzip(start) }
      if gunzip == nil { return start.isEmpty ? nil : Self.withoutMark(start) }
    }
    guard let gunzip else { return try readPlain() }
    return try gunzip.next { try self.readPlain() }
  }

  /// What some programs begin a text in UTF-8 with.
  private static let mark: [UInt8] = [0xef, 0xbb, 0xbf]

  private static func withoutMark(_ bytes: [UInt8]) -> [UInt8] {
    bytes.starts(with: mark) ? Array(bytes.dropFirst(mark.count)) : bytes
  }

  private func readPlain() throws -> [UInt8]? {
    guard let file else { return nil }
    try waitForBytes(of: file)
    do {
      let piece = try file.readSome(Self.pieceSize)
      return piece.isEmpty ? nil : piece
    } catch {
      throw Problem(.invalidInput, "it cannot be read: \(error)")
    }
  }

  /// A read that waits would not hear of a cancellation.
  private func waitForBytes(of file: FileDescriptor) throws {
    guard let cancellation else { return }
    var polls = [
      pollfd(fd: file.rawValue, events: Int16(POLLIN), revents: 0),
      pollfd(fd: cancellation.readDescriptor, events: Int16(POLLIN), revents: 0),
    ]
    while poll(&polls, 2, -1) < 0, errno == EINTR {}
    if polls[1].revents != 0 || cancellation.isCancelled {
      throw Problem(.interrupted, "reading was interrupted")
    }
  }
}
