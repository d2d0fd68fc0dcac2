import Foundation
import TestSupport
import Testing

extension Home {
  /// Runs memctl and measures how many bytes of memory it had at most.
  ///
  /// - Parameter largestFile: bytes that a file may have.
  func measured(
    _ arguments: String..., largestFile: Int? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> (ended: ChildProgram.Ended, peak: Int) {
    // Python ignores SIGXFSZ and the thread of a test may block it, which programs inherit.
    let script = """
      import os, resource, signal, sys
      limit = int(sys.argv[1])
      pid = os.fork()
      if pid == 0:
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, [])
        if limit: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        os.execv(sys.argv[2], sys.argv[2:])
      _, status, usage = os.wait4(pid, 0)
      print(usage.ru_maxrss * 1024)
      sys.exit(os.waitstatus_to_exitcode(status) % 256)
      """
    let ended = try ChildProgram(
      URL(filePath: "/usr/bin/env"),
      ["python3", "-c", script, "\(largestFile ?? 0)", builtProduct("memctl").path] + arguments,
      environment: environment, folder: folder
    ).finish()
    check(ended.output + ended.errors, of: arguments, sourceLocation)
    let peak = try #require(ended.output.split(separator: "\n").last.flatMap { Int($0) })
    return (ended, peak)
  }
}
