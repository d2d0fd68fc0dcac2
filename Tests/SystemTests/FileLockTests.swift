import Glibc
import System
import TestSupport
import Testing

@Suite("A lock on a file")
struct FileLockTests {
  private let folder = TemporaryFolder()

  private func open() throws -> FileDescriptor {
    try .open(folder.file("lock"), O_RDWR | O_CREAT)
  }

  @Test("belongs to one at a time, until it is given back")
  func exclusion() throws {
    let (first, second) = try (open(), open())
    defer { for file in [first, second] { file.close() } }
    try FileLock.acquire(first.rawValue)
    #expect(throws: FileLock.Failure.busy) { try FileLock.acquire(second.rawValue) }
    FileLock.release(first.rawValue)
    try FileLock.acquire(second.rawValue)
  }

  @Test("is given back when its file is closed")
  func closing() throws {
    let (first, second) = try (open(), open())
    try FileLock.acquire(first.rawValue)
    first.close()
    try FileLock.acquire(second.rawValue)
    second.close()
  }

  @Test("is waited for while there is patience")
  func patience() throws {
    let (first, second) = try (open(), open())
    defer { for file in [first, second] { file.close() } }
    try FileLock.acquire(first.rawValue)
    var attempts = 0
    try FileLock.acquire(second.rawValue, patience: 600) { descriptor in
      attempts += 1
      if attempts == 3 { FileLock.release(first.rawValue) }
      return FileLock.tryLocking(descriptor)
    }
    #expect(attempts == 3)
  }

  @Test("is not waited for any longer after a cancellation")
  func cancellation() throws {
    let (first, second) = try (open(), open())
    defer { for file in [first, second] { file.close() } }
    try FileLock.acquire(first.rawValue)
    let cancellation = Cancellation()
    cancellation.cancel()
    #expect(throws: FileLock.Failure.cancelled) {
      try FileLock.acquire(second.rawValue, patience: 600, cancellation: cancellation)
    }
  }

  @Test("that the file system does not give is not waited for")
  func unavailable() throws {
    #expect(throws: FileLock.Failure.unavailable(SystemError(ENOLCK))) {
      try FileLock.acquire(-1, patience: 600) { _ in
        errno = ENOLCK
        return -1
      }
    }
    #expect(throws: FileLock.Failure.unavailable(SystemError(EBADF))) {
      try FileLock.acquire(-1, patience: 600)
    }
  }
}

@Suite("A cancellation")
struct CancellationTests {
  @Test("is seen once it is expressed, and for good")
  func lasting() {
    let cancellation = Cancellation()
    #expect(!cancellation.isCancelled)
    for _ in 0..<3 {
      cancellation.cancel()
      #expect(cancellation.isCancelled)
      #expect(cancellation.wait(milliseconds: -1))
    }
  }

  @Test("that nobody takes note of never blocks")
  func neverBlocks() {
    let cancellation = Cancellation()
    for _ in 0..<100_000 { cancellation.cancel() }
    #expect(cancellation.isCancelled)
  }
}
