import Glibc

/// Folders that only their owner can access (0700).
package enum Folder {
  /// Creates the missing folders of a path. An existing folder stays as it is.
  ///
  /// - Throws: `FileError` for the first folder that cannot be created; those above it then exist.
  package static func make(_ path: String) throws(FileError) {
    if access(path, F_OK) == 0 { return }
    let parent = Path.folder(of: path)
    if !parent.isEmpty { try make(parent) }
    guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw FileError(path) }
  }

  /// Creates an empty folder with a unique name.
  ///
  /// - Returns: its path.
  package static func makeTemporary(
    in folder: String, prefix: String
  ) throws(SystemError) -> String {
    var template = Array("\(folder)/\(prefix)XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw SystemError() }
    return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
