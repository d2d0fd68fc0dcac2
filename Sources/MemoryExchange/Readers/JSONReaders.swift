/// Memories as JSON Lines. A line that is not a memory spoils only itself.
enum JSONLines {
  static func read(_ stream: ByteStream, _ sink: ImportSink) throws {
    try LineReader.forEachLine(of: stream) { number, line in
      try sink(number, JSONMemories.result(line, MemoryRecord.read))
    }
  }
}

/// Memories in a JSON document: an array, an object with one, or objects in any layout.
enum JSONMemories {
  static func read(_ stream: ByteStream, _ sink: ImportSink) throws {
    try readDocument(stream, lists: JSONDocument.lists, sink) { _, value in
      try MemoryRecord.read(value)
    }
  }

  /// Reads the values of the document's lists. Where the document itself makes no sense, the rest of
  /// it is one refusal.
  static func readDocument(
    _ stream: ByteStream, lists: [String], _ sink: ImportSink,
    _ read: (String?, UnsafeBufferPointer<UInt8>) throws -> ImportedMemory
  ) throws {
    var document = JSONDocument(lists: lists)
    do {
      try document.read(stream) { line, list, value in
        try sink(line, result(value) { try read(list, $0) })
      }
    } catch let error as JSONDocumentError {
      try sink(error.line, .failure(ImportRefusal("\(error.reason); the rest was not read")))
    }
  }

  /// - Parameter bytes: nil for a value that is too long.
  static func result(
    _ bytes: UnsafeBufferPointer<UInt8>?,
    _ read: (UnsafeBufferPointer<UInt8>) throws -> ImportedMemory
  ) throws -> ImportResult {
    guard let bytes else { return .failure(ImportRefusal("it is longer than a megabyte")) }
    do {
      return .success(try read(bytes))
    } catch let refusal as ImportRefusal {
      return .failure(refusal)
    }
  }
}
