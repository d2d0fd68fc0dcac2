import Glibc

/// A wish to stop, which a signal or another thread may express at any time.
///
/// It is a pipe, so that waiting code can wait for it together with sockets, and so that expressing
/// it is safe in a signal handler.
public final class Cancellation: Sendable {
  private let pipe: Pipe

  public init() {
    guard let pipe = try? Pipe(isBlocking: false) else {
      preconditionFailure("no file descriptor is left")
    }
    self.pipe = pipe
  }

  deinit {
    close(pipe.readEnd)
    close(pipe.writeEnd)
  }

  /// Readable once the wish has been expressed, and then for good.
  public var readDescriptor: Int32 { pipe.readEnd }

  /// Expresses the wish. Safe in a signal handler; calling it again changes nothing.
  public func cancel() {
    var byte: UInt8 = 1
    _ = write(pipe.writeEnd, &byte, 1)
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
