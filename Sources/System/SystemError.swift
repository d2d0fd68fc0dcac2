import Glibc

/// The reason why a system call failed.
package struct SystemError: Error, Hashable, Sendable, CustomStringConvertible {
  /// One of the constants of `errno`.
  package let code: Int32

  /// - Parameter code: by default the reason for the call that has just failed.
  package init(_ code: Int32 = errno) { self.code = code }

  /// The message of the C library, such as "No such file or directory".
  package var description: String { String(cString: strerror(code)) }
}

/// The reason why a system call failed, and the file that it failed on.
package struct FileError: Error, Hashable, Sendable {
  package let path: String
  package let reason: SystemError

  package init(_ path: String, _ reason: SystemError = SystemError()) {
    self.path = path
    self.reason = reason
  }
}
