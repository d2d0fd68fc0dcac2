import Glibc
import System

/// The markdown files in a folder and the folders in it, in the order of their names. What begins with
/// a dot is left out, and so are pipes and devices. Links to folders are not followed.
package enum MarkdownFolder {
  /// - Throws: `FileError` for a folder that cannot be read.
  package static func files(in folder: String) throws(FileError) -> [String] {
    var files: [String] = []
    try collect(folder, depth: 0, &files)
    return files
  }

  package static func isFolder(_ path: String) -> Bool {
    kind(of: path) == S_IFDIR
  }

  /// Whether a path leads to a file, and not to a pipe or a device.
  package static func isRegular(_ path: String) -> Bool { kind(of: path) == S_IFREG }

  /// What a path leads to; nil if it leads nowhere.
  private static func kind(of path: String) -> mode_t? {
    var status = stat()
    return stat(path, &status) == 0 ? status.st_mode & S_IFMT : nil
  }

  private static func collect(
    _ folder: String, depth: Int, _ files: inout [String]
  ) throws(FileError) {
    // Deeper than any notes, and far from the end of the stack.
    guard depth < 64 else { return }
    for name in try names(in: folder).sorted() where !name.hasPrefix(".") {
      let path = folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
      var status = stat()
      // What cannot be looked at is opened in vain, which is told.
      if lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
        try collect(path, depth: depth + 1, &files)
      } else if name.hasSuffix(".md"), [S_IFREG, nil].contains(kind(of: path)) {
        files.append(path)
      }
    }
  }

  /// The names in a folder. One that is not valid UTF-8 could not be opened by its name, so it is
  /// given with replacements, which no file has.
  package static func names(in folder: String) throws(FileError) -> [String] {
    guard let handle = opendir(folder) else { throw FileError(folder) }
    defer { closedir(handle) }
    var names: [String] = []
    while let entry = readdir(handle) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }
}
