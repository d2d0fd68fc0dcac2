/// The header of a request, field by field as it was sent.
struct HeaderFields {
  /// Names are in lower case.
  private let fields: [(name: String, value: [UInt8])]

  init(_ fields: [(name: String, value: [UInt8])]) {
    self.fields = fields.map { ($0.name.lowercased(), $0.value) }
  }

  /// All values of the fields with that name, which is given in lower case.
  func values(_ name: String) -> [[UInt8]] {
    fields.lazy.filter { $0.name == name }.map(\.value)
  }

  /// The first value of that name. Bytes that are not UTF-8 are replaced.
  subscript(name: String) -> String? {
    fields.first { $0.name == name }.map { String(decoding: $0.value, as: UTF8.self) }
  }

  /// Why nothing that follows on the connection can be trusted: a program between client and server
  /// could see the end of this request elsewhere (RFC 9112, sections 3.2, 5.1, 6.1 and 6.3).
  func fault(version: String) -> Refusal? {
    let hosts = values("host").count
    let lengths = values("content-length")
    let codings = values("transfer-encoding")
    guard fields.allSatisfy({ Self.isName($0.name) && Self.isValue($0.value) }) else {
      return .malformedHeader
    }
    guard hosts == 1 || hosts == 0 && version == "HTTP/1.0" else {
      return .notOneHost
    }
    guard lengths.count + codings.count <= 1 else {
      return .ambiguousLength
    }
    guard codings.allSatisfy({ String(decoding: $0, as: UTF8.self).lowercased() == "chunked" })
    else { return .unknownTransferCoding }
    guard codings.isEmpty || version != "HTTP/1.0" else {
      return .transferCodingInHTTP10
    }
    return nil
  }

  private static func isName(_ name: String) -> Bool {
    !name.isEmpty
      && name.utf8.allSatisfy { byte in
        0x21...0x7e ~= byte && !"\"(),/:;<=>?@[\\]{}".utf8.contains(byte)
      }
  }

  private static func isValue(_ value: [UInt8]) -> Bool {
    value.allSatisfy { $0 >= 0x20 && $0 != 0x7f || $0 == 0x09 }
  }
}

/// What a request's `Idempotency-Key` says.
enum IdempotencyHeader: Equatable {
  case key(String)
  /// A value that cannot be kept and repeated.
  case unusable

  /// Bytes of the longest key.
  static let longest = 255

  /// Nil when there is none, or an empty one.
  init?(_ values: [[UInt8]]) {
    guard let value = values.first, value.count + values.count > 1 else { return nil }
    let isUsable = values.count == 1 && value.count <= Self.longest
    // Where bytes that are not UTF-8 were replaced, two keys could become one.
    guard isUsable, let key = String(validating: value, as: UTF8.self) else {
      self = .unusable
      return
    }
    self = .key(key)
  }
}
