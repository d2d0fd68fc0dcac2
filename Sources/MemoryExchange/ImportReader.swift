import MemoryModel

/// Reads the memories of one file in any of the formats.
package enum ImportReader {
  /// The largest markdown file. Nobody writes so much by hand.
  package static let markdownLimit = 1 << 20

  /// Calls `sink` with each memory, and with what cannot be imported, in the order of the file.
  ///
  /// - Throws: what `sink` throws, and `Problem` of kind `.invalidInput` or `.interrupted` if the
  ///   rest of the file cannot be read.
  package static func read(
    _ stream: ByteStream, as format: ImportFormat, _ sink: ImportSink
  ) throws {
    switch format {
    case .jsonl: try JSONLines.read(stream, sink)
    case .json: try JSONMemories.read(stream, sink)
    case .claudeMem: try ClaudeMemRecord.read(stream, sink)
    case .memctl, .claudeCode, .basicMemory, .markdown:
      do {
        let text = try markdown(stream)
        switch format {
        case .memctl: try MemoryFile.read(text, sink)
        case .claudeCode: try ClaudeCodeFile.read(text, sink)
        case .basicMemory: try BasicMemoryNote.read(text, sink)
        default: try MarkdownList.read(text, sink)
        }
      } catch let refusal as ImportRefusal {
        try sink(1, .failure(refusal))
      }
    }
  }

  private static func markdown(_ stream: ByteStream) throws -> String {
    guard let bytes = try stream.readAll(limit: markdownLimit) else {
      throw ImportRefusal("it is longer than a megabyte")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw ImportRefusal("it is not valid UTF-8")
    }
    return text
  }
}
