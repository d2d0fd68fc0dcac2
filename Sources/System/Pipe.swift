import Glibc

/// A pipe whose ends no other program inherits. It closes neither of them.
package struct Pipe: Sendable {
  package let readEnd: Int32
  package let writeEnd: Int32

  /// - Parameter isBlocking: whether reading waits for bytes, and writing for room.
  package init(isBlocking: Bool = true) throws(SystemError) {
    var ends: [Int32] = [-1, -1]
    if pipe(&ends) != 0 { throw SystemError() }
    for end in ends {
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
      if !isBlocking { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
    }
    (readEnd, writeEnd) = (ends[0], ends[1])
  }
}
