import Glibc

/// Whether others can use a file.
enum Permissions {
  /// The access that others than the owner have; nil if there is no such file.
  static func others(_ path: String) -> mode_t? {
    var status = stat()
    return stat(path, &status) == 0 ? status.st_mode & 0o077 : nil
  }

  static func isOwn(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) != 0 || status.st_uid == geteuid()
  }

  /// Takes away all access of others to a file of one's own.
  ///
  /// - Returns: whether there was any, and is none now; nil if there is no such file.
  static func close(_ path: String) -> Bool? {
    guard let others = others(path) else { return nil }
    var status = stat()
    guard others != 0, stat(path, &status) == 0, status.st_uid == geteuid() else { return false }
    return chmod(path, status.st_mode & 0o700) == 0
  }
}
