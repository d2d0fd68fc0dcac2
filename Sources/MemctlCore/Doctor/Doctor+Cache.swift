import Glibc
import MemoryModel
import MemoryStore
import MemorySync
import System

/// The local file.
extension Doctor {
  /// The file itself: whether it is there, whose it is and who else can use it.
  func file(_ configuration: Configuration) throws -> [Finding] {
    let path = try configuration.databasePath()
    var status = stat()
    if stat(path, &status) != 0 {
      guard [ENOENT, ENOTDIR].contains(errno) else {
        return [
          .failure("cache", "\(path): \(SystemError())", hint: "check the path and its permissions")
        ]
      }
      return [.warning("cache", "there is none yet at \(path)", hint: "\(.sync) makes one")]
    }
    var findings: [Finding] = []
    if !Permissions.isOwn(path) {
      findings.append(
        .warning("cache", "\(path) belongs to another user", hint: "chown \(geteuid()) '\(path)'"))
    }
    if !configuration.keepsPermissions, let others = Permissions.others(path), others != 0 {
      if fixes, Permissions.close(path) == true {
        findings.append(.fixed("cache", "\(path) was open to others; only you can use it now"))
      } else {
        findings.append(
          .warning("cache", "others can use \(path)", hint: "chmod 600 '\(path)'"))
      }
    }
    let folder = Path.folder(of: Path.resolved(path))
    if faccessat(AT_FDCWD, path, R_OK | W_OK, AT_EACCESS) != 0
      || faccessat(AT_FDCWD, folder.isEmpty ? "." : folder, W_OK | X_OK, AT_EACCESS) != 0
    {
      findings.append(
        .failure(
          "cache", "you cannot write \(path) or its folder",
          hint: "check their owner and permissions"))
    }
    let size = grouped((Cache.size(of: path) ?? 0) / 1000)
    return findings.isEmpty ? [.ok("cache", "\(path), \(size) kB")] : findings
  }

  /// Where the file lies.
  func disk(_ configuration: Configuration) throws -> [Finding] {
    let folder = existingFolder(of: Path.resolved(try configuration.databasePath()))
    var space = statvfs()
    guard statvfs(folder, &space) == 0 else { return [] }
    let free = Int(space.f_bavail) * Int(space.f_frsize) / 1_000_000
    var findings: [Finding] = []
    if free < 100 {
      let text = "\(grouped(free)) MB are free in \(folder)"
      let hint: Hint = "free some space: a full disk stops every change"
      findings.append(
        free < 5 ? .failure("disk", text, hint: hint) : .warning("disk", text, hint: hint))
    }
    if let name = MountedFileSystem.kind(of: folder),
      Self.networks.contains(where: name.hasPrefix)
    {
      findings.append(
        .warning(
          "disk",
          "\(folder) is on a file system of another machine (\(name)), whose locks may fail",
          hint: "keep the cache on a local disk, or set \(.lockFile) to a file there"))
    }
    return findings.isEmpty ? [.ok("disk", "\(grouped(free)) MB free, local")] : findings
  }

  private func existingFolder(of path: String) -> String {
    var folder = Path.folder(of: path)
    while !folder.isEmpty, access(folder, F_OK) != 0 { folder = Path.folder(of: folder) }
    return folder.isEmpty ? path.hasPrefix("/") ? "/" : "." : folder
  }

  private static let networks = [
    "nfs", "cifs", "smb", "9p", "fuse", "ceph", "glusterfs", "afs", "vboxsf", "virtiofs",
  ]

  /// What is in the file: whether all of it can be read, and the full-text index.
  func content(_ configuration: Configuration) throws -> [Finding] {
    let path = try configuration.databasePath()
    guard access(path, F_OK) == 0 else { return [] }
    var findings: [Finding] = []
    var mended: [Mending] = []
    let database = try Database(
      path: path, access: fixes ? .change : .read, cancellation: cancellation,
      temporaryFolder: configuration.temporaryFolder,
      keepsPermissions: configuration.keepsPermissions, tell: { mended.append($0) })
    let health = try database.health()
    if let damage = health.damage {
      return [.failure("content", "the cache is damaged: \(damage)", hint: "\(.repair)")]
    }
    if !health.hasPlausibleIndex {
      guard fixes else {
        return [
          .failure(
            "content", "the full-text index is damaged; the memories are unharmed",
            hint: "the next change rebuilds it, as does \(.doctorFix)")
        ]
      }
      try database.checkIndex(at: .now)
    }
    if mended.contains(.searchIndex) {
      findings.append(.fixed("content", "the full-text index was damaged, and has been rebuilt"))
    }
    findings += log(path, database)
    if !findings.isEmpty { return findings }
    return [
      .ok("content", "undamaged, and so is its full-text index (SQLite \(health.libraryVersion))")
    ]
  }

  /// The log beside the file grows while somebody reads for long.
  private func log(_ path: String, _ database: Database) -> [Finding] {
    var status = stat()
    guard stat(Path.resolved(path) + "-wal", &status) == 0, status.st_size > 64_000_000 else {
      return []
    }
    let size = "\(grouped(Int(status.st_size) / 1_000_000)) MB"
    if fixes, (try? database.foldLog()) == true {
      return [
        .fixed("content", "the log beside the cache had \(size), and has been folded into it")
      ]
    }
    return [
      .warning(
        "content",
        "the log beside the cache has \(size): another program has been reading for long",
        hint: "end it; see which programs use the cache")
    ]
  }

  /// Whether a sync can keep others from syncing the same cache.
  func lock(_ configuration: Configuration) throws -> [Finding] {
    let path = try configuration.databasePath()
    guard access(path, F_OK) == 0 else { return [] }
    do {
      let settings = LockSettings(path: try configuration.lockFile(), patience: 0)
      try SyncLock(of: path, settings, cancellation).withLock {}
      return [.ok("lock", "free")]
    } catch let problem as Problem where problem.kind == .busy {
      return [.ok("lock", problem.message)]
    }
  }

  /// Files that a memctl left behind when it was killed.
  func leftovers(_ configuration: Configuration) throws -> [Finding] {
    let cache = Path.resolved(try configuration.databasePath())
    let work = [".repair-copy", ".repair-new"].flatMap { suffix in
      ["", "-wal", "-journal", "-shm"].map { cache + suffix + $0 }
    }
    let paths = (work + [configuration.filePath + ".next"]).filter(sources.fileExists)
    if paths.isEmpty { return [] }
    let names = paths.joined(separator: ", ")
    guard fixes else {
      return [
        .warning(
          "leftovers", "a memctl that was killed left \(names)", hint: "\(.doctorFix) removes them")
      ]
    }
    let settings = LockSettings(path: try configuration.lockFile(), patience: 0)
    // A repair that is running holds the lock.
    try SyncLock(of: cache, settings, cancellation).withLock { for path in paths { unlink(path) } }
    return [.fixed("leftovers", "removed \(names)")]
  }

  /// The other programs that use the file.
  func programs(_ configuration: Configuration) throws -> [Finding] {
    let path = try configuration.databasePath()
    let count = Cache.users(of: path, lock: try configuration.lock()).count
    return count == 0
      ? []
      : [
        .ok("programs", "\(count == 1 ? "1 other program uses" : "\(count) others use") the cache")
      ]
  }
}
