import Glibc

/// The environment that memctl was started in.
struct Environment {
  let variables: [String: String]
  /// Those that `variables` lacks because they are not valid UTF-8.
  let unreadable: Set<String>

  /// - Parameter variables: nil for a value that is not valid UTF-8.
  init(_ variables: [String: String?]) {
    self.variables = variables.compactMapValues(\.self)
    unreadable = Set(variables.keys).subtracting(self.variables.keys)
  }

  /// The user's home folder, from the environment or else from the system.
  var home: String {
    if let home = variables["HOME"], !home.isEmpty { return home }
    return getpwuid(geteuid()).map { String(cString: $0.pointee.pw_dir) } ?? "/"
  }
}
