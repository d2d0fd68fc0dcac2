import Glibc
import JSON
import System

/// Who may use the server: users and the key of each.
public struct Keys: Sendable {
  private let entries: [(user: String, key: [UInt8])]

  /// The only user of a server that was started with a single key.
  public static let defaultUser = "default"

  /// - Throws: `ServerFailure` when a key or a user cannot be used, or two users have the same key.
  public init(_ users: [(user: String, key: String)]) throws(ServerFailure) {
    entries = users.map { ($0.user, Array($0.key.utf8)) }
    let isUnique =
      Set(users.map(\.key)).count == users.count && Set(users.map(\.user)).count == users.count
    guard isUnique, !users.isEmpty else {
      throw ServerFailure(
        .configuration, "each user needs a key of their own, and only one",
        hint: "write them as {\"alice\":\"KEY\",\"bob\":\"OTHER KEY\"}")
    }
    for (user, key) in users {
      guard !user.isEmpty, !user.utf8.contains(where: Self.isControl) else {
        throw ServerFailure(
          .configuration, "a user name is empty or contains control characters",
          hint: "write the keys as {\"alice\":\"KEY\",\"bob\":\"OTHER KEY\"}")
      }
      // No header could carry it as it is.
      guard !key.isEmpty, !key.utf8.contains(where: { Self.isControl($0) || $0 == 0x20 }) else {
        throw ServerFailure(
          .configuration, "the key of \(user) is empty, or contains blanks or control characters",
          hint: "use letters and digits, such as openssl rand -hex 32 prints")
      }
    }
  }

  private static func isControl(_ byte: UInt8) -> Bool { byte < 0x20 || byte == 0x7f }

  /// Reads `{"user":"key",…}` from the file at `path`.
  ///
  /// - Throws: `ServerFailure`, also when anyone could change the file.
  public init(file path: String) throws(ServerFailure) {
    var status = stat()
    let bytes: [UInt8]
    do throws(SystemError) {
      let file = try FileDescriptor.open(path, O_RDONLY)
      defer { file.close() }
      fstat(file.rawValue, &status)
      bytes = try file.readAll()
    } catch {
      throw Self.unreadable(path, error)
    }
    guard status.st_mode & 0o002 == 0 else {
      throw ServerFailure(
        .configuration, "anyone on this machine can change the keys: \(path)",
        hint: "run chmod 600 '\(path)', and check what the file says")
    }
    if status.st_mode & 0o077 != 0 {
      complain("other users of this machine can read the keys; chmod 600 '\(path)' keeps them out")
    }
    let members = (try? JSONValue(parsing: bytes))?.object ?? []
    let users = members.compactMap { member in member.value.string.map { (member.name, $0) } }
    guard users.count == members.count, !users.isEmpty else {
      throw ServerFailure(
        .configuration, "the file of keys is not a JSON object of users and their keys: \(path)",
        hint: "write them as {\"alice\":\"KEY\",\"bob\":\"OTHER KEY\"}")
    }
    try self.init(users)
  }

  private static func unreadable(_ path: String, _ reason: SystemError) -> ServerFailure {
    ServerFailure(
      .configuration, "cannot read the keys: \(path): \(reason)",
      hint: "--keys takes a JSON file: {\"user\":\"key\"}")
  }

  /// The user whose key an `Authorization` header has: `Bearer KEY`, or the bare key, with any blanks
  /// around it.
  ///
  /// The time it takes depends neither on where a wrong key differs nor on whose key is right.
  func user(authorization: String) -> String? {
    let scheme = "bearer "
    let isScheme = authorization.prefix(scheme.count).lowercased() == scheme
    let presented = authorization.utf8.dropFirst(isScheme ? scheme.utf8.count : 0)
      .trimming { $0 == 0x20 || $0 == 0x09 }
    var user: String?
    for entry in entries {
      var difference = entry.key.count ^ presented.count
      for (index, byte) in presented.enumerated() {
        difference |= Int(byte ^ entry.key[index % entry.key.count])
      }
      if difference == 0 { user = entry.user }
    }
    return user
  }
}

extension BidirectionalCollection {
  fileprivate func trimming(_ isDropped: (Element) -> Bool) -> [Element] {
    Array(drop(while: isDropped).reversed().drop(while: isDropped).reversed())
  }
}
