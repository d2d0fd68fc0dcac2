import JSON
import MemctlCore

extension EntryView {
  /// What a list of the queue has.
  static let columns = Columns(
    all: fields,
    tabs: [
      "id", "op", "state", "memory_id", "server_id", "attempts", "created_at", "next_attempt_at",
      "content",
    ],
    table: ["id", "op", "state", "memory_id", "created_at", "content"])

  /// What a table of dead letters alone has.
  static let deadTable = ["id", "op", "memory_id", "created_at", "last_error", "content"]

  /// The same with the rest of its memory, or its payload where that cannot be read.
  static let exported = Columns(all: fields + rest, tabs: [], table: [])

  /// What an entry has that is shown in full.
  static let inFull = Columns(
    all: fields + rest + [
      Column("explanation", isBlock: true) { $0.explanation.map { .string($0) } ?? .null }
    ],
    tabs: columns.tabs, table: columns.table,
    page: [
      "id", "op", "state", "memory_id", "server_id", "category", "tags", "expanded_keywords",
      "importance", "is_sensitive", "created_at", "attempts", "last_sent_at", "next_attempt_at",
      "last_error", "payload", "content", "explanation",
    ])

  private static let fields: [Column<EntryView>] = [
    Column("id", isNumber: true) { .integer($0.entry.id.rawValue) },
    Column("op") { .string($0.entry.operationName) },
    Column("state", shown: \.styledState) { .string($0.state) },
    Column(
      "memory_id", label: "memory", isNumber: true, isDispensable: true, shown: \.styledMemory
    ) { $0.memoryID.map { .integer($0.rawValue) } ?? .null },
    Column("server_id", heading: "server", isNumber: true, isDispensable: true) {
      $0.serverID.map { .integer($0.rawValue) } ?? .null
    },
    Column("category", isDispensable: true) { $0.memory.map { .string($0.category) } ?? .null },
    Column("bytes", isNumber: true, isDispensable: true) {
      .integer(Int64($0.entry.payload.utf8.count))
    },
    Column("attempts", isNumber: true, isDispensable: true) { .integer(Int64($0.entry.attempts)) },
    time("created_at", label: "queued", \.entry.createdAt),
    time("last_sent_at", label: "last sent", \.entry.lastSentAt?.description),
    time("next_attempt_at", label: "next attempt", \.entry.nextAttemptAt?.description),
    Column(
      "last_error", label: "last answer", heading: "reason", isFlexible: true, text: \.lastAnswer
    ) {
      $0.entry.lastError.map { error in
        [
          "kind": .string(error.kind.rawValue),
          "status": error.status.map { .integer(Int64($0)) } ?? .null,
          "message": .string(error.message),
        ]
      } ?? .null
    },
    Column("candidates", isDispensable: true) {
      .array($0.entry.candidates.map { .integer($0.id.rawValue) })
    },
    Column("content", isFlexible: true, isBlock: true, shown: { StyledText($0.shownContent) }) {
      $0.content.map { .string($0) } ?? .null
    },
  ]

  private static let rest: [Column<EntryView>] =
    MemoryField.allCases.filter { $0 != .content && $0 != .category }.map(column) + [payload]

  /// The payload of an entry that cannot be read. It may contain anything, even a secret.
  private static let payload = Column<EntryView>("payload") {
    $0.operation == nil && $0.revealed ? .string($0.entry.payload) : .null
  }

  private static func column(_ field: MemoryField) -> Column<EntryView> {
    if field == .tags {
      return Column(field.column, shown: { StyledText($0.shown?.tags ?? "") }) {
        $0.shown?.tagList ?? .null
      }
    }
    return Column(field.column, label: field.label) { $0.shown?[field].json ?? .null }
  }

  private static func time(
    _ name: String, label: String, _ time: @escaping @Sendable (EntryView) -> String?
  ) -> Column<EntryView> {
    Column(
      name, label: label, isDispensable: true,
      shown: { view in
        guard let text = time(view) else { return "" }
        let isInFull = view.explanation != nil
        return StyledText(isInFull ? text.forPeople(at: view.now) : text.distance(to: view.now))
      }
    ) { time($0).map { .string($0) } ?? .null }
  }

  // MARK: For people

  private var styledState: StyledText {
    let emphasis: Style.Emphasis? =
      switch state {
      case "dead": .red
      case "in_doubt": .yellow
      default: nil
      }
    return StyledText(state.replacing("_", with: " "), emphasis)
  }

  private var styledMemory: StyledText {
    if let memoryID { return StyledText("\(memoryID.rawValue)") }
    return explanation == nil ? StyledText(serverID.map { "server:\($0.rawValue)" } ?? "") : ""
  }

  private var lastAnswer: String {
    entry.lastError.map { error in (error.status.map { "\($0): " } ?? "") + error.message } ?? ""
  }

  var shownContent: String {
    if let content { return content }
    if memory != nil { return Masking.placeholder }
    return operation == nil ? "cannot be read" : ""
  }
}
