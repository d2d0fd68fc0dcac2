import JSON
import MemctlCore

/// A memory as commands show it.
struct MemoryRow {
  let memory: Memory
  let isRevealed: Bool
  let now: Timestamp
  /// Whether it is shown alone, so that there is room for more than a word or two.
  var isInFull = false
  /// Whether the user dropped its store from the queue; known only if it is shown in full.
  var isWithheld = false

  static let columns = Columns<MemoryRow>(
    all: [id] + columnsAfterID,
    tabs: ["id", "server_id", "category", "importance", "tags", "created_at", "content"],
    table: ["id", "server_id", "category", "created_at", "content"],
    page: [
      "id", "server_id", "category", "tags", "expanded_keywords", "importance", "is_sensitive",
      "created_at", "updated_at", "content",
    ])

  private static let id = Column<MemoryRow>("id", isNumber: true) {
    .integer($0.memory.id.rawValue)
  }

  /// The fields that every row with a memory in it has.
  static let columnsAfterID: [Column<MemoryRow>] =
    [
      Column(
        "server_id", heading: "server", isNumber: true, isDispensable: true,
        shown: { row in StyledText(row.memory.serverID.map { "\($0.rawValue)" } ?? row.notSynced) }
      ) { $0.memory.serverID.map { .integer($0.rawValue) } ?? .null }
    ] + MemoryField.allCases.map(column) + [
      time("created_at", label: "created", \.createdAt),
      time("updated_at", label: "updated", \.updatedAt),
    ]

  static let content = Column<MemoryRow>(
    "content", isFlexible: true, isBlock: true,
    shown: { StyledText($0.content ?? $0.placeholder) }
  ) { $0.content.map { .string($0) } ?? .null }

  private static func column(_ field: MemoryField) -> Column<MemoryRow> {
    switch field {
    case .content: content
    case .tags:
      Column(field.column, shown: { StyledText($0.memory.fields.tags) }) {
        $0.memory.fields.tagList
      }
    case .category, .expandedKeywords, .importance, .isSensitive:
      Column(
        field.column, label: field.label, isNumber: field.kind == .number,
        isDispensable: true
      ) { $0.memory.fields[field].json }
    }
  }

  private static func time(
    _ name: String, label: String, _ time: KeyPath<Memory, String> & Sendable
  ) -> Column<MemoryRow> {
    Column(
      name, label: label, isDispensable: true,
      shown: { row in
        let text = row.memory[keyPath: time]
        return StyledText(row.isInFull ? text.forPeople(at: row.now) : text.distance(to: row.now))
      }
    ) { .string($0.memory[keyPath: time]) }
  }

  /// Nil if it is to stay hidden.
  var content: String? { memory.fields.content(revealed: isRevealed) }

  private var placeholder: String {
    isInFull ? "\(Masking.placeholder), shown with --reveal" : Masking.placeholder
  }

  private var notSynced: String {
    if !isInFull { return "" }
    return isWithheld
      ? "withheld: memctl queue add \(memory.id.rawValue) sends it" : "not synced yet"
  }
}
