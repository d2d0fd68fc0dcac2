import Glibc
import System
import TestSupport
import Testing

@Suite("A file descriptor")
struct FileDescriptorTests {
  private let folder = TemporaryFolder()
  private var path: String { folder.file("file") }
  /// More than a pipe holds, and no multiple of the size of the pieces that are read.
  private let long = (0..<1_000_003).map { UInt8(truncatingIfNeeded: $0) }

  @Test("What is written whole is read whole")
  func whole() throws {
    let written = try FileDescriptor.open(path, O_WRONLY | O_CREAT | O_EXCL)
    try written.writeAll(long)
    try written.writeAll([])
    written.close()
    let file = try FileDescriptor.open(path, O_RDONLY)
    defer { file.close() }
    #expect(try file.readAll() == long)
    #expect(try file.readAll() == [])
  }

  @Test("A file that is created is the owner's alone, and no other program inherits it")
  func permissions() throws {
    let file = try FileDescriptor.open(path, O_WRONLY | O_CREAT)
    defer { file.close() }
    var status = stat()
    #expect(fstat(file.rawValue, &status) == 0)
    #expect(status.st_mode & 0o777 == 0o600)
    #expect(fcntl(file.rawValue, F_GETFD) & FD_CLOEXEC != 0)
  }

  @Test("Of a file that is longer than the limit, no more than a piece above it is read")
  func limit() throws {
    let file = try FileDescriptor.open(path, O_RDWR | O_CREAT)
    defer { file.close() }
    try file.writeAll(long)
    lseek(file.rawValue, 0, SEEK_SET)
    let bytes = try file.readAll(limit: 100_000)
    #expect(bytes.count >= 100_000)
    #expect(bytes.count <= 200_000)
    #expect(long.starts(with: bytes))
  }

  @Test("What is longer than a pipe arrives through one in order")
  func pipe() async throws {
    let pipe = try Pipe()
    let bytes = long
    async let sent: Void = {
      let end = FileDescriptor(rawValue: pipe.writeEnd)
      defer { end.close() }
      try end.writeAll(bytes)
    }()
    let end = FileDescriptor(rawValue: pipe.readEnd)
    defer { end.close() }
    #expect(try end.readAll() == bytes)
    try await sent
  }

  @Test("A write that fails is told with the system's reason")
  func fullDisk() throws {
    let full = try FileDescriptor.open("/dev/full", O_WRONLY)
    defer { full.close() }
    #expect(throws: SystemError(ENOSPC)) { try full.writeAll([1]) }
  }

  @Test("A read that fails is told with the system's reason")
  func readingFolder() throws {
    let folder = try FileDescriptor.open(folder.path, O_RDONLY)
    defer { folder.close() }
    #expect(throws: SystemError(EISDIR)) { try folder.readAll() }
  }

  @Test("A file that is missing is told with the system's reason, in its words")
  func missing() {
    #expect(throws: SystemError(ENOENT)) { try FileDescriptor.open(path, O_RDONLY) }
    #expect("\(SystemError(ENOENT))" == "No such file or directory")
  }

  @Test("A named pipe is opened without a writer")
  func namedPipe() throws {
    #expect(mkfifo(path, 0o600) == 0)
    let file = try FileDescriptor.openAtOnce(path, O_RDONLY)
    defer { file.close() }
    #expect(fcntl(file.rawValue, F_GETFL) & O_NONBLOCK == 0)
    #expect(try file.readAll() == [])
  }

  @Test("A temporary file has no name")
  func temporary() throws {
    let file = try FileDescriptor.openTemporary(in: folder.path, prefix: "test.")
    defer { file.close() }
    try file.writeAll(long)
    #expect(try FileDescriptor.names(in: folder.path).isEmpty)
    #expect(throws: SystemError(ENOENT)) {
      try FileDescriptor.openTemporary(in: path, prefix: "test.")
    }
  }
}

extension FileDescriptor {
  /// What is in a folder.
  fileprivate static func names(in folder: String) throws -> [String] {
    guard let entries = opendir(folder) else { throw SystemError() }
    defer { closedir(entries) }
    var names: [String] = []
    while let entry = readdir(entries) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if ![".", ".."].contains(name) { names.append(name) }
    }
    return names
  }
}
