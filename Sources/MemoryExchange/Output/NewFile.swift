import CZlib
import Glibc
import System

/// A file that appears as a whole or not at all, readable by its owner alone. If its name ends in
/// `.gz`, it is compressed. A link to a file stays one.
package final class NewFile {
  /// As it was given, for errors.
  private let path: String
  /// Without links.
  private let target: String
  private let temporaryPath: String
  private let replaces: Bool
  private let descriptor: FileDescriptor
  private let gzip: Gzip?
  private var buffer: [UInt8] = []
  private var isDone = false

  /// - Parameter replaces: whether a file that exists is replaced; otherwise it is an error.
  /// - Throws: `FileError`; with `EEXIST` for a file that exists, and with `ENOTSUP` for a pipe or a
  ///   device.
  package init(_ path: String, replaces: Bool) throws(FileError) {
    let target = Path.resolved(path)
    var status = stat()
    if lstat(target, &status) == 0 {
      switch status.st_mode & S_IFMT {
      case S_IFREG: if !replaces { throw FileError(path, SystemError(EEXIST)) }
      case S_IFDIR: throw FileError(path, SystemError(EISDIR))
      // It leads nowhere.
      case S_IFLNK: throw FileError(path, SystemError(ENOENT))
      default: throw FileError(path, SystemError(ENOTSUP))
      }
    }
    var template = Array("\(target).XXXXXX".utf8CString)
    let number = mkstemp(&template)
    if number < 0 { throw FileError(path) }
    _ = fcntl(number, F_SETFD, FD_CLOEXEC)
    temporaryPath = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
    descriptor = FileDescriptor(rawValue: number)
    gzip = path.hasSuffix(".gz") ? Gzip() : nil
    self.path = path
    self.target = target
    self.replaces = replaces
  }

  deinit {
    descriptor.close()
    if !isDone { unlink(temporaryPath) }
  }

  package func write(_ bytes: some Sequence<UInt8>) throws(FileError) {
    buffer += bytes
    if buffer.count >= 1 << 16 { try flush(isLast: false) }
  }

  private func flush(isLast: Bool) throws(FileError) {
    let bytes = gzip?.compress(buffer, isLast: isLast) ?? buffer
    buffer.removeAll(keepingCapacity: true)
    do throws(SystemError) {
      try descriptor.writeAll(bytes)
    } catch {
      throw FileError(path, error)
    }
  }

  /// Makes the file appear.
  ///
  /// - Parameter isDurable: whether it is on the disk by then, which takes its time.
  package func finish(isDurable: Bool = true) throws(FileError) {
    try flush(isLast: true)
    if isDurable, fsync(descriptor.rawValue) != 0, errno != EINVAL { throw FileError(path) }
    // Unlike `rename`, `link` refuses a name that somebody has taken meanwhile.
    guard (replaces ? rename(temporaryPath, target) : link(temporaryPath, target)) == 0 else {
      throw FileError(path)
    }
    if !replaces { unlink(temporaryPath) }
    isDone = true
  }
}

/// Compresses bytes in pieces.
private final class Gzip {
  // zlib keeps a pointer to the stream, which therefore must not move.
  private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)

  init() {
    stream.initialize(to: z_stream())
    let code = memctl_gzip_init(stream)
    precondition(code == Z_OK, "no memory is left")
  }

  deinit {
    deflateEnd(stream)
    stream.deallocate()
  }

  func compress(_ input: [UInt8], isLast: Bool) -> [UInt8] {
    var input = input
    var output: [UInt8] = []
    input.withUnsafeMutableBufferPointer { input in
      stream.pointee.next_in = input.baseAddress
      stream.pointee.avail_in = UInt32(input.count)
      repeat {
        let room = 1 << 15
        output += [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
          stream.pointee.next_out = buffer.baseAddress
          stream.pointee.avail_out = UInt32(room)
          deflate(stream, isLast ? Z_FINISH : Z_NO_FLUSH)
          count = room - Int(stream.pointee.avail_out)
        }
      } while stream.pointee.avail_out == 0
    }
    return output
  }
}
