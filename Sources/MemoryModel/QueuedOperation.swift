import JSON
import MemoryAPI

/// What a queue entry asks of the server.
public enum QueuedOperation: Hashable, Sendable {
  /// Store a memory. The local id is nil if another program queued the store without one.
  case store(MemoryFields, localID: LocalID?)
  /// Delete a memory that the server has.
  case delete(ServerID)
  /// Change a memory that the server has. Only memctl knows this operation; it never appears in
  /// `pending_ops`.
  case update(MemoryFields, ServerID)
}

extension QueuedOperation {
  /// The value of `op_type`.
  public var name: String {
    switch self {
    case .store: "store"
    case .delete: "delete"
    case .update: "update"
    }
  }

  /// The operation that a row of the queue describes.
  ///
  /// - Throws: `UnreadableOperation`.
  public init(name: String, payload: String) throws {
    let value: JSONValue
    do {
      value = try JSONValue(parsing: payload)
    } catch {
      throw UnreadableOperation(reason: "its payload is \(error)")
    }
    guard value.object != nil else {
      throw UnreadableOperation(reason: "its payload is not a JSON object")
    }
    let fields = PayloadFields(value)
    switch name {
    case "store":
      self = .store(try fields.memory(), localID: try fields.id("local_id").map(LocalID.init))
    case "delete": self = .delete(try fields.serverID())
    case "update": self = .update(try fields.memory(), try fields.serverID())
    default:
      throw UnreadableOperation(reason: "memctl does not know the operation '\(name)'")
    }
  }

  /// The payload in the shape that the Python side writes and reads.
  public var payload: String {
    switch self {
    case .store(let fields, let localID):
      JSONValue.object(
        [.init("local_id", localID.map { .integer($0.rawValue) } ?? .null)] + fields.members
      ).text
    case .delete(let id):
      JSONValue.object([.init("server_id", .integer(id.rawValue))]).text
    case .update(let fields, let id):
      JSONValue.object([.init("server_id", .integer(id.rawValue))] + fields.members).text
    }
  }
}

/// Why a row of the queue cannot be sent as it is.
public struct UnreadableOperation: Error, Hashable {
  /// The reason as a clause, for people.
  public let reason: String

  package init(reason: String) { self.reason = reason }
}

extension MemoryFields {
  /// The fields under the names that a store request uses.
  package var members: [JSONValue.Member] { members { _ in true } }

  /// The same for some of the fields.
  package func members(where isIncluded: (MemoryField) -> Bool) -> [JSONValue.Member] {
    MemoryField.allCases.filter(isIncluded).map { .init($0.requestName, self[$0].json) }
  }
}

/// Reads a payload that another program may have written: a field that is absent or null has the
/// column's default, any other must have the right type.
private struct PayloadFields {
  private let value: JSONValue

  init(_ value: JSONValue) { self.value = value }

  func memory() throws -> MemoryFields {
    var fields = MemoryFields(content: "")
    for field in MemoryField.allCases {
      guard let value = try value(of: field) else {
        if field == .content {
          throw UnreadableOperation(reason: "its payload has no content")
        }
        continue
      }
      fields[field] = value
    }
    return fields
  }

  private func value(of field: MemoryField) throws -> FieldValue? {
    let name = field.requestName
    switch field.kind {
    case .text: return try self.field(name, \.string).map(FieldValue.text)
    case .flag: return try self.field(name, \.bool).map(FieldValue.flag)
    case .number:
      guard let number = try self.field(name, \.double) else { return nil }
      // A number that is too large for a double is read as infinite, which JSON cannot express.
      guard number.isFinite else {
        throw UnreadableOperation(reason: "\(name) in its payload is not a number")
      }
      return .number(number)
    }
  }

  func serverID() throws -> ServerID {
    guard let id = try id("server_id") else {
      throw UnreadableOperation(reason: "its payload has no server_id")
    }
    return ServerID(rawValue: id)
  }

  func id(_ name: String) throws -> Int64? {
    let id = try field(name, \.int64)
    if let id, id <= 0 { throw UnreadableOperation(reason: "\(name) in its payload is not an id") }
    return id
  }

  private func field<Wanted>(_ name: String, _ read: (JSONValue) -> Wanted?) throws -> Wanted? {
    guard let member = value[name], !member.isNull else { return nil }
    guard let wanted = read(member) else {
      throw UnreadableOperation(reason: "\(name) in its payload has the wrong type")
    }
    return wanted
  }
}
