import Glibc

/// Folders that are the owner's alone (0700).
package enum Folder {
  /// Makes what is missing of a path. A folder that is there stays as it is.
  ///
  /// - Throws: `FileError` for the first folder that cannot be made; those above it are there.
  package static func make(_ path: String) throws(FileError) {
    if access(path, F_OK) == 0 { return }
    let parent = Path.folder(of: path)
    if !parent.isEmpty { try make(parent) }
    guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw FileError(path) }
  }

  /// Makes an empty folder with a name that nothing else has.
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
