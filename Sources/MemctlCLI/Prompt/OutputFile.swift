import Glibc
import MemctlCore
import System

/// A file that results go to.
final class OutputFile {
  let path: String
  let descriptor: Int32

  /// Creates the file, or empties it.
  ///
  /// - Throws: `Problem` of kind `.file`.
  init(_ path: String) throws(Problem) {
    self.path = path
    do throws(SystemError) {
      descriptor = try FileDescriptor.openAtOnce(
        path, O_WRONLY | O_CREAT | O_TRUNC, mode: 0o666
      ).rawValue
    } catch {
      throw Problem(.file, "cannot write \(path): \(error)", hint: "choose another file")
    }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }
}
