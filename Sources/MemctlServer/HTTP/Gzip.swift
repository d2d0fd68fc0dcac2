import CZlib

/// Compresses another source as it is taken.
final class Gzip: ByteSource {
  private let source: any ByteSource
  // zlib keeps a pointer to the stream, which therefore must not move.
  private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
  private(set) var isAtEnd = false

  init(_ source: any ByteSource) throws {
    self.source = source
    stream.initialize(to: z_stream())
    guard memctl_gzip_init(stream) == Z_OK else { throw OutOfMemory() }
  }

  deinit {
    deflateEnd(stream)
    stream.deallocate()
  }

  func next() throws -> [UInt8]? {
    while !isAtEnd {
      let input = try source.next()
      isAtEnd = input == nil
      let output = compress(input ?? [], flush: isAtEnd ? Z_FINISH : Z_NO_FLUSH)
      if !output.isEmpty { return output }
    }
    return nil
  }

  private func compress(_ input: [UInt8], flush: Int32) -> [UInt8] {
    var input = input
    var output: [UInt8] = []
    input.withUnsafeMutableBufferPointer { input in
      stream.pointee.next_in = input.baseAddress
      stream.pointee.avail_in = UInt32(input.count)
      repeat {
        let room = 32 * 1024
        output += [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
          stream.pointee.next_out = buffer.baseAddress
          stream.pointee.avail_out = UInt32(room)
          deflate(stream, flush)
          count = room - Int(stream.pointee.avail_out)
        }
      } while stream.pointee.avail_out == 0
    }
    return output
  }

  private struct OutOfMemory: Error {}
}
