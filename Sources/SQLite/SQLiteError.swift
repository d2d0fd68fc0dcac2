import CSQLite
import Glibc

/// A failure that SQLite reported.
public struct SQLiteError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What a caller can act on, grouped from the result codes at <https://sqlite.org/rescode.html>.
  public enum Kind: Hashable, Sendable {
    case busy
    case full
    case readOnly
    case cannotOpen
    case inputOutput
    case corrupt
    case notADatabase
    case constraint
    case interrupted
    case other
  }

  /// The extended result code.
  public let code: Int32
  /// SQLite's own message and, if a file is the cause, the system's.
  public let message: String
  /// The statement that failed, if any, without its parameters.
  public let sql: String?

  /// The `errno` that caused it, if any.
  public let systemError: Int32

  public init(code: Int32, message: String, sql: String? = nil, systemError: Int32 = 0) {
    self.code = code
    self.message =
      message + (systemError == 0 ? "" : ": \(String(cString: strerror(systemError)))")
    self.sql = sql
    self.systemError = systemError
  }

  public var kind: Kind {
    // SQLite reports only some of the effects of a full disk by that name.
    if [ENOSPC, EDQUOT].contains(systemError) { return .full }
    return switch code & 0xff {
    case SQLITE_BUSY, SQLITE_LOCKED: .busy
    case SQLITE_FULL: .full
    case SQLITE_READONLY, SQLITE_PERM: .readOnly
    case SQLITE_CANTOPEN: .cannotOpen
    case SQLITE_IOERR: .inputOutput
    case SQLITE_CORRUPT: .corrupt
    case SQLITE_NOTADB: .notADatabase
    case SQLITE_CONSTRAINT: .constraint
    case SQLITE_INTERRUPT: .interrupted
    default: .other
    }
  }

  public var description: String { "\(message) (SQLite code \(code))" }
}
