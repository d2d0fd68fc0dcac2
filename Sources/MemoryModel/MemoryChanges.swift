import JSON
import MemoryAPI

/// The fields of a memory that are to be changed; a field that is not given stays as it is.
public struct MemoryChanges: Hashable, Sendable, ExpressibleByDictionaryLiteral {
  private var values: [MemoryField: FieldValue]

  /// Sets every field of a memory to the value that it has in `fields`.
  public init(_ fields: MemoryFields) {
    values = Dictionary(uniqueKeysWithValues: MemoryField.allCases.map { ($0, fields[$0]) })
  }

  /// The new value of a field; nil if the field stays as it is. Setting a value of another kind than
  /// the field's is a programming error.
  public subscript(field: MemoryField) -> FieldValue? {
    get { values[field] }
    set {
      if let newValue { precondition(newValue.kind == field.kind, "\(field) is no \(newValue)") }
      values[field] = newValue
    }
  }

  /// Changes the given fields to the given values.
  public init(dictionaryLiteral values: (MemoryField, FieldValue)...) {
    self.values = [:]
    for (field, value) in values { self[field] = value }
  }

  /// Whether no field is changed.
  public var isEmpty: Bool { values.isEmpty }

  /// The changes with the category under the name that the server uses for it.
  package var canonical: MemoryChanges {
    var changes = self
    if case .text(let name)? = changes[.category] {
      changes[.category] = .text(Category.canonical(name))
    }
    return changes
  }

  /// The changes under the names that a store request uses, in the order of the fields.
  package var members: [JSONValue.Member] {
    MemoryField.allCases.compactMap { field in
      values[field].map { .init(field.requestName, $0.json) }
    }
  }
}

extension MemoryFields {
  /// The fields after `changes`.
  public func changed(by changes: MemoryChanges) -> MemoryFields {
    var fields = self
    for field in MemoryField.allCases {
      if let value = changes[field] { fields[field] = value }
    }
    return fields
  }
}

extension FieldValue {
  package var json: JSONValue {
    switch self {
    case .text(let text): .string(text)
    case .number(let number): .double(number)
    case .flag(let flag): .bool(flag)
    }
  }
}
