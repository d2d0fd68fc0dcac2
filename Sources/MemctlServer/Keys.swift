import Glibc
import JSON

/// Who may use the server: users and the key of each.
public struct Keys: Sendable {
  private let entries: [(user: String, key: [UInt8])]

  /// The one user of a server that was given a single key.
  public static let defaultUser = "default"

  /// - Throws: `ServerFailure` when a key or a user is empty, or two users have the same key.
  public init(_ users: [(user: String, key: String)]) throws(ServerFailure) {
    entries = users.map { ($0.user, Array($0.key.utf8)) }
    let isUsable =
      users.allSatisfy { !$0.user.isEmpty && !$0.key.isEmpty }
      && Set(users.map(\.key)).count == users.count
      && Set(users.map(\.user)).count == users.count
    guard isUsable, !users.isEmpty else {
      throw ServerFailure(
        .configuration, "the keys cannot be used: each user needs one key of its own",
        hint: "write them as {\"alice\":\"KEY\",\"bob\":\"OTHER KEY\"}")
    }
  }

  /// Reads `{"user":"key",…}` from the file at `path`.
  public init(file path: String) throws(ServerFailure) {
    guard let bytes = contents(ofFile: path) else {
      throw ServerFailure(
        .configuration, "the keys cannot be read: \(path): \(lastSystemError())",
        hint: "--keys names a JSON file: {\"user\":\"key\"}")
    }
    let members = (try? JSONValue(parsing: bytes))?.object ?? []
    let users = members.compactMap { member in member.value.string.map { (member.name, $0) } }
    guard users.count == members.count, !users.isEmpty else {
      throw ServerFailure(
        .configuration, "the keys are not a JSON object of users and their keys: \(path)",
        hint: "write them as {\"alice\":\"KEY\",\"bob\":\"OTHER KEY\"}")
    }
    try self.init(users)
  }

  /// The user that an `Authorization` header stands for: `Bearer KEY`, or the bare key.
  ///
  /// The time it takes depends neither on where a wrong key differs nor on whose key is right.
  func user(authorization: String) -> String? {
    let scheme = "Bearer "
    let presented = Array(
      authorization.hasPrefix(scheme)
        ? authorization.utf8.dropFirst(scheme.utf8.count) : authorization.utf8[...])
    var user: String?
    for entry in entries {
      var difference = entry.key.count ^ presented.count
      for index in presented.indices {
        difference |= Int(presented[index] ^ entry.key[index % entry.key.count])
      }
      if difference == 0 { user = entry.user }
    }
    return user
  }
}

/// Nil when it cannot be read; `errno` says why.
private func contents(ofFile path: String) -> [UInt8]? {
  guard let file = fopen(path, "r") else { return nil }
  defer { fclose(file) }
  var bytes: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 4096)
  while case let count = fread(&buffer, 1, buffer.count, file), count > 0 {
    bytes += buffer[..<count]
  }
  return ferror(file) == 0 ? bytes : nil
}
