import Glibc
import MemctlCore
import System

/// Commands that are not typed: from a file, standard input, or an option's value.
final class Script {
  /// Its name in errors.
  let name: String
  private let descriptor: Int32
  private var unread: [UInt8]
  private var isAtEnd: Bool
  private var line = 0

  /// The text of the `number`th option `--command`.
  init(_ text: String, number: Int) {
    name = "command \(number)"
    descriptor = -1
    unread = Array(text.utf8)
    isAtEnd = true
  }

  /// Standard input.
  init() {
    name = "standard input"
    descriptor = STDIN_FILENO
    unread = []
    isAtEnd = false
  }

  /// A file.
  ///
  /// - Throws: `Problem` of kind `.notFound`.
  init(path: String) throws(Problem) {
    name = path
    do throws(SystemError) {
      descriptor = try FileDescriptor.openAtOnce(path, O_RDONLY).rawValue
    } catch {
      throw Problem(
        .notFound, "cannot read the script \(path): \(error)", hint: "check its path")
    }
    unread = []
    isAtEnd = false
  }

  /// Why somebody other than the user may have written the file; nil if nobody can have.
  var reasonForDistrust: String? {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return nil }
    if status.st_uid != geteuid(), status.st_uid != 0 { return "it belongs to another user" }
    // Many systems give each user a group of their own.
    let othersCanWrite = status.st_gid == getegid() ? S_IWOTH : S_IWOTH | S_IWGRP
    return status.st_mode & othersCanWrite == 0 ? nil : "other users can write to it"
  }

  deinit { if descriptor > STDIN_FILENO { close(descriptor) } }

  func place(of line: Int) -> String { "line \(line) of \(name)" }

  /// The next line, without its line break; nil at the end. Lines of a stream are returned as they come.
  ///
  /// - Parameter mayRead: waits until there is something to read; returning false ends the script.
  /// - Throws: `Problem`.
  func nextLine(_ mayRead: (_ descriptor: Int32) -> Bool) throws(Problem) -> String? {
    while true {
      if let end = unread.firstIndex(of: UInt8(ascii: "\n")) {
        defer { unread.removeSubrange(...end) }
        return try decoded(unread[..<end])
      }
      if isAtEnd {
        defer { unread = [] }
        return unread.isEmpty ? nil : try decoded(unread[...])
      }
      if mayRead(descriptor) { try receive() } else { isAtEnd = true }
    }
  }

  private func decoded(_ bytes: ArraySlice<UInt8>) throws(Problem) -> String {
    line += 1
    // Editors on another system leave these.
    var bytes = bytes
    if line == 1, bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes = bytes.dropFirst(3) }
    if bytes.last == UInt8(ascii: "\r") { bytes = bytes.dropLast() }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw Problem(
        .invalidInput, "\(place(of: line)) is not valid UTF-8",
        hint: "iconv -t UTF-8 converts a file")
    }
    return text
  }

  private func receive() throws(Problem) {
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    let count = read(descriptor, &piece, piece.count)
    if count < 0, errno != EINTR {
      throw Problem(.notFound, "cannot read \(name): \(SystemError())")
    }
    if count == 0 { isAtEnd = true }
    if count > 0 { unread += piece[..<count] }
  }
}
