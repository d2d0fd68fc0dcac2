import Glibc

/// Why the system refused something.
package struct SystemError: Error, Hashable, Sendable, CustomStringConvertible {
  /// One of the constants of `errno`.
  package let code: Int32

  /// - Parameter code: the reason of the call that has just failed, unless another is given.
  package init(_ code: Int32 = errno) { self.code = code }

  /// As the C library words it: "No such file or directory".
  package var description: String { String(cString: strerror(code)) }
}

/// Why the system refused something, and to which file.
package struct FileError: Error, Hashable, Sendable {
  package let path: String
  package let reason: SystemError

  package init(_ path: String, _ reason: SystemError = SystemError()) {
    self.path = path
    self.reason = reason
  }
}
