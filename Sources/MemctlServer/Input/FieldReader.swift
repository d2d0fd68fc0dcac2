import JSON
import MemoryAPI

/// Takes the fields of a memory out of a request's JSON object, and collects what is wrong with them.
///
/// Types are read as loosely as pydantic reads them: a number may be written as a string.
struct FieldReader {
  private let object: JSONValue
  private let location: [JSONValue]
  /// Whether null means the same as leaving the field out.
  private let nullIsAbsent: Bool
  private(set) var errors: [ValidationError] = []

  init(_ object: JSONValue, at location: [JSONValue], nullIsAbsent: Bool) {
    self.object = object
    self.location = location
    self.nullIsAbsent = nullIsAbsent
    if object.object == nil { errors = [.notAnObject(object, at: location)] }
  }

  private func value(_ name: String) -> JSONValue? {
    let value = object[name]
    return nullIsAbsent && value == .null ? nil : value
  }

  mutating func required<Field>(_ name: String, _ field: Field?) -> Field? {
    if errors.isEmpty, object[name] == nil {
      errors.append(.missing(location + [.string(name)], in: object))
    }
    return field
  }

  /// - Parameter limit: in Unicode scalars.
  mutating func text(_ name: String, limit: Int) -> String? {
    guard let value = value(name) else { return nil }
    let location = location + [.string(name)]
    guard let text = value.string else {
      errors.append(
        ValidationError(
          type: "string_type", location: location, message: "Input should be a valid string",
          input: value))
      return nil
    }
    if text.unicodeScalars.count > limit {
      errors.append(
        ValidationError(
          type: "string_too_long", location: location,
          message: "String should have at most \(limit) characters", input: value,
          context: ["max_length": .integer(Int64(limit))]))
    } else if text.utf8.contains(0) {
      errors.append(.value("text must not contain NUL characters", value, at: location))
    }
    return text
  }

  mutating func category(_ name: String) -> String? {
    guard let text = text(name, limit: .max) else { return nil }
    let category = Category.canonical(text)
    guard Category.all.contains(category) else {
      let names = Category.all.joined(separator: ", ")
      errors.append(
        .value("category must be one of: \(names)", .string(text), at: location + [.string(name)]))
      return nil
    }
    return category
  }

  /// Rounded to 32 bits, the precision of the hosted server's column.
  mutating func importance(_ name: String) -> Double? {
    guard let value = value(name) else { return nil }
    let location = location + [.string(name)]
    guard let number = value.double ?? value.bool.map({ $0 ? 1 : 0 }) ?? value.string.map(parse)
    else {
      errors.append(
        ValidationError(
          type: "float_type", location: location, message: "Input should be a valid number",
          input: value))
      return nil
    }
    if number.isNaN {
      errors.append(
        ValidationError(
          type: "float_parsing", location: location,
          message: "Input should be a valid number, unable to parse string as a number",
          input: value))
    } else if number < 0 {
      errors.append(.tooSmall(value, minimum: 0.0, shown: "0", at: location))
    } else if number > 1 {
      errors.append(
        ValidationError(
          type: "less_than_equal", location: location,
          message: "Input should be less than or equal to 1", input: value, context: ["le": 1.0]))
    }
    return Double(Float(number))
  }

  private func parse(_ text: String) -> Double { Double(text) ?? .nan }

  mutating func flag(_ name: String) -> Bool? {
    guard let value = value(name) else { return nil }
    switch value.string?.lowercased() ?? value.text {
    case "true", "t", "1", "1.0", "yes", "y", "on": return true
    case "false", "f", "0", "0.0", "no", "n", "off": return false
    default:
      errors.append(
        ValidationError(
          type: "bool_parsing", location: location + [.string(name)],
          message: "Input should be a valid boolean, unable to interpret input", input: value))
      return nil
    }
  }
}
