import Glibc

/// The lines of a stream, each lent for a moment, so that a file of any length takes no memory.
struct LineReader {
  /// No memory is nearly as long; what is longer is not read into memory.
  static let limit = 1 << 20

  /// Calls `body` with each line that is not blank: its number, from 1, and its bytes without the
  /// line break; nil if it is longer than `limit`.
  static func forEachLine(
    of stream: ByteStream, _ body: (Int, UnsafeBufferPointer<UInt8>?) throws -> Void
  ) throws {
    var number = 0
    var rest: [UInt8] = []
    var isTooLong = false
    func end(_ line: UnsafeBufferPointer<UInt8>) throws {
      number += 1
      if isTooLong || line.count > limit {
        try body(number, nil)
      } else if !line.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0d }) {
        try body(number, line)
      }
      isTooLong = false
    }
    while let piece = try stream.next() {
      try piece.withUnsafeBufferPointer { piece in
        var start = 0
        while let newline = piece.firstNewline(from: start) {
          let line = UnsafeBufferPointer(rebasing: piece[start..<newline])
          if rest.isEmpty, !isTooLong {
            try end(line)
          } else {
            rest += line
            try rest.withUnsafeBufferPointer { try end($0) }
            rest.removeAll(keepingCapacity: true)
          }
          start = newline + 1
        }
        rest += piece[start...]
        if rest.count > limit {
          isTooLong = true
          rest.removeAll(keepingCapacity: false)
        }
      }
    }
    if isTooLong || !rest.isEmpty { try rest.withUnsafeBufferPointer { try end($0) } }
  }
}

extension UnsafeBufferPointer<UInt8> {
  func firstNewline(from start: Int) -> Int? {
    guard start < count, let base = baseAddress,
      let found = memchr(base + start, Int32(UInt8(ascii: "\n")), count - start)
    else { return nil }
    return UnsafeRawPointer(base).distance(to: found)
  }
}
