import Foundation
import MemctlCore
import SQLite
import TestSupport
import Testing

@Suite("A command that only reads")
struct ReadingTests {
  private let home: Home

  init() throws { home = try Home() }

  private static let commands = [
    "counts", "list", "show 1", "queue", "queue show 1", "queue export", "trash", "origin",
  ]

  private func run(_ command: String) throws -> ChildProgram.Ended {
    try home.start(command.split(separator: " ").map(String.init)).finish()
  }

  @Test("creates nothing where there is no cache, and says so", arguments: commands)
  func missing(command: String) throws {
    home.environment["MEMORY_DB"] = home.folder.path + "/typo/deep/m.db"
    let ended = try run(command)
    #expect(ended.message == "there is no cache at \(home.database)")
    #expect(ended.hint?.contains("memctl store") == true)
    #expect(ended.status == 66)
    #expect(try FileManager.default.contentsOfDirectory(atPath: home.folder.path) == [])
  }

  @Test("creates nothing when the shell completes")
  func completion() throws {
    for kind in ["memory", "entry", "trash", "tag"] {
      let ended = try home.memctl("__complete", kind)
      #expect(ended.output + ended.errors == "")
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: home.folder.path) == [])
  }

  @Test("leaves no file beside the cache", arguments: commands)
  func leavesNothing(command: String) throws {
    try home.addSamples()
    #expect(try run(command).status == 0)
    #expect(try FileManager.default.contentsOfDirectory(atPath: home.folder.path) == ["memory.db"])
  }

  private func expectReading(_ sourceLocation: SourceLocation = #_sourceLocation) throws {
    for command in Self.commands {
      let ended = try run(command)
      #expect(!ended.errors.contains(home.database), sourceLocation: sourceLocation)
      #expect(ended.status == 0, sourceLocation: sourceLocation)
    }
    #expect(try home.memctl("list").output.contains("Prefers tabs"))
    #expect(
      !(try FileManager.default.contentsOfDirectory(atPath: home.folder.path))
        .contains { $0.hasPrefix("memctl-") }, sourceLocation: sourceLocation)
  }

  /// What is in the file when memctl gets to it.
  enum Contents: CaseIterable { case complete, partlyInLog, old }

  private func put(_ contents: Contents, at path: String) throws {
    if contents == .partlyInLog {
      try home.addCache()
      let holder = try Connection(path: home.database)
      try holder.execute("PRAGMA wal_checkpoint(TRUNCATE)")
      try home.addSamples()
      try FileManager.default.copyItem(atPath: home.database + "-wal", toPath: path + "-wal")
      try FileManager.default.copyItem(atPath: home.database, toPath: path)
      return
    }
    try home.addSamples()
    if contents == .old {
      try Connection(path: home.database).execute(
        "DROP TRIGGER memctl_known; DROP TABLE memctl_withheld; PRAGMA journal_mode = DELETE")
    }
    try FileManager.default.copyItem(atPath: home.database, toPath: path)
  }

  @Test(
    "reads a disk that cannot be written",
    .enabled(if: SmallDisk.isPossible, "needs the right to mount"), arguments: Contents.allCases)
  func readOnlyDisk(contents: Contents) throws {
    let disk = try SmallDisk()
    try put(contents, at: disk.path + "/memory.db")
    try disk.setReadOnly(true)
    home.environment["MEMORY_DB"] = disk.path + "/memory.db"
    try expectReading()
  }

  @Test(
    "reads a full disk", .enabled(if: SmallDisk.isPossible, "needs the right to mount"),
    arguments: [Contents.complete, .partlyInLog])
  func fullDisk(contents: Contents) throws {
    let disk = try SmallDisk()
    try put(contents, at: disk.path + "/memory.db")
    disk.fill()
    home.environment["MEMORY_DB"] = disk.path + "/memory.db"
    try expectReading()
  }

  @Test(
    "reads a file that only others may write, in a folder that only others may write",
    .enabled(if: Nobody.isPossible, "root may write everything, and needs setpriv to be nobody"),
    arguments: Contents.allCases)
  func othersFile(contents: Contents) throws {
    let folder = home.folder.path + "/cache"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    try put(contents, at: folder + "/memory.db")
    home.environment["MEMORY_DB"] = folder + "/memory.db"
    home.environment["TMPDIR"] = "/tmp"
    for file in try FileManager.default.contentsOfDirectory(atPath: folder) {
      chmod("\(folder)/\(file)", 0o444)
    }
    chmod(folder, 0o555)
    Nobody.own(home.folder.path)
    let ended = try home.asNobody(["list"])
    #expect(ended.errors == "")
    #expect(ended.output.contains("Prefers tabs"))
    chmod(folder, 0o700)
  }
}
