import JSON
import ServerStore

/// The memories of an import, each judged as it is read, so that a request takes little more memory
/// than it has bytes.
struct DraftList {
  private(set) var drafts: [Draft] = []

  /// Memories in one import; other writers wait for the whole of it.
  static let limit = 100_000
  /// Bytes in one element: as many as a store on its own may have.
  private static let elementLimit = 1 << 20
  /// When no more errors are collected: by their number, or by the bytes that they echo.
  private static let errorLimit = (count: 100, bytes: 1 << 20)

  /// - Throws: `Refusal`, `JSONError`.
  init(reading reader: inout JSONReader) throws {
    guard try reader.peek() == .array else { throw try Self.notAList(&reader) }
    var errors: [ValidationError] = []
    var echoedBytes = 0
    var index: Int64 = 0
    try reader.readArray { reader in
      guard index < Self.limit else {
        throw Refusal.tooManyMemories(limit: Self.limit)
      }
      let size = try Self.size(ofNextIn: reader)
      do {
        drafts.append(try Self.draft(&reader, size: size, at: ["body", .integer(index)]))
      } catch Refusal.invalid(let found) {
        errors += found
        echoedBytes += found.count * size
        if errors.count >= Self.errorLimit.count || echoedBytes >= Self.errorLimit.bytes {
          throw Refusal.invalid(errors)
        }
      }
      index += 1
    }
    guard errors.isEmpty else { throw Refusal.invalid(errors) }
  }

  private static func draft(
    _ reader: inout JSONReader, size: Int, at location: [JSONValue]
  ) throws -> Draft {
    guard size <= elementLimit else {
      throw Refusal.invalid([
        .value("an element must have at most \(elementLimit) bytes", .null, at: location)
      ])
    }
    return try Draft(JSONValue(reading: &reader), at: location)
  }

  private static func notAList(_ reader: inout JSONReader) throws -> Refusal {
    let isShort = try size(ofNextIn: reader) <= elementLimit
    return .invalid([
      ValidationError(
        type: "list_type", location: ["body"], message: "Input should be a valid list",
        input: isShort ? try JSONValue(reading: &reader) : .null)
    ])
  }

  /// Bytes up to the end of the next value.
  private static func size(ofNextIn reader: JSONReader) throws -> Int {
    var ahead = reader
    try ahead.skipValue()
    return ahead.position - reader.position
  }
}
