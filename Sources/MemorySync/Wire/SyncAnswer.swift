import HTTPTransport
import JSON
import MemoryAPI
import MemoryModel

/// Reads a sync answer record by record, without keeping it in memory.
struct SyncAnswer {
  let body: ResponseBody
  let extent: SyncExtent
  /// Read from this machine's clock before the server was asked.
  let askedAt: Timestamp

  init(_ body: ResponseBody, _ extent: SyncExtent, askedAt: Timestamp) {
    self.body = body
    self.extent = extent
    self.askedAt = askedAt
  }

  /// Calls `row` for each record, in order; returns the answer's `server_time`.
  ///
  /// - Parameter progress: called every now and then with the share of the answer that has been
  ///   read, from 0 to 1.
  /// - Throws: `Problem` of kind `.invalidResponse` if the answer is not one of this API, and
  ///   whatever `row` throws. The caller then undoes what it did with earlier records.
  static func read(
    _ body: ResponseBody, progress: (Double) -> Void = { _ in },
    row: (Result<ServerRow, ServerRow.Defect>) throws -> Void
  ) throws -> Timestamp {
    try body.withBytes { bytes in
      var reader = JSONReader(bytes)
      var hasMemories = false
      var serverTime: Timestamp?
      do {
        guard try reader.peek() == .object else { throw invalidResponse("it is not an object") }
        try reader.readObject { reader, name in
          switch name {
          case "memories":
            guard try reader.peek() == .array, !hasMemories else {
              throw invalidResponse("its memories are not one list")
            }
            hasMemories = true
            var (released, told) = (0, 0)
            try reader.readArray { reader in
              try row(try ServerRow.read(&reader))
              if reader.position - told > 1 << 18 {
                told = reader.position
                progress(Double(told) / Double(bytes.count))
              }
              if reader.position - released > 1 << 22 {
                released = reader.position
                body.release(before: released)
              }
            }
          case "server_time":
            guard try reader.peek() == .string, let text = try reader.readString().string,
              let time = Timestamp(text)
            else { throw invalidResponse("its server_time is not a time") }
            serverTime = time
          default: try reader.skipValue()
          }
        }
        try reader.readEnd()
      } catch let error as JSONError {
        throw invalidResponse("it is \(error)")
      }
      guard hasMemories else { throw invalidResponse("it has no memories") }
      guard let serverTime else { throw invalidResponse("it has no server_time") }
      return serverTime
    }
  }

  private static func invalidResponse(_ reason: String) -> Problem {
    Problem(
      .invalidResponse, "invalid response to a sync request: \(reason)",
      hint: "nothing was changed; check that the address is that of a memory server")
  }
}

/// Which part of the server's memories the rows are.
enum SyncExtent {
  /// The changes since a time.
  case changes(since: Timestamp)
  /// Everything that the server has. `known` contains the ids, ascending, that the cache had before
  /// the server was asked; those that the server no longer has are deleted. A memory that is linked
  /// while the answer is on its way is not in `known`, and so is kept.
  case everything(known: [Int64])
}
