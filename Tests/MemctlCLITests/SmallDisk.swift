import Foundation
import TestSupport

/// A file system of its own, of two MiB, which can be full or read-only even for root.
final class SmallDisk {
  let path: String

  /// Whether this machine lets the tests have one.
  static let isPossible = (try? SmallDisk()) != nil

  init() throws {
    path = TemporaryFolder.unique()
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    do {
      try Self.run("mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", path)
    } catch {
      rmdir(path)
      throw error
    }
  }

  deinit {
    try? Self.run("umount", "-l", path)
    rmdir(path)
  }

  func setReadOnly(_ isReadOnly: Bool) throws {
    try Self.run("mount", "-o", isReadOnly ? "remount,ro" : "remount,rw", path)
  }

  /// Takes all the space that is left.
  func fill() {
    let filler = fopen(path + "/filler", "w")!
    let block = [UInt8](repeating: 0x78, count: 1 << 16)
    while fwrite(block, 1, block.count, filler) == block.count, fflush(filler) == 0 {}
    fclose(filler)
  }

  func free() { unlink(path + "/filler") }

  private static func run(_ words: String...) throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = words
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    if process.terminationStatus != 0 { throw CocoaError(.fileWriteUnknown) }
  }
}
