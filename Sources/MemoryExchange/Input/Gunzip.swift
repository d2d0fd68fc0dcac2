import CZlib
import MemoryModel

/// Decompresses gzip, as one member or several behind each other.
final class Gunzip {
  /// What every file of the format begins with (RFC 1952, section 2.3.1).
  static let magic: [UInt8] = [0x1f, 0x8b]

  // zlib keeps a pointer to the stream, which therefore must not move.
  private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
  private var input: [UInt8]
  private var position = 0
  private var isWithinMember = false
  /// Whether zlib may hold output for which there was no room.
  private var wasFull = false

  /// - Parameter start: the first bytes, with the magic ones.
  init(_ start: [UInt8]) {
    input = start
    stream.initialize(to: z_stream())
    let code = memctl_gunzip_init(stream)
    precondition(code == Z_OK, "no memory is left")
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  /// - Parameter more: reads on; nil at the end.
  /// - Returns: some bytes; nil at the end.
  func next(_ more: () throws -> [UInt8]?) throws -> [UInt8]? {
    while true {
      if position == input.count, !wasFull {
        guard let piece = try more() else {
          if isWithinMember { throw Self.damaged("it ends too early") }
          return nil
        }
        (input, position) = (piece, 0)
      }
      if !isWithinMember {
        // Tapes and some programs fill up their last block.
        while position < input.count, input[position] == 0 { position += 1 }
        if position == input.count { continue }
      }
      isWithinMember = true
      let output = try inflateSome()
      if !output.isEmpty { return output }
    }
  }

  private func inflateSome() throws -> [UInt8] {
    var code = Z_OK
    let room = ByteStream.pieceSize
    let output = input.withUnsafeMutableBufferPointer { input in
      stream.pointee.next_in = input.baseAddress! + position
      stream.pointee.avail_in = UInt32(input.count - position)
      let output = [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
        stream.pointee.next_out = buffer.baseAddress
        stream.pointee.avail_out = UInt32(room)
        code = inflate(stream, Z_NO_FLUSH)
        count = room - Int(stream.pointee.avail_out)
      }
      position = input.count - Int(stream.pointee.avail_in)
      return output
    }
    wasFull = output.count == room
    switch code {
    case Z_OK, Z_BUF_ERROR: break
    case Z_STREAM_END:
      isWithinMember = false
      wasFull = false
      inflateReset(stream)
    default: throw Self.damaged(stream.pointee.msg.map { String(cString: $0) } ?? "code \(code)")
    }
    return output
  }

  private static func damaged(_ reason: String) -> Problem {
    Problem(.invalidInput, "its gzip data is damaged: \(reason)")
  }
}
