import JSON

/// One element of the `detail` of a 422: what is wrong with which part of the request.
struct ValidationError: Equatable {
  let type: String
  let location: [JSONValue]
  let message: String
  let input: JSONValue
  var context: JSONValue?

  var json: JSONValue {
    let members: [JSONValue.Member] = [
      .init("type", .string(type)), .init("loc", .array(location)),
      .init("msg", .string(message)), .init("input", input),
    ]
    return .object(members + (context.map { [.init("ctx", $0)] } ?? []))
  }

  static func missing(_ location: [JSONValue], in input: JSONValue) -> ValidationError {
    ValidationError(type: "missing", location: location, message: "Field required", input: input)
  }

  static func notAnInteger(_ text: String, at location: [JSONValue]) -> ValidationError {
    ValidationError(
      type: "int_parsing", location: location,
      message: "Input should be a valid integer, unable to parse string as an integer",
      input: .string(text))
  }

  static func tooSmall(
    _ input: JSONValue, minimum: JSONValue, shown: String, at location: [JSONValue]
  ) -> ValidationError {
    ValidationError(
      type: "greater_than_equal", location: location,
      message: "Input should be greater than or equal to \(shown)", input: input,
      context: ["ge": minimum])
  }

  /// A check of this server's own, named as pydantic names those.
  static func value(
    _ reason: String, _ input: JSONValue, at location: [JSONValue]
  ) -> ValidationError {
    ValidationError(
      type: "value_error", location: location, message: "Value error, \(reason)", input: input,
      context: ["error": [:]])
  }

  /// - Parameter input: the object that was expected, or what there is in its place.
  static func notAnObject(_ input: JSONValue, at location: [JSONValue]) -> ValidationError {
    ValidationError(
      type: "model_attributes_type", location: location,
      message: "Input should be a valid dictionary or object to extract fields from", input: input)
  }

  static func invalidJSON(_ error: JSONError) -> ValidationError {
    ValidationError(
      type: "json_invalid", location: ["body", .integer(Int64(error.offset))],
      message: "JSON decode error", input: [:], context: ["error": .string(error.reason)])
  }
}
