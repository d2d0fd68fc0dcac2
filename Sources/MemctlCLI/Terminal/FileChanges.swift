import CTerminal
import Glibc
import System

/// Notices that any program writes an SQLite file. It sees nothing on a network file system, where
/// another machine does the writing.
final class FileChanges {
  /// Readable when there may be a change to take.
  let descriptor: Int32
  private let name: String

  /// Nil if the system cannot watch the file's folder.
  init?(of path: String) {
    let path = Path.resolved(path)
    let folder = Path.folder(of: path)
    name = String(path.split(separator: "/").last ?? "")
    descriptor = memctl_watch_folder(
      folder.isEmpty ? path.hasPrefix("/") ? "/" : "." : folder)
    if descriptor < 0 { return nil }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Forgets what was noticed; returns whether the file was written since the last call.
  func take() -> Bool { memctl_take_changes(descriptor, name, name + "-wal") != 0 }
}
