import JSON
import MemctlCore

/// A memory's fields in reports, in the order that `MemoryField` gives.
extension MemoryFields {
  /// - Parameter content: what is shown of the content; nil where it stays hidden.
  func members(content: String?) -> [JSONValue.Member] {
    MemoryField.allCases.map { field in
      let value: JSONValue =
        switch field {
        case .content: content.map { .string($0) } ?? .null
        case .tags: tagList
        default: self[field].json
        }
      return .init(field.column, value)
    }
  }

  /// What people read, without the content: labels and texts.
  var labelled: [(label: String, text: String)] {
    MemoryField.allCases.filter { $0 != .content }.map { field in
      let text =
        switch self[field] {
        case .text(let text): text
        case .number(let number): "\(number)"
        case .flag(let flag): flag ? "yes" : "no"
        }
      return (field.label, text)
    }
  }
}
