import Glibc
import System
import TestSupport
import Testing

@Suite("Folders, paths and copies")
struct FolderTests {
  private let folder = TemporaryFolder()

  private func write(_ text: String, to path: String) throws {
    let file = try FileDescriptor.open(path, O_WRONLY | O_CREAT | O_EXCL, mode: 0o644)
    defer { file.close() }
    try file.writeAll(Array(text.utf8))
  }

  private func text(of path: String) throws -> String {
    let file = try FileDescriptor.open(path, O_RDONLY)
    defer { file.close() }
    return String(decoding: try file.readAll(), as: UTF8.self)
  }

  private func mode(of path: String) -> mode_t? {
    var status = stat()
    return stat(path, &status) == 0 ? status.st_mode & 0o777 : nil
  }

  @Test("A folder is made with those above it, all of them the owner's alone")
  func parents() throws {
    try Folder.make(folder.file("a/b/c"))
    for name in ["a", "a/b", "a/b/c"] { #expect(mode(of: folder.file(name)) == 0o700) }
  }

  @Test("A folder that is there keeps its permissions")
  func existing() throws {
    chmod(folder.path, 0o755)
    try Folder.make(folder.path)
    try Folder.make(folder.path + "/")
    #expect(mode(of: folder.path) == 0o755)
  }

  @Test("A folder that cannot be made is named")
  func obstacle() throws {
    try write("", to: folder.file("file"))
    #expect(throws: FileError(folder.file("file/a"), SystemError(ENOTDIR))) {
      try Folder.make(folder.file("file/a/b"))
    }
  }

  @Test("A temporary folder is empty, new and the owner's alone")
  func temporary() throws {
    let first = try Folder.makeTemporary(in: folder.path, prefix: "test-")
    let second = try Folder.makeTemporary(in: folder.path, prefix: "test-")
    #expect(first != second)
    #expect(first.hasPrefix(folder.file("test-")))
    #expect(mode(of: first) == 0o700)
    #expect(rmdir(first) == 0)
    #expect(throws: SystemError(ENOENT)) { try Folder.makeTemporary(in: first, prefix: "test-") }
  }

  @Test(
    "The folder of a path is what stands before its last slash",
    arguments: [("/a/b/c", "/a/b"), ("a/b", "a"), ("a", ""), ("/a", ""), ("a/", "a"), ("", "")])
  func folderOfPath(path: String, folder: String) {
    #expect(Path.folder(of: path) == folder)
  }

  @Test("Names of one file are one identity, and resolve to one path")
  func identity() throws {
    let path = folder.file("file")
    try write("text", to: path)
    #expect(symlink(path, folder.file("link")) == 0)
    #expect(link(path, folder.file("name")) == 0)
    #expect(FileIdentity(folder.file("link")) == FileIdentity(path))
    #expect(FileIdentity(folder.file("name")) == FileIdentity(path))
    #expect(Path.resolved(folder.file("link")) == Path.resolved(path))
    try write("text", to: folder.file("other"))
    #expect(FileIdentity(folder.file("other")) != FileIdentity(path))
    #expect(FileIdentity(folder.file("none")) == nil)
    #expect(Path.resolved(folder.file("none")) == folder.file("none"))
  }

  @Test("A copy holds the same, and is the owner's alone")
  func copy() throws {
    try write("text", to: folder.file("file"))
    try FileCopy.make(of: folder.file("file"), at: folder.file("copy"))
    #expect(try text(of: folder.file("copy")) == "text")
    #expect(mode(of: folder.file("copy")) == 0o600)
  }

  @Test("What is missing is copied only where it may be missing")
  func missing() throws {
    let path = folder.file("none")
    #expect(throws: FileError(path, SystemError(ENOENT))) {
      try FileCopy.make(of: path, at: folder.file("copy"))
    }
    try FileCopy.make(of: path, at: folder.file("copy"), isOptional: true)
    #expect(mode(of: folder.file("copy")) == nil)
  }

  @Test("A copy takes the place of nothing")
  func occupied() throws {
    try write("new", to: folder.file("file"))
    try write("old", to: folder.file("copy"))
    #expect(throws: FileError(folder.file("copy"), SystemError(EEXIST))) {
      try FileCopy.make(of: folder.file("file"), at: folder.file("copy"))
    }
    #expect(try text(of: folder.file("copy")) == "old")
  }

  @Test("A copy that fails leaves nothing")
  func failure() throws {
    let copy = folder.file("copy")
    #expect(throws: FileError.self) { try FileCopy.make(of: folder.path, at: copy) }
    #expect(mode(of: copy) == nil)
  }
}
