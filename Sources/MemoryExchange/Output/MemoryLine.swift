import JSON
import MemoryAPI
import MemoryModel

/// A memory as a line of an export.
package enum MemoryLine {
  /// The members in their order. With `isHidden`, the content is null.
  package static func members(
    of memory: Memory, _ state: ExportedState, isHidden: Bool
  ) -> [JSONValue.Member] {
    let tags = memory.fields.tags.split(separator: ",").map(\.trimmed).filter { !$0.isEmpty }
    var members: [JSONValue.Member] = [
      .init("id", .integer(memory.id.rawValue)),
      .init("server_id", memory.serverID.map { .integer($0.rawValue) } ?? .null),
    ]
    for field in MemoryField.allCases {
      switch field {
      case .content where isHidden: members.append(.init(field.column, .null))
      case .tags: members.append(.init(field.column, .array(tags.map { .string($0) })))
      default: members.append(.init(field.column, memory.fields[field].json))
      }
    }
    members += [
      .init("created_at", .string(memory.createdAt)),
      .init("updated_at", .string(memory.updatedAt)),
      .init("address", state.address.map { .string($0) } ?? .null),
      .init("account", state.account.map { .string($0) } ?? .null),
    ]
    // Another program may have written them in a way that the list does not show.
    if tags.joined(separator: ",") != memory.fields.tags {
      members.append(.init("tags_text", .string(memory.fields.tags)))
    }
    if state.isUnsent { members.append(.init("unsent", true)) }
    if state.isWithheld { members.append(.init("withheld", true)) }
    return members
  }
}
