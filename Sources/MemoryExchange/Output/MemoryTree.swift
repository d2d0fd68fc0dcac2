import Glibc
import MemoryModel
import System

/// A folder with a markdown file for each memory, for version control and for people.
///
/// It is a mirror: files of memories that are gone are removed, but only if memctl wrote them.
/// Whatever else is in the folder stays, links are not followed, and no file is opened that is no
/// regular one. A file that would say the same is not written again.
package struct MemoryTree {
  private let folder: String
  private var kept: Set<String> = []
  /// The folders of categories that files were added to.
  private var categories: Set<String> = []
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
    let category = Path.folder(of: name)
    if categories.insert(category).inserted { try makeFolder("\(folder)/\(category)") }
    switch try present(path) {
    case .none: break
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

  /// Removes the files of memories that were not added, and folders that are empty for that reason.
  package mutating func finish() throws(FileError) {
    for path in try outdated() {
      if unlink(path) != 0 { throw FileError(path) }
      removed += 1
      rmdir(Path.folder(of: path))
    }
  }

  /// Whether no memory was added, so that `finish` would remove all files that memctl wrote.
  package func wouldRemoveEverything() throws(FileError) -> Bool {
    guard kept.isEmpty else { return false }
    return try !outdated().isEmpty
  }

  private func outdated() throws(FileError) -> [String] {
    var paths: [String] = []
    for category in try MarkdownFolder.names(in: folder).sorted() where isOwnFolder(category) {
      let path = "\(folder)/\(category)"
      let names: [String]
      do throws(FileError) {
        names = try MarkdownFolder.names(in: path)
      } catch {
        // Another program's, unless memories belong there.
        if categories.contains(category) { throw error }
        continue
      }
      for name in names.sorted() where name.hasSuffix(".md") {
        let file = "\(path)/\(name)"
        if !kept.contains("\(category)/\(name)"), isOwn(file) { paths.append(file) }
      }
    }
    return paths
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
    switch status.st_mode & S_IFMT {
    case S_IFDIR: break
    case S_IFLNK: throw FileError(path, SystemError(ELOOP))
    default: throw FileError(path, SystemError(ENOTDIR))
    }
  }

  private func present(_ path: String) throws(FileError) -> [UInt8]? {
    do throws(SystemError) {
      let file = try open(path)
      defer { file.close() }
      return try file.readAll()
    } catch {
      if error.code == ENOENT { return nil }
      throw FileError(path, error)
    }
  }

  private func isOwn(_ path: String) -> Bool {
    guard let file = try? open(path) else { return false }
    defer { file.close() }
    return (try? file.readSome(MemoryFile.start.count)) == MemoryFile.start
  }

  /// Reading a pipe could take forever, and the bytes would be missing elsewhere.
  private func open(_ path: String) throws(SystemError) -> FileDescriptor {
    let file = try FileDescriptor.openAtOnce(path, O_RDONLY | O_NOFOLLOW)
    if file.isRegularFile { return file }
    file.close()
    throw SystemError(EEXIST)
  }
}
