import Glibc

/// Files that are written as a whole: whoever reads one finds the former or the new content, whatever
/// happens in between.
package enum WholeFile {
  /// Creates a file, or replaces the one that the path names; a link in its place stays one.
  ///
  /// Only one writer may do so at a time.
  ///
  /// - Parameter mode: the permissions of the file, which the umask does not change.
  package static func replace(
    _ path: String, with bytes: [UInt8], mode: mode_t = 0o600
  ) throws(SystemError) {
    let path = Path.resolved(path)
    let next = path + ".next"
    unlink(next)
    let file = try FileDescriptor.open(next, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: 0o600)
    do throws(SystemError) {
      defer { file.close() }
      if fchmod(file.rawValue, mode) != 0 { throw SystemError() }
      try file.writeAll(bytes)
      if fsync(file.rawValue) != 0 { throw SystemError() }
      if rename(next, path) != 0 { throw SystemError() }
    } catch {
      unlink(next)
      throw error
    }
  }
}
