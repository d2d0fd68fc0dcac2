import MemctlCore

extension Home {
  /// Memories that were written three days ago and have not been sent since.
  @discardableResult
  func addSamples() throws -> [LocalID] {
    let threeDaysAgo = Timestamp.now.advanced(bySeconds: -3 * 86_400 - 3_600)
    let cache = try Cache(path: database)
    return try Self.samples.map { try cache.store($0, at: threeDaysAgo).0 }
  }

  /// An empty cache.
  func addCache() throws { _ = try Cache(path: database) }

  private static let samples = [
    MemoryFields(content: "Prefers tabs", category: "preferences", tags: "style,tabs"),
    MemoryFields(content: "Two lines:\nand a\ttab \\", importance: 0.25),
    MemoryFields(content: secret, category: "infrastructure", isSensitive: true),
  ]
}
