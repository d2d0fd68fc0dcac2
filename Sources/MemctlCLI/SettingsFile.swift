import Glibc
import MemctlCore
import System

/// Files with settings and keys, which are read only if nobody else could have tampered with them.
enum SettingsFile {
  typealias Role = Configuration.FileRole

  /// The bytes of a file; nil if there is none, or if it is a foreign one that is not to be read.
  ///
  /// - Throws: `Problem` of kind `.configuration` if it cannot or must not be read.
  static func read(_ path: String, as role: Role) throws -> [UInt8]? {
    // Opening a pipe would wait for its writer.
    let mayWait = role == .secret ? 0 : O_NONBLOCK
    let file: FileDescriptor
    do throws(SystemError) {
      file = try .open(path, O_RDONLY | mayWait)
    } catch {
      if [ENOENT, ENOTDIR].contains(error.code) || role == .foreign { return nil }
      throw unreadable(path, "\(error)")
    }
    defer { file.close() }
    var status = stat()
    fstat(file.rawValue, &status)
    if role == .foreign, !status.isRegular || status.st_size > limit(role) { return nil }
    try check(path, role, status)
    let bytes: [UInt8]
    do throws(SystemError) {
      bytes = try file.readAll(limit: limit(role) + 1)
    } catch {
      throw unreadable(path, "\(error)")
    }
    guard bytes.count <= limit(role) else {
      throw unreadable(path, "it has more than \(grouped(limit(role))) bytes")
    }
    return bytes
  }

  /// - Throws: `Problem` of kind `.configuration` if others can read or write the file although its
  ///   role forbids that.
  static func check(_ path: String, as role: Role) throws {
    var status = stat()
    if stat(path, &status) == 0 { try check(path, role, status) }
  }

  /// The rules are those of ssh. A secret of another owner is that owner's business: it may be there
  /// for everyone.
  private static func check(_ path: String, _ role: Role, _ status: stat) throws {
    guard status.isRegular else { return }
    func refuse(_ reason: String, hint: Hint) -> Problem {
      Problem(.configuration, "\(path) is not used: \(reason)", hint: hint)
    }
    let isOwn = status.st_uid == geteuid()
    switch role {
    case .secret where isOwn && status.st_mode & 0o077 != 0:
      throw refuse("others can read the secret in it", hint: "chmod 600 '\(path)'")
    case .settings where !isOwn && status.st_uid != 0:
      throw refuse(
        "it belongs to another user, who could change where the key is sent",
        hint: "chown \(geteuid()) '\(path)'")
    case .settings where status.st_mode & status.bitsOfOthers != 0:
      throw refuse("others can change where the key is sent", hint: "chmod go-w '\(path)'")
    default: break
    }
  }

  // MARK: Changes

  /// Replaces the configuration file with what `body` returns, while no other memctl changes it.
  ///
  /// - Parameter isSecret: whether its owner alone may read it from now on; otherwise its permissions
  ///   stay, and a new file is its owner's alone.
  /// - Throws: `Problem`; then the file is as it was.
  static func change(_ path: String, isSecret: Bool, _ body: () throws -> [UInt8]) throws {
    do {
      let folder = Path.folder(of: path)
      try Folder.make(folder)
      let descriptor = try FileDescriptor.open(folder, O_RDONLY | O_DIRECTORY)
      defer { descriptor.close() }
      // Others hold it only for a moment.
      try FileLock.acquire(descriptor.rawValue, patience: 2)
      let bytes = try body()
      var status = stat()
      let isThere = stat(path, &status) == 0
      let mode = isSecret || !isThere ? 0o600 : status.st_mode & 0o777
      try WholeFile.replace(path, with: bytes, mode: mode)
    } catch let error as FileError {
      throw unwritable(error.path, error.reason)
    } catch let error as SystemError {
      throw unwritable(path, error)
    } catch FileLock.Failure.unavailable(let error) {
      throw unwritable(path, error)
    } catch FileLock.Failure.busy {
      throw unwritable(path, SystemError(EWOULDBLOCK))
    }
  }

  private static func unwritable(_ path: String, _ reason: SystemError) -> Problem {
    Problem(
      .file, "cannot write \(path): \(reason)",
      hint: "nothing was changed; check its permissions and those of its folder")
  }

  private static func limit(_ role: Role) -> Int {
    switch role {
    case .secret: 1 << 16
    case .settings: 1 << 20
    case .foreign: 1 << 26
    }
  }

  private static func unreadable(_ path: String, _ reason: String) -> Problem {
    Problem(.configuration, "cannot read \(path): \(reason)")
  }
}

extension stat {
  fileprivate var isRegular: Bool { st_mode & S_IFMT == S_IFREG }

  /// The bits of those besides the owner who could write it. A group with the owner's own number has no
  /// other members.
  fileprivate var bitsOfOthers: mode_t { st_gid == st_uid ? 0o002 : 0o022 }
}
