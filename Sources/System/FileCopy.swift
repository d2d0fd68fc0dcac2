import Glibc

/// A copy of a file, readable by its owner alone.
package enum FileCopy {
  /// Copies a file to a path where there is none yet.
  ///
  /// - Parameter isOptional: whether the file to copy may be missing.
  /// - Throws: `FileError` for whichever of the two files failed; then there is no copy.
  package static func make(
    of path: String, at copy: String, isOptional: Bool = false
  ) throws(FileError) {
    let source = open(path, O_RDONLY | O_CLOEXEC)
    if source < 0, isOptional, errno == ENOENT { return }
    guard source >= 0 else { throw FileError(path) }
    defer { close(source) }
    let target = open(copy, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard target >= 0 else { throw FileError(copy) }
    defer { close(target) }
    while true {
      let count = sendfile(target, source, nil, 1 << 24)
      if count == 0 { return }
      if count < 0, errno != EINTR {
        let error = FileError(copy)
        unlink(copy)
        throw error
      }
    }
  }
}
