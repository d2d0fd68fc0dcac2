import CMicrohttpd

/// Hands a source to libmicrohttpd in pieces as large as it asks for.
final class StreamReader {
  private let source: any ByteSource
  private let onRead: (Int) -> Void
  private var rest: ArraySlice<UInt8> = []

  /// - Parameter onRead: is called with the size of each piece.
  init(_ source: any ByteSource, onRead: @escaping (Int) -> Void) {
    self.source = source
    self.onRead = onRead
  }

  /// What MHD takes as the body of a response, which keeps the reader for as long as it lasts.
  func makeMHDResponse() -> OpaquePointer? {
    MHD_create_response_from_callback(
      memctl_mhd_size_unknown, 64 * 1024, readStream, Unmanaged.passRetained(self).toOpaque(),
      freeStream)
  }

  fileprivate func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
    do {
      if rest.isEmpty { rest = try source.next()?[...] ?? [] }
    } catch {
      // The connection breaks off, which the client can tell from the end of the answer.
      complain("an answer could not be finished: \(error)")
      return memctl_mhd_end_with_error
    }
    guard !rest.isEmpty else { return memctl_mhd_end_of_stream }
    let count = min(rest.count, buffer.count)
    buffer.copyBytes(from: rest.prefix(count))
    rest = rest.dropFirst(count)
    onRead(count)
    return count
  }
}

private func readStream(
  _ reader: UnsafeMutableRawPointer?, _ position: UInt64, _ buffer: UnsafeMutablePointer<CChar>?,
  _ size: Int
) -> Int {
  Unmanaged<StreamReader>.fromOpaque(reader!).takeUnretainedValue()
    .read(into: UnsafeMutableRawBufferPointer(start: buffer, count: size))
}

private func freeStream(_ reader: UnsafeMutableRawPointer?) {
  Unmanaged<StreamReader>.fromOpaque(reader!).release()
}
