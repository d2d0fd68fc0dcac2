import CommandLine
import JSON

/// One field of the rows of a list.
struct Column<Row>: Sendable {
  /// Its name in JSON and for `--fields`.
  let name: String
  /// What people read before it.
  let label: String
  /// What they read above it.
  let heading: String
  let isNumber: Bool
  /// Takes a share of the width that the other columns of a table leave.
  let isFlexible: Bool
  /// Left out of a table if a flexible column would get too narrow, the last one first.
  let isDispensable: Bool
  /// Stands below the other fields where a row is shown in full, with all its lines.
  let isBlock: Bool
  /// The exact value.
  let value: @Sendable (Row) -> JSONValue
  /// What stands for an object in a tab-separated line, where there is one.
  let text: (@Sendable (Row) -> String)?
  /// What people read instead of the value.
  let shown: (@Sendable (Row) -> StyledText)?

  init(
    _ name: String, label: String? = nil, heading: String? = nil, isNumber: Bool = false,
    isFlexible: Bool = false,
    isDispensable: Bool = false, isBlock: Bool = false,
    text: (@Sendable (Row) -> String)? = nil,
    shown: (@Sendable (Row) -> StyledText)? = nil, value: @escaping @Sendable (Row) -> JSONValue
  ) {
    self.name = name
    self.label = label ?? name.replacing("_", with: " ")
    self.heading = (heading ?? self.label).uppercased()
    self.isNumber = isNumber
    self.isFlexible = isFlexible
    self.isDispensable = isDispensable
    self.text = text
    self.shown = shown
    self.isBlock = isBlock
    self.value = value
  }

  /// The same field of rows that contain such a row.
  func of<Whole>(_ part: KeyPath<Whole, Row> & Sendable) -> Column<Whole> {
    let text: (@Sendable (Whole) -> String)? = text.map { text in
      { @Sendable whole in text(whole[keyPath: part]) }
    }
    let shown: (@Sendable (Whole) -> StyledText)? = shown.map { shown in
      { @Sendable whole in shown(whole[keyPath: part]) }
    }
    let value = value
    return Column<Whole>(
      name, label: label, heading: heading, isNumber: isNumber, isFlexible: isFlexible,
      isDispensable: isDispensable,
      isBlock: isBlock, text: text, shown: shown
    ) { value($0[keyPath: part]) }
  }

  /// The field in a tab-separated line.
  func exact(_ row: Row) -> JSONValue { text.map { .string($0(row)) } ?? value(row) }

  /// The field for people.
  func cell(_ row: Row) -> StyledText {
    if let shown { return shown(row) }
    if let text { return StyledText(text(row)) }
    let value = value(row)
    if case .bool(let isTrue) = value { return isTrue ? "yes" : "no" }
    return StyledText(value.plain)
  }
}

/// The fields of the rows of a list, and which of them each form of output has.
struct Columns<Row>: Sendable {
  /// In the order of JSON, which has all of them.
  let all: [Column<Row>]
  /// What a tab-separated line has, in its order.
  let tabs: [String]
  /// What a table has, in its order.
  let table: [String]
  /// What people read where a row is shown in full, in its order.
  var page: [String] = []

  /// `id, content`
  var tabsInWords: String { tabs.joined(separator: ", ") }

  /// The columns that a form of output has, or those with the given names.
  func chosen(_ names: [String]?, for shape: Output.Shape) -> [Column<Row>] {
    let fallback: [String]? =
      switch shape {
      case .json: nil
      case .tabs: tabs
      case .table: table
      }
    return (names ?? fallback).map(named) ?? all
  }

  func named(_ names: [String]) -> [Column<Row>] {
    names.map { name in all.first { $0.name == name }! }
  }
}

extension Option<[String]> {
  /// The option that chooses the fields of a list.
  static func fields<Row>(of columns: Columns<Row>) -> Self {
    Self(
      "fields", .list("NAMES", columns.all.map(\.name)),
      help: "write only these fields, separated by commas, in this order")
  }
}

extension JSONValue {
  /// The value without quotes: nothing for null, a list with commas.
  var plain: String {
    switch self {
    case .null: ""
    case .string(let text): text
    case .array(let values): values.map(\.plain).joined(separator: ",")
    default: text
    }
  }
}
