/// The head of an HTTP request, as far as the API looks at it.
struct Request: Sendable {
  let method: String
  /// Without the query, percent-decoded.
  let path: String
  /// As it was sent, without its question mark.
  let rawQuery: String
  let authorization: String?
  let idempotencyKey: IdempotencyHeader?
  let ifNoneMatch: String?
  let acceptsGzip: Bool
  /// Whether the body is JSON according to its `Content-Type`; without one, it is taken to be.
  let isJSON: Bool
  /// Without the query, as it was sent.
  private let rawPath: Substring

  init(method: String, target: String, header: HeaderFields) {
    self.method = method
    let parts = Self.originForm(target)
      .split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    rawPath = parts[0]
    path = percentDecoded(rawPath.utf8)
    rawQuery = parts.count > 1 ? String(parts[1]) : ""
    authorization = header["authorization"]
    idempotencyKey = IdempotencyHeader(header.values("idempotency-key"))
    ifNoneMatch = header["if-none-match"]
    acceptsGzip = header["accept-encoding"].map(Self.allowsGzip) ?? false
    isJSON = header["content-type"].map(Self.isJSON) ?? true
  }

  /// A proxy may send the whole address, which every server has to accept (RFC 9112, 3.2.2).
  private static func originForm(_ target: String) -> Substring {
    for scheme in ["http://", "https://"] where target.lowercased().hasPrefix(scheme) {
      let rest = target.dropFirst(scheme.count)
      return rest.drop { $0 != "/" && $0 != "?" }
    }
    return target[...]
  }

  /// The same address without the slash at the end of its path, relative to the host.
  var withoutTrailingSlash: String {
    rawPath.dropLast() + (rawQuery.isEmpty ? "" : "?\(rawQuery)")
  }

  /// The first query parameter with that name, decoded as a form is: `+` is a space.
  func parameter(_ name: String) -> String? {
    for pair in rawQuery.split(separator: "&") {
      let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard formDecoded(sides[0]) == name else { continue }
      return sides.count > 1 ? formDecoded(sides[1]) : ""
    }
    return nil
  }

  /// Whether the client has the representation with this tag, compared weakly (RFC 9110, 8.8.3.2).
  func has(_ tag: EntityTag) -> Bool {
    guard let ifNoneMatch else { return false }
    return ifNoneMatch.split(separator: ",").contains { element in
      let candidate = element.drop { $0 == " " }.prefix { $0 != " " }
      return candidate == "*" || candidate == tag.text || "W/\(candidate)" == tag.text
    }
  }

  private static func isJSON(_ contentType: String) -> Bool {
    let type = contentType.prefix { $0 != ";" }.filter { $0 != " " }.lowercased()
    return type == "application/json" || type.hasPrefix("application/") && type.hasSuffix("+json")
  }

  private static func allowsGzip(_ acceptEncoding: String) -> Bool {
    acceptEncoding.split(separator: ",").contains { element in
      let parts = element.filter { $0 != " " }.lowercased().split(separator: ";")
      guard let coding = parts.first, coding == "gzip" || coding == "*" else { return false }
      guard let weight = parts.dropFirst().first(where: { $0.hasPrefix("q=") }) else { return true }
      return Double(weight.dropFirst(2)).map { $0 > 0 } ?? false
    }
  }
}

private func formDecoded(_ text: Substring) -> String {
  percentDecoded(text.utf8.map { $0 == UInt8(ascii: "+") ? UInt8(ascii: " ") : $0 })
}

/// A percent sign that is not followed by two hexadecimal digits stands for itself.
private func percentDecoded(_ bytes: some Collection<UInt8>) -> String {
  var rest = bytes[...]
  var decoded: [UInt8] = []
  while let byte = rest.popFirst() {
    let digits = String(decoding: rest.prefix(2), as: UTF8.self)
    if byte == UInt8(ascii: "%"), digits.utf8.count == 2,
      digits.allSatisfy(\.isHexDigit), let value = UInt8(digits, radix: 16)
    {
      decoded.append(value)
      rest = rest.dropFirst(2)
    } else {
      decoded.append(byte)
    }
  }
  return String(decoding: decoded, as: UTF8.self)
}
