import Glibc

/// A request to stop, which a signal or another thread may make at any time.
///
/// It is a pipe, so that code can wait for it together with sockets, and so that making the request
/// is safe in a signal handler.
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

  /// Becomes readable once the request has been made, and stays so.
  public var readDescriptor: Int32 { pipe.readEnd }

  /// Makes the request. Safe in a signal handler; calling it again changes nothing.
  public func cancel() {
    var byte: UInt8 = 1
    _ = write(pipe.writeEnd, &byte, 1)
  }

  public var isCancelled: Bool { wait(milliseconds: 0) }

  /// Waits for the request up to a time limit; returns whether it has been made.
  @discardableResult
  public func wait(milliseconds: Int32) -> Bool {
    var poll = pollfd(fd: readDescriptor, events: Int16(POLLIN), revents: 0)
    let count = Glibc.poll(&poll, 1, milliseconds)
    // The very signal that makes the request may have interrupted the wait.
    return (count < 0 ? Glibc.poll(&poll, 1, 0) : count) > 0
  }
}
