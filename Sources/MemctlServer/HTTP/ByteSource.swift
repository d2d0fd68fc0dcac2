/// Bytes that are made as they are taken.
protocol ByteSource: AnyObject {
  /// The next piece, never empty; nil after the last.
  func next() throws -> [UInt8]?
  /// Whether the last piece was taken.
  var isAtEnd: Bool { get }
  /// About how many bytes all pieces have together, by those that were taken; nil if unknown.
  var estimatedLength: Int? { get }
}

extension ByteSource {
  var estimatedLength: Int? { nil }
}

/// A source with the piece put back that was taken from it to have a look.
final class PrefixedSource: ByteSource {
  private var first: [UInt8]?
  private let source: any ByteSource

  init(_ first: [UInt8], _ source: any ByteSource) {
    (self.first, self.source) = (first, source)
  }

  var isAtEnd: Bool { first == nil && source.isAtEnd }

  func next() throws -> [UInt8]? {
    defer { first = nil }
    return try first ?? source.next()
  }
}
