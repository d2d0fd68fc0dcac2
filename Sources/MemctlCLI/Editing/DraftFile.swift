import Glibc
import MemctlCore
import System

/// A file in which the user edits a memory. It is the user's alone, and stays if what is in it cannot be
/// used.
final class DraftFile {
  let path: String
  private let original: String
  private let editor: String

  /// Writes a draft into a new file.
  ///
  /// - Throws: `Problem` of kind `.file`.
  init(_ draft: MemoryDraft, _ environment: Environment) throws {
    func variable(_ name: String) -> String? {
      environment.variables[name].flatMap { $0.isEmpty ? nil : $0 }
    }
    editor = variable("VISUAL") ?? variable("EDITOR") ?? "vi"
    original = draft.text
    let folder = variable("TMPDIR") ?? "/tmp"
    var template = Array("\(folder)/memctl-XXXXXX.md".utf8CString)
    let descriptor = mkstemps(&template, 3)
    guard descriptor >= 0 else {
      throw Problem(.file, "cannot write a file in \(folder): \(SystemError())")
    }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    let file = FileDescriptor(rawValue: descriptor)
    defer { file.close() }
    do {
      try file.writeAll(Array(original.utf8))
    } catch {
      unlink(path)
      throw Problem(.file, "cannot write \(path): \(error)")
    }
  }

  /// Lets the user edit the file.
  ///
  /// - Returns: the memory that it describes then; nil if nothing was changed.
  /// - Throws: `Problem` if the editor fails or what it wrote cannot be used, and then the file stays.
  func edit(_ memory: MemoryFields) throws -> MemoryFields? {
    let end: ChildProcess.End
    do {
      let process = try ChildProcess("/bin/sh", ["sh", "-c", "\(editor) \"$1\"", "sh", path])
      // Ctrl-C belongs to the editor until it ends.
      let handler = signal(SIGINT, SIG_IGN)
      defer { signal(SIGINT, handler) }
      end = process.end() ?? .code(0)
    } catch {
      remove()
      throw Problem(.notFound, "cannot start the editor: \(error)", hint: "set VISUAL or EDITOR")
    }
    let text = try text()
    if case .code(0) = end {
      if text == original { return nil }
      return try keeping {
        let fields = try MemoryDraft.read(text, changing: memory)
        return fields == memory ? nil : fields
      }
    }
    if text == original { remove() } else { try keep() }
    throw Problem(
      .notFound, "the editor '\(editor)' failed, so nothing was changed",
      hint: "set VISUAL or EDITOR to the editor of your choice")
  }

  /// Runs `body`, and keeps what the user wrote if it fails.
  func keeping<Result>(_ body: () throws -> Result) throws -> Result {
    do { return try body() } catch {
      try keep()
      throw error
    }
  }

  /// Says that the file stays, and where.
  func keep() throws { printError("memctl: what you wrote is in \(path.printable)") }

  func remove() { unlink(path) }

  private func text() throws -> String {
    do {
      let file = try FileDescriptor.open(path, O_RDONLY)
      defer { file.close() }
      let bytes = try file.readAll(limit: 1 << 20)
      guard let text = String(validating: bytes, as: UTF8.self) else {
        try keep()
        throw Problem(.invalidInput, "the text is not valid UTF-8")
      }
      return text
    } catch let error as SystemError {
      throw Problem(.file, "cannot read \(path): \(error)")
    }
  }
}
