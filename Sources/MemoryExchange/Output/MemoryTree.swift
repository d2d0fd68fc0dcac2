import Glibc
import MemoryModel
import System

/// A folder with a markdown file for each memory, for version control and for people.
///
/// It is a mirror: files of memories that are gone are removed, but only if memctl wrote them.
/// Whatever else is in the folder stays. A file that would say the same is not written again.
package struct MemoryTree {
  private let folder: String
  private var kept: Set<String> = []
  package private(set) var written = 0
  package private(set) var unchanged = 0
  package private(set) var removed = 0

  /// - Throws: `FileError` if the folder cannot be created.
  package init(_ folder: String) throws(FileError) {
    self.folder = folder
    try Folder.make(folder)
  }

  /// - Throws: `FileError`; with `EEXIST` for a file of this name that memctl did not write.
  package mutating func add(_ memory: Memory) throws(FileError) {
    let name = MemoryFile.path(of: memory)
    let path = "\(folder)/\(name)"
    let bytes = MemoryFile.bytes(of: memory)
    kept.insert(name)
    switch try present(path) {
    case .none: try makeFolder(Path.folder(of: path))
    case .some(let present) where present == bytes:
      unchanged += 1
      return
    case .some(let present):
      guard present.starts(with: MemoryFile.start) else {
        throw FileError(path, SystemError(EEXIST))
      }
    }
    let file = try NewFile(path, replaces: true)
    try file.write(bytes)
    try file.finish(isDurable: false)
    written += 1
  }

  /// Removes the files of memories that were not added, and folders that are empty then.
  package mutating func finish() throws(FileError) {
    for category in try MarkdownFolder.names(in: folder).sorted() where isOwnFolder(category) {
      let path = "\(folder)/\(category)"
      for name in try MarkdownFolder.names(in: path).sorted() where name.hasSuffix(".md") {
        let file = "\(path)/\(name)"
        if kept.contains("\(category)/\(name)") || !isOwn(file) { continue }
        if unlink(file) != 0 { throw FileError(file) }
        removed += 1
      }
      rmdir(path)
    }
  }

  /// A link could lead anywhere.
  private func isOwnFolder(_ name: String) -> Bool {
    var status = stat()
    return !name.hasPrefix(".") && lstat("\(folder)/\(name)", &status) == 0
      && status.st_mode & S_IFMT == S_IFDIR
  }

  private func makeFolder(_ path: String) throws(FileError) {
    var status = stat()
    guard lstat(path, &status) == 0 else { return try Folder.make(path) }
    if status.st_mode & S_IFMT != S_IFDIR { throw FileError(path, SystemError(ENOTDIR)) }
  }

  private func present(_ path: String) throws(FileError) -> [UInt8]? {
    do throws(SystemError) {
      let file = try FileDescriptor.open(path, O_RDONLY | O_NOFOLLOW)
      defer { file.close() }
      return try file.readAll()
    } catch {
      if error.code == ENOENT { return nil }
      throw FileError(path, error)
    }
  }

  private func isOwn(_ path: String) -> Bool {
    guard let file = try? FileDescriptor.open(path, O_RDONLY | O_NOFOLLOW) else { return false }
    defer { file.close() }
    return (try? file.readSome(MemoryFile.start.count)) == MemoryFile.start
  }
}
