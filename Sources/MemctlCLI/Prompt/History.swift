import CommandLine
import Glibc
import MemctlCore
import System

/// The lines that were typed, in a file that several prompts may use at the same time.
///
/// Only its owner can read it. Each line is in it once, where it was last typed; a line break within
/// one is written as `\n`. Whoever changes the file holds a lock on its folder.
struct History {
  /// Lines that are kept.
  static let limit = 5_000

  let path: String
  private let folder: String

  init(home: String, environment: [String: String]) {
    let state = environment["XDG_STATE_HOME"].flatMap { $0.isEmpty ? nil : $0 }
    folder = (state ?? home + "/.local/state") + "/memctl"
    path = folder + "/history"
  }

  /// Whether a line belongs in the history. A space at its beginning says that it does not, and nothing
  /// sensitive belongs there, however the option is spelled.
  static func keeps(_ line: String, of commands: [CommandWords]) -> Bool {
    guard let first = line.first, !first.isWhitespace else { return false }
    let words = commands.flatMap(\.words)
    return !line.contains("--sens") && !words.contains { $0.hasPrefix("--sens") }
  }

  /// The lines, the latest last; nil if there is no file yet.
  ///
  /// - Throws: `Problem` of kind `.file`.
  func load() throws -> [String]? {
    if access(path, F_OK) != 0 { return nil }
    // Such as /dev/null, for users who want no history.
    if !isFile { return [] }
    return try withLock {
      let text = try read()
      let lines = Self.tidied(
        text.utf8.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) })
      let tidy = lines.map { $0 + "\n" }.joined()
      if tidy != text { try WholeFile.replace(path, with: Array(tidy.utf8)) }
      return lines.map(Self.unescaped)
    }
  }

  /// Adds a line.
  ///
  /// - Throws: `Problem` of kind `.file`.
  func append(_ line: String) throws {
    if access(path, F_OK) == 0, !isFile { return }
    try withLock {
      let file = try FileDescriptor.open(path, O_WRONLY | O_CREAT | O_APPEND)
      defer { file.close() }
      try file.writeAll(Array((Self.escaped(line) + "\n").utf8))
    }
  }

  /// Each line once, the latest of equal ones, at most `limit`.
  static func tidied(_ lines: [String]) -> [String] {
    var seen: Set<String> = []
    return lines.reversed().filter { seen.insert($0).inserted }.prefix(limit).reversed()
  }

  // MARK: Lines

  static func escaped(_ line: String) -> String {
    // Not by characters: to Swift, a carriage return and a line feed are one.
    let scalars = line.unicodeScalars.flatMap { scalar -> [Unicode.Scalar] in
      scalar == "\n" ? ["\\", "n"] : scalar == "\\" ? ["\\", "\\"] : [scalar]
    }
    return String(String.UnicodeScalarView(scalars))
  }

  static func unescaped(_ line: String) -> String {
    var text = String.UnicodeScalarView()
    var isEscaped = false
    for scalar in line.unicodeScalars {
      if scalar == "\\", !isEscaped {
        isEscaped = true
      } else {
        text.append(isEscaped && scalar == "n" ? "\n" : scalar)
        isEscaped = false
      }
    }
    return String(text)
  }

  // MARK: The file

  private var isFile: Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }

  /// Runs `body`, and makes a problem of the error that ends it.
  private func withLock<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      try Folder.make(folder)
      let descriptor = try FileDescriptor.open(folder, O_RDONLY | O_DIRECTORY)
      defer { descriptor.close() }
      // Others hold it only for a moment.
      try FileLock.acquire(descriptor.rawValue, patience: 2)
      return try body()
    } catch let error as FileError {
      throw problem(error.reason)
    } catch let error as SystemError {
      throw problem(error)
    } catch FileLock.Failure.unavailable(let error) {
      throw problem(error)
    } catch FileLock.Failure.busy {
      throw problem(SystemError(EWOULDBLOCK))
    }
  }

  private func read() throws -> String {
    let file = try FileDescriptor.open(path, O_RDONLY | O_NONBLOCK)
    defer { file.close() }
    fchmod(file.rawValue, 0o600)
    return String(decoding: try file.readAll(), as: UTF8.self)
  }

  private func problem(_ error: SystemError) -> Problem {
    Problem(
      .file, "cannot keep the history in \(path): \(error)",
      hint: "check its permissions and those of its folder")
  }
}
