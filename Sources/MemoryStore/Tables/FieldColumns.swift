import MemoryAPI
import MemoryModel
import SQLite

/// The columns of a memory's fields in SQL, for every statement that names them.
enum FieldColumns {
  private static let all = MemoryField.allCases

  static let count = all.count

  /// `content, category, …`
  static let names = all.map(\.column).joined(separator: ", ")

  /// The columns in a form for reading: other programs leave some of them NULL, which means the
  /// default.
  static let selection = all.map { field in
    switch field.defaultValue {
    case .text: field == .content ? field.column : "coalesce(\(field.column), '')"
    case .number(let number): "coalesce(\(field.column), \(number))"
    case .flag(let flag): "coalesce(\(field.column), \(flag ? 1 : 0))"
    }
  }.joined(separator: ", ")

  /// `?, ?, …`
  static let placeholders = all.map { _ in "?" }.joined(separator: ", ")

  /// `content = column2, …`, for values that stand in the columns of a list from `first` on.
  static func assignments(fromColumn first: Int) -> String {
    all.enumerated().map { "\($1.column) = column\(first + $0)" }.joined(separator: ", ")
  }

  /// `content = coalesce(?2, content), …`: a value that is NULL changes nothing.
  static func changes(fromParameter first: Int) -> String {
    all.enumerated().map { "\($1.column) = coalesce(?\(first + $0), \($1.column))" }
      .joined(separator: ", ")
  }

  /// The fields in a row, read from the column `first` on, in the order of `selection`.
  static func fields(_ row: Statement, from first: Int) -> MemoryFields {
    var fields = MemoryFields(content: "")
    for (offset, field) in all.enumerated() {
      let column = first + offset
      switch field.kind {
      case .text: fields[field] = .text(row.text(column))
      case .number: fields[field] = .number(row.double(column))
      case .flag: fields[field] = .flag(row.bool(column))
      }
    }
    return fields
  }

  /// The values in the order of `names`.
  static func values(_ fields: MemoryFields) -> [Value] { all.map { fields[$0].sqliteValue } }

  /// The values in the order of `names`; NULL for a field that stays as it is.
  static func values(_ changes: MemoryChanges) -> [Value] {
    all.map { changes[$0]?.sqliteValue ?? .null }
  }
}

extension FieldValue {
  var sqliteValue: Value {
    switch self {
    case .text(let text): .text(text)
    case .number(let number): .real(number)
    case .flag(let flag): .integer(flag ? 1 : 0)
    }
  }
}
