import Foundation
import MemoryExchange
import MemoryModel
import System
import TestSupport
import Testing

@Suite("The bytes of a file") struct ByteStreamTests {
  private let folder = TemporaryFolder()

  private func gzip(_ text: String) throws -> [UInt8] {
    let path = folder.file("x.gz")
    let file = try NewFile(path, replaces: true)
    try file.write(text.utf8)
    try file.finish()
    return Array(try Data(contentsOf: URL(filePath: path)))
  }

  private func text(_ bytes: [UInt8]) throws -> String? {
    let path = folder.file("read")
    try Data(bytes).write(to: URL(filePath: path))
    let file = try FileDescriptor.open(path, O_RDONLY)
    defer { file.close() }
    return try ByteStream(file).readAll(limit: 1 << 24).map { String(decoding: $0, as: UTF8.self) }
  }

  @Test("are decompressed, also where several compressed files follow each other")
  func gzip() throws {
    let long = String(repeating: "all the same ", count: 500_000)
    let compressed = try gzip(long)
    #expect(compressed.count < 100_000)
    #expect(try text(compressed) == long)
    #expect(try text(gzip("one") + gzip("two")) == "onetwo")
    #expect(
      try text(gzip("one") + [0, 0] + gzip("two") + Array(repeating: 0, count: 1 << 17)) == "onetwo"
    )
    #expect(try text(Array("plain".utf8)) == "plain")
    #expect(try text([]) == "")
  }

  @Test("are refused where the compressed data is cut off or damaged")
  func damaged() throws {
    let compressed = try gzip((1...9999).map { "\($0)" }.joined())
    #expect { try text(compressed.dropLast(9)) } throws: { ($0 as? Problem)?.kind == .invalidInput }
    var bytes = compressed
    bytes[bytes.count / 2] ^= 0x55
    #expect { try text(bytes) } throws: { ($0 as? Problem)?.kind == .invalidInput }
  }

  @Test("of a new file appear as a whole, for the owner alone, and replace nothing unasked")
  func newFile() throws {
    let path = folder.file("new")
    var file: NewFile? = try NewFile(path, replaces: false)
    try file?.write(Array("half".utf8))
    file = nil
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
    let whole = try NewFile(path, replaces: false)
    try Data().write(to: URL(filePath: path))
    #expect(throws: FileError.self) { try whole.finish() }
    #expect(throws: FileError.self) { _ = try NewFile(path, replaces: false) }
    let other = try NewFile(path, replaces: true)
    try other.finish()
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(mode == 0o600)
  }
  @Test("of a file that a link leads to are replaced, and the link stays")
  func link() throws {
    let (path, link) = (folder.file("file.jsonl"), folder.file("link.gz"))
    try Data("old".utf8).write(to: URL(filePath: path))
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
    #expect(throws: FileError(link, SystemError(EEXIST))) { try NewFile(link, replaces: false) }
    let file = try NewFile(link, replaces: true)
    try file.write(Array("new".utf8))
    try file.finish()
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == path)
    #expect(try text(Array(Data(contentsOf: URL(filePath: path)))) == "new")
    try FileManager.default.removeItem(atPath: path)
    #expect(throws: FileError(link, SystemError(ENOENT))) { try NewFile(link, replaces: true) }
  }

  @Test("replace no pipe, no device and no folder", arguments: [true, false])
  func special(replaces: Bool) throws {
    let pipe = folder.file("pipe")
    #expect(mkfifo(pipe, 0o600) == 0)
    #expect(throws: FileError(pipe, SystemError(ENOTSUP))) {
      try NewFile(pipe, replaces: replaces).finish()
    }
    #expect(throws: FileError(folder.path, SystemError(EISDIR))) {
      try NewFile(folder.path, replaces: replaces)
    }
  }
}
