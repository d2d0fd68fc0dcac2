import Glibc

/// Standard input, output and error.
enum StandardStreams {
  /// Puts something that fails where a stream is closed. Else the next file to be opened, the cache
  /// perhaps, would take its number, and a report would be written into that file.
  static func occupy() {
    for (stream, mode) in [
      (STDIN_FILENO, O_WRONLY), (STDOUT_FILENO, O_RDONLY), (STDERR_FILENO, O_RDONLY),
    ] where fcntl(stream, F_GETFD) < 0 {
      // The lowest free number is this one: those below it are taken.
      _ = open("/dev/null", mode)
    }
  }
}
