import Foundation
import TestSupport
import Testing

/// The user that may do nothing, for tests that run as root.
enum Nobody {
  private static let identifier: uid_t = 65_534
  static let isPossible =
    geteuid() != 0
    || access("/usr/bin/setpriv", X_OK) == 0
      && (try? run(["/usr/bin/test", "-x", builtProduct("memctl").path]).status) == 0

  static func own(_ path: String) { if geteuid() == 0 { chown(path, identifier, identifier) } }

  /// Runs a program as a user who may not write what is read-only.
  static func run(
    _ words: [String], environment: [String: String] = [:], folder: String = "/"
  ) throws -> ChildProgram.Ended {
    let id = "\(identifier)"
    let become = ["/usr/bin/setpriv", "--reuid", id, "--regid", id, "--clear-groups"]
    let words = (geteuid() == 0 ? become : []) + words
    return try ChildProgram(
      URL(filePath: words[0]), Array(words.dropFirst()), environment: environment,
      folder: URL(filePath: folder)
    ).finish()
  }
}

extension Home {
  func asNobody(_ arguments: [String]) throws -> ChildProgram.Ended {
    let ended = try Nobody.run(
      [builtProduct("memctl").path] + arguments, environment: environment, folder: folder.path)
    check(ended.output + ended.errors, of: arguments, #_sourceLocation)
    return ended
  }
}
