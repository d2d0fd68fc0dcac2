import Glibc

/// A wish to stop, which a signal or another thread may express at any time.
///
/// It is a pipe, so that waiting code can wait for it together with sockets, and so that expressing
/// it is safe in a signal handler.
public final class Cancellation: Sendable {
  /// Readable once the wish has been expressed, and then for good.
  public let readDescriptor: Int32
  private let writeDescriptor: Int32

  public init() {
    var ends: [Int32] = [-1, -1]
    precondition(pipe(&ends) == 0, "no file descriptor is left")
    for end in ends {
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
    }
    readDescriptor = ends[0]
    writeDescriptor = ends[1]
  }

  deinit {
    close(readDescriptor)
    close(writeDescriptor)
  }

  /// Expresses the wish. Safe in a signal handler; calling it again changes nothing.
  public func cancel() {
    var byte: UInt8 = 1
    _ = write(writeDescriptor, &byte, 1)
  }

  public var isCancelled: Bool { wait(milliseconds: 0) }

  /// Waits until the wish is expressed, at most for a time; true when it is.
  @discardableResult
  public func wait(milliseconds: Int32) -> Bool {
    var poll = pollfd(fd: readDescriptor, events: Int16(POLLIN), revents: 0)
    let count = Glibc.poll(&poll, 1, milliseconds)
    // What ended the wait early may be the very signal that expresses the wish.
    return (count < 0 ? Glibc.poll(&poll, 1, 0) : count) > 0
  }
}
