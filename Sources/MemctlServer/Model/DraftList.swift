import JSON

/// The memories of an import, each judged as it is read, so that a body takes little more memory than
/// what it has to say.
struct DraftList {
  private(set) var drafts: [Draft] = []

  /// Memories of one import: other writers wait for all of them.
  static let limit = 100_000
  /// Bytes that one element may have, as a store of its own may.
  private static let elementLimit = 1 << 20
  /// The problems that are told: so many, and those of elements that have so many bytes together.
  private static let problemLimit = (count: 100, bytes: 1 << 20)

  /// - Throws: `Invalid`, `Refusal` when there are too many, `JSONError`.
  init(reading reader: inout JSONReader) throws {
    guard try reader.peek() == .array else { throw try Self.notAList(&reader) }
    var problems: [Problem] = []
    var echoedBytes = 0
    var index: Int64 = 0
    try reader.readArray { reader in
      guard index < Self.limit else {
        throw Refusal(413, "An import has at most \(Self.limit) memories")
      }
      let size = try Self.size(ofNextIn: reader)
      do {
        drafts.append(try Self.draft(&reader, size: size, at: ["body", .integer(index)]))
      } catch let invalid as Invalid {
        problems += invalid.problems
        echoedBytes += invalid.problems.count * size
        if problems.count >= Self.problemLimit.count || echoedBytes >= Self.problemLimit.bytes {
          throw Invalid(problems)
        }
      }
      index += 1
    }
    guard problems.isEmpty else { throw Invalid(problems) }
  }

  private static func draft(
    _ reader: inout JSONReader, size: Int, at location: [JSONValue]
  ) throws -> Draft {
    guard size <= elementLimit else {
      throw Invalid([.value("an element has at most \(elementLimit) bytes", .null, at: location)])
    }
    return try Draft(JSONValue(reading: &reader), at: location)
  }

  private static func notAList(_ reader: inout JSONReader) throws -> Invalid {
    let isShort = try size(ofNextIn: reader) <= elementLimit
    return Invalid([
      Problem(
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
