import Glibc

/// Standard input, output and error.
enum StandardStreams {
  /// Replaces closed streams by something that fails. Otherwise the next file to be opened, perhaps the
  /// cache, would take the number of one, and a report would be written into that file.
  static func occupy() {
    for (stream, mode) in [
      (STDIN_FILENO, O_WRONLY), (STDOUT_FILENO, O_RDONLY), (STDERR_FILENO, O_RDONLY),
    ] where fcntl(stream, F_GETFD) < 0 {
      // The lowest free number is this one: those below it are taken.
      _ = open("/dev/null", mode)
    }
  }
}
