import ClientSupport
import Foundation
import MemoryModel
import System
import TestSupport
import Testing

@testable import MemctlCore
@testable import MemorySync

@Suite("The sync lock")
struct SyncLockTests {
  private let folder = TemporaryFolder()
  private var path: String { folder.file("memory.db") }
  private var lockPath: String { path + ".memctl-lock" }

  init() throws { _ = try Cache(path: path) }

  private func lock(path: String? = nil, failing number: Int32? = nil) -> SyncLock {
    guard let number else {
      return SyncLock(
        cachePath: self.path, path: path, patience: 0, cancellation: Cancellation())
    }
    return SyncLock(cachePath: self.path, path: path, patience: 0, cancellation: Cancellation()) {
      _ in
      errno = number
      return -1
    }
  }

  @Test(
    "that the file system does not give is told, with a way to go on", arguments: [ENOLCK, EIO])
  func noLocks(number: Int32) throws {
    let found = try problem { try lock(failing: number).withLock {} }
    #expect(found?.kind == .file)
    #expect(found?.message.hasPrefix("the file system cannot lock \(lockPath): ") == true)
    #expect(found?.hint?.parts.contains(.setting(.lockFile)) == true)
    let other = folder.file("elsewhere.lock")
    var isHeld = false
    try lock(path: other).withLock {
      isHeld = try problem { try lock(path: other).withLock {} }?.kind == .busy
    }
    #expect(isHeld)
  }

  @Test("neither follows nor empties what a link in its place points to", arguments: [true, false])
  func link(isSymbolic: Bool) throws {
    let precious = folder.file("precious")
    try "precious".write(toFile: precious, atomically: false, encoding: .utf8)
    let made = isSymbolic ? symlink(precious, lockPath) : Glibc.link(precious, lockPath)
    #expect(made == 0)
    let found = try problem { try lock().withLock {} }
    #expect(found?.kind == .file)
    #expect(found?.hint == "remove it; memctl makes a new one")
    #expect(try String(contentsOfFile: precious, encoding: .utf8) == "precious")
  }

  @Test(
    "belongs to the owner of the cache, whoever made it",
    .enabled(if: geteuid() == 0, "needs to be root"))
  func owner() throws {
    chown(path, 65_534, 65_534)
    try lock().withLock {}
    var status = stat()
    #expect(stat(lockPath, &status) == 0)
    #expect(status.st_uid == 65_534)
    #expect(status.st_gid == 65_534)
  }
}
