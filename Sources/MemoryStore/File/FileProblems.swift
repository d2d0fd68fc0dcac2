import Glibc
import MemoryAPI
import MemoryModel
import SQLite
import System

/// The problems that the local file can have, worded in one place.
extension Problem {
  static func fileIsGone(_ path: String) -> Problem {
    Problem(
      .file, "\(path) was removed or replaced while memctl used it; nothing was written",
      hint: "\(.sync) fills a new one from the server")
  }

  package static func noCache(_ path: String) -> Problem {
    Problem(
      .notFound, "there is no cache at \(path)",
      hint: "check the path; \(.store) and \(.sync) create a cache where there is none")
  }

  static func cannotOpen(_ path: String, _ reason: Int32) -> Problem {
    Problem(
      .file, "cannot open \(path): \(SystemError(reason))",
      hint: "check the path and its permissions, or choose another with \(.db)")
  }

  /// - Parameter path: of the file that was to be copied.
  static func cannotCopy(_ path: String, _ error: FileError) -> Problem {
    error.path == path
      ? .cannotOpen(path, error.reason.code)
      : .noRoom("cannot write \(error.path): \(error.reason)")
  }

  package static func noRoom(_ reason: String) -> Problem {
    Problem(
      .file, reason,
      hint:
        "nothing was changed; free some space there, or name another folder with \(.temporaryFolder)"
    )
  }

  static func nothingToRescue(_ path: String) -> Problem {
    Problem(
      .file, "nothing in \(path) can be read",
      hint: "restore a backup; without one, move the file away, and \(.sync) fills a new one")
  }

  static func indexWasDamaged(_ path: String) -> Problem {
    Problem(
      .file, "nothing was written to \(path), because its full-text index was damaged",
      hint: "memctl has rebuilt the index; try again")
  }

  static func noNumberIsLeft(in table: String, _ path: String) -> Problem {
    let what =
      switch table {
      case "memories": "memory"
      case "pending_ops": "queue entry"
      default: "row in \(table)"
      }
    return Problem(
      .file,
      "a \(what) in \(path) has the highest id that SQLite can give, so no id is left for another",
      hint: "\(.repair) makes a new cache in which the ids are low again")
  }

  /// What an SQLite error means to someone whose memories are in the file at `path`.
  init(_ error: SQLiteError, path: String) {
    switch error.kind {
    case .busy:
      self.init(
        .busy, "another program has been writing to \(path) for 30 seconds",
        hint: "try again when that program is done")
    case .interrupted:
      self.init(
        .interrupted, "interrupted while another program was writing to \(path)",
        hint: "try again to do what was not saved yet")
    case .full:
      self.init(
        .file, "the disk is full; nothing was written to \(path)",
        hint: "free some space, then try again")
    case .readOnly, .cannotOpen:
      self.init(
        .file, "\(path) cannot be written: \(error.message)",
        hint: "check its owner and permissions and those of its folder")
    case .notADatabase:
      self.init(
        .file, "\(path) is not a memory cache: it is not an SQLite database",
        hint: "choose another file with \(.db); this one was not changed")
    case .corrupt:
      self.init(
        .file, "\(path) is damaged: \(error.message)",
        hint: "\(.repair) rescues what can be read, and keeps the damaged file")
    case .inputOutput:
      self.init(
        .file, "\(path) cannot be read or written: \(error.message)",
        hint: "nothing was changed; check the disk, its free space and the quota, then try again")
    default:
      self.init(.file, "cannot use \(path): \(error.message)")
    }
  }
}
