import MemoryExchange
import MemoryModel

/// What is read from a text, as memories and as refusals with their lines.
struct Reading {
  private(set) var memories: [ImportedMemory] = []
  private(set) var lines: [Int] = []
  private(set) var refusals: [String] = []

  var contents: [String] { memories.map(\.fields.content) }

  init(_ text: String, as format: ImportFormat? = nil, named name: String? = nil) throws {
    try self.init(Array(text.utf8), as: format, named: name)
  }

  init(_ bytes: [UInt8], as format: ImportFormat? = nil, named name: String? = nil) throws {
    let stream = ByteStream(of: bytes)
    let head = try stream.peek(ImportFormat.headSize)
    guard let format = format ?? ImportFormat(of: head, named: name, isListed: false) else {
      refusals.append("unknown format")
      return
    }
    try ImportReader.read(stream, as: format) { line, result in
      switch result {
      case .success(let memory):
        memories.append(memory)
        lines.append(line)
      case .failure(let refusal): refusals.append("\(line): \(refusal.reason)")
      }
    }
  }
}
