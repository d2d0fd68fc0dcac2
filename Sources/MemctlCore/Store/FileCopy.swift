import Glibc

/// A copy of a file, readable by its owner alone.
enum FileCopy {
  /// - Parameter isOptional: whether there may be nothing to copy.
  /// - Throws: `Problem` of kind `.file`; then there is no copy.
  static func make(of path: String, at copy: String, isOptional: Bool = false) throws {
    let source = open(path, O_RDONLY | O_CLOEXEC)
    if source < 0, isOptional, errno == ENOENT { return }
    guard source >= 0 else { throw Problem.cannotOpen(path, errno) }
    defer { close(source) }
    let target = open(copy, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard target >= 0 else { throw failure(copy) }
    defer { close(target) }
    while true {
      let count = sendfile(target, source, nil, 1 << 24)
      if count == 0 { return }
      if count < 0, errno != EINTR {
        let problem = failure(copy)
        unlink(copy)
        throw problem
      }
    }
  }

  private static func failure(_ copy: String) -> Problem {
    .noRoom("cannot write \(copy): \(String(cString: strerror(errno)))")
  }
}
