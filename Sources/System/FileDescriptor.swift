import Glibc

/// An open file or pipe. It is only a number: nothing closes it automatically.
package struct FileDescriptor: RawRepresentable, Hashable, Sendable {
  package let rawValue: Int32

  package init(rawValue: Int32) { self.rawValue = rawValue }

  package static let standardInput = FileDescriptor(rawValue: STDIN_FILENO)
  package static let standardError = FileDescriptor(rawValue: STDERR_FILENO)

  /// Opens a file in such a way that no child program inherits it.
  ///
  /// - Parameters:
  ///   - flags: as `open` takes them.
  ///   - mode: the permissions of a file that is created.
  package static func open(
    _ path: String, _ flags: Int32, mode: mode_t = 0o600
  ) throws(SystemError) -> FileDescriptor {
    let descriptor = Glibc.open(path, flags | O_CLOEXEC, mode)
    if descriptor < 0 { throw SystemError() }
    return FileDescriptor(rawValue: descriptor)
  }

  /// Opens a file as `open` does, but does not wait for the other end of a named pipe: no signal
  /// could end that wait. Reading and writing block as usual.
  package static func openAtOnce(
    _ path: String, _ flags: Int32, mode: mode_t = 0o600
  ) throws(SystemError) -> FileDescriptor {
    let file = try open(path, flags | O_NONBLOCK, mode: mode)
    _ = fcntl(file.rawValue, F_SETFL, fcntl(file.rawValue, F_GETFL) & ~O_NONBLOCK)
    return file
  }

  /// Creates a file without a name, which vanishes when its last descriptor is closed.
  ///
  /// - Parameter prefix: the beginning of the name that the file has for a moment.
  package static func openTemporary(
    in folder: String, prefix: String
  ) throws(SystemError) -> FileDescriptor {
    var path = Array("\(folder)/\(prefix)XXXXXX".utf8CString)
    let descriptor = mkstemp(&path)
    if descriptor < 0 { throw SystemError() }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    unlink(path)
    return FileDescriptor(rawValue: descriptor)
  }

  package func close() { Glibc.close(rawValue) }

  /// Whether it is a file on a disk, and no folder, pipe or device.
  package var isRegularFile: Bool {
    var status = stat()
    return fstat(rawValue, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }

  // MARK: Whole contents

  /// Reads the next bytes, at most `count`; none at the end.
  package func readSome(_ count: Int = 1 << 16) throws(SystemError) -> [UInt8] {
    var result = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      repeat {
        result = read(rawValue, buffer.baseAddress, count)
      } while result < 0 && errno == EINTR
      filled = max(result, 0)
    }
    if result < 0 { throw SystemError() }
    return bytes
  }

  /// Reads everything up to the end; of contents longer than `limit`, at least `limit` bytes.
  package func readAll(limit: Int = .max) throws(SystemError) -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count < limit {
      let piece = try readSome()
      if piece.isEmpty { break }
      bytes += piece
    }
    return bytes
  }

  /// Writes all of the bytes, in as many pieces as it takes. After an error, some may be written.
  package func writeAll(_ bytes: UnsafeRawBufferPointer) throws(SystemError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let piece = UnsafeRawBufferPointer(rebasing: rest)
      let count = write(rawValue, piece.baseAddress, piece.count)
      if count < 0 {
        if errno == EINTR { continue }
        throw SystemError()
      }
      rest = rest.dropFirst(count)
    }
  }

  package func writeAll(_ bytes: [UInt8]) throws(SystemError) {
    try bytes.withUnsafeBufferPointer { bytes throws(SystemError) in
      try writeAll(UnsafeRawBufferPointer(bytes))
    }
  }
}
