import JSON
import ServerStore

/// A request that was admitted.
struct Call: Sendable {
  let request: Request
  let endpoint: Endpoint
  /// Whose key it came with; empty where none is needed.
  let user: String
  let path: [Substring]
  var body: [UInt8] = []

  /// The id in the path.
  func id() throws(Refusal) -> Int64 {
    let text = String(path.last!)
    guard let id = Int64(text) else {
      throw .invalid([.notAnInteger(text, at: ["path", "memory_id"])])
    }
    return id
  }

  /// The body, which must be one JSON value.
  func json() throws -> JSONValue {
    try readBody { reader throws in try JSONValue(reading: &reader) }
  }

  /// The body as `read` takes it, which must be one JSON value.
  func readBody<Result>(_ read: (inout JSONReader) throws -> Result) throws -> Result {
    guard !body.isEmpty else { throw Refusal.invalid([.missing(["body"], in: nil)]) }
    guard request.isJSON else {
      // It is taken as one string, which is echoed up to the length of a store.
      let isShort = body.count <= Endpoint.usualBody
      let text = isShort ? JSONValue.string(String(decoding: body, as: UTF8.self)) : .null
      throw Refusal.invalid([.notAnObject(text, at: ["body"])])
    }
    do {
      return try body.withUnsafeBufferPointer { bytes in
        var reader = JSONReader(bytes)
        let result = try read(&reader)
        try reader.readEnd()
        return result
      }
    } catch let error as JSONError {
      throw Refusal.invalid([.invalidJSON(error)])
    }
  }

  /// The request's `Idempotency-Key`; nil when it has none.
  func idempotencyKey() throws(Refusal) -> IdempotencyKey? {
    switch request.idempotencyKey {
    case nil: nil
    case .key(let name): IdempotencyKey(name, fingerprint: fingerprint)
    case .unusable:
      throw .invalid([
        .value(
          "there must be a single key, of at most \(IdempotencyHeader.longest) bytes of UTF-8",
          .null, at: ["header", "idempotency-key"])
      ])
    }
  }

  /// FNV-1a of path and body: it stays the same across restarts, and whoever finds a collision fools
  /// nobody else.
  private var fingerprint: Int64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in request.path.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    for byte in body { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return Int64(bitPattern: hash)
  }
}
