import Glibc
import MemctlCore

/// The lines that were typed, in a file that several prompts may use at the same time.
///
/// It is the owner's alone. A line stands in it once, where it was typed last; a line break in it is
/// written as `\n`. Whoever changes the file holds a lock on its folder.
struct History {
  /// Lines that are kept.
  static let limit = 5_000

  let path: String
  private let folder: String

  init(_ environment: [String: String]) {
    let state = environment["XDG_STATE_HOME"].flatMap { $0.isEmpty ? nil : $0 }
    folder = (state ?? (environment["HOME"] ?? "/") + "/.local/state") + "/memctl"
    path = folder + "/history"
  }

  /// Whether a line belongs into a history. Who begins it with a blank does not want that, and what is
  /// sensitive has no business there.
  static func keeps(_ line: String) -> Bool {
    guard let first = line.first, !first.isWhitespace else { return false }
    return !line.contains("--sensitive")
  }

  /// The lines, the latest last; nil where there is no file yet.
  ///
  /// - Throws: `Problem` of kind `.file`.
  func load() throws -> [String]? {
    if access(path, F_OK) != 0 { return nil }
    return try withLock {
      let text = try read()
      let lines = Self.tidied(text.split(separator: "\n").map(String.init))
      let tidy = lines.map { $0 + "\n" }.joined()
      if tidy != text { try replace(with: tidy) }
      return lines.map(Self.unescaped)
    }
  }

  /// Adds a line.
  ///
  /// - Throws: `Problem` of kind `.file`.
  func append(_ line: String) throws {
    try withLock {
      let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
      guard descriptor >= 0 else { throw problem() }
      defer { close(descriptor) }
      try write(Self.escaped(line) + "\n", to: descriptor)
    }
  }

  /// Each line once, the latest of equal ones, at most `limit`.
  static func tidied(_ lines: [String]) -> [String] {
    var seen: Set<String> = []
    return lines.reversed().filter { seen.insert($0).inserted }.prefix(limit).reversed()
  }

  // MARK: Lines

  static func escaped(_ line: String) -> String {
    line.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
  }

  static func unescaped(_ line: String) -> String {
    var text = ""
    var isEscaped = false
    for character in line {
      if isEscaped {
        text.append(character == "n" ? "\n" : character)
        isEscaped = false
      } else if character == "\\" {
        isEscaped = true
      } else {
        text.append(character)
      }
    }
    return text
  }

  // MARK: The file

  private func withLock<Result>(_ body: () throws -> Result) throws -> Result {
    try makeFolder(folder)
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw problem() }
    defer { close(descriptor) }
    while flock(descriptor, LOCK_EX) != 0 { guard errno == EINTR else { throw problem() } }
    return try body()
  }

  private func makeFolder(_ path: String) throws {
    if mkdir(path, 0o700) == 0 || errno == EEXIST { return }
    guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash > path.startIndex else {
      throw problem()
    }
    try makeFolder(String(path[..<slash]))
    guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw problem() }
  }

  private func read() throws -> String {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw problem() }
    defer { close(descriptor) }
    fchmod(descriptor, 0o600)
    do {
      return String(decoding: try readAll(descriptor), as: UTF8.self)
    } catch {
      throw problem()
    }
  }

  /// Through another file, so that nothing is lost whatever happens in between.
  private func replace(with text: String) throws {
    let next = path + ".next"
    let descriptor = open(next, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw problem() }
    defer { close(descriptor) }
    try write(text, to: descriptor)
    guard rename(next, path) == 0 else { throw problem() }
  }

  private func write(_ text: String, to descriptor: Int32) throws {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      guard count > 0 || errno == EINTR else { throw problem() }
      if count > 0 { rest = rest.dropFirst(count) }
    }
  }

  private func problem() -> Problem {
    Problem(
      .file, "what is typed is not kept in \(path): \(ErrorNumber().text)",
      hint: "check its permissions and those of its folder")
  }
}
