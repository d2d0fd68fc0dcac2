import Testing

@testable import JSON

@Suite("Reading JSON") struct JSONReaderTests {
  @Test(
    "What RFC 8259 allows is read",
    arguments: [
      ("null", .null), ("true", true), (" false\t\r\n", false), ("0", 0), ("-0", 0), ("12", 12),
      ("-5", -5), ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
      ("9223372036854775808", .double(9_223_372_036_854_775_808)), ("1.0", .double(1)),
      ("0.1", .double(0.1)), ("1e2", .double(100)), ("1E+2", .double(100)), ("1e-2", .double(0.01)),
      ("1.5e3", .double(1500)), ("5e-324", .double(.leastNonzeroMagnitude)),
      ("1e999", .double(.infinity)),
      ("-1e999", .double(-.infinity)), ("1e-999", .double(0)), ("\"\"", ""), ("\"a\"", "a"),
      ("\"ü🙂\"", "ü🙂"), ("\"\u{7f}\"", "\u{7f}"), ("[]", []), ("[ ]", []),
      ("[1,[2,{}]]", [1, [2, [:]]]),
      ("{}", [:]), ("{\"a\":1,\"b\":[true]}", ["a": 1, "b": [true]]),
      ("{ \"a\" : null }", ["a": nil]),
      ("{\"\":0}", ["": 0]),
    ] as [(String, JSONValue)])
  func valid(text: String, value: JSONValue) throws {
    #expect(try JSONValue(parsing: text) == value)
  }

  @Test(
    "What RFC 8259 forbids is refused",
    arguments: [
      "", " ", "nul", "nulll", "True", "NaN", "Infinity", "-", "+1", "01", "-01", "1.", ".1", "1e",
      "1e+", "0x1", "1_0", "--1", "\"", "\"a", "\"\\", "\"\\x\"", "\"\\u12\"", "\"\\u123g\"",
      "\"\n\"", "\"\u{0}\"", "\"\u{1f}\"", "'a'", "[", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "]",
      "{", "{a:1}", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{\"a\":1 \"b\":2}", "{\"a\" 1}", "{1:2}",
      "}", "[}", "{]", "1 2", "[] []", "// x\n1", "/**/1", "\u{feff}1", "\u{a0}1", "{\"a\":1}}",
    ])
  func invalid(text: String) {
    #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
  }

  @Test(
    "Escapes are resolved",
    arguments: [
      (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{c}\n\r\t"), (#""\u0041\u00e9\u20AC""#, "Aé€"),
      (#""\ud83d\ude42""#, "🙂"), (#""\uD83D\uDE42x""#, "🙂x"), (#""\u0000""#, "\0"),
      (#""a\nb\nc""#, "a\nb\nc"), (#""\uffff""#, "\u{ffff}"),
    ])
  func escapes(text: String, value: String) throws {
    #expect(try JSONValue(parsing: text) == .string(value))
  }

  @Test(
    "A lone surrogate, and bytes that are no UTF-8, are no text",
    arguments: [
      Array(#""\ud800""#.utf8), Array(#""\udc00""#.utf8), Array(#""\ud800x""#.utf8),
      Array(#""\ud800\n""#.utf8), Array(#""\ud800\u0041""#.utf8), Array(#""\ud800\ud800""#.utf8),
      Array(#""\ude42\ud83d""#.utf8), [0x22, 0xff, 0x22], [0x22, 0xc3, 0x22],
      [0x22, 0xed, 0xa0, 0x80, 0x22], [0x22, 0xc0, 0x80, 0x22],
      [0x22, 0xf5, 0x80, 0x80, 0x80, 0x22],
      Array(#"{"\ud800":1}"#.utf8),
    ])
  func noText(bytes: [UInt8]) {
    #expect(throws: JSONError.self) { try JSONValue(parsing: bytes) }
  }

  @Test("A text that is only skipped may hold what is no text")
  func skipped() throws {
    try Array(#"{"a":"\ud800"}"#.utf8).withUnsafeBufferPointer { buffer in
      var reader = JSONReader(buffer)
      try reader.skipValue()
      try reader.readEnd()
    }
  }

  @Test("Nesting is bounded, so that input cannot exhaust the stack")
  func depth() throws {
    func nested(_ depth: Int, _ open: String, _ close: String) -> String {
      String(repeating: open, count: depth) + "0" + String(repeating: close, count: depth)
    }
    let maximum = JSONReader.maximumDepth
    _ = try JSONValue(parsing: nested(maximum, "[", "]"))
    _ = try JSONValue(parsing: nested(maximum, "{\"a\":", "}"))
    #expect(throws: JSONError.self) { try JSONValue(parsing: nested(maximum + 1, "[", "]")) }
    #expect(throws: JSONError.self) {
      try JSONValue(parsing: String(repeating: "[", count: 1_000_000))
    }
    let siblings = "[" + String(repeating: "[],", count: 1_000) + "[]]"
    #expect(try JSONValue(parsing: siblings).array?.count == 1_001)
  }

  @Test("An error says where reading stopped")
  func position() {
    #expect(throws: JSONError(offset: 5, reason: "a value is missing")) {
      try JSONValue(parsing: "[1,2,]")
    }
    #expect(throws: JSONError(offset: 5, reason: "something follows the value")) {
      try JSONValue(parsing: "true false")
    }
    #expect("\(JSONError(offset: 5, reason: "x"))" == "not valid JSON at byte 5: x")
  }

  @Test("Of a repeated name the last value counts")
  func repeatedName() throws {
    #expect(try JSONValue(parsing: #"{"a":1,"a":2}"#)["a"] == 2)
  }

  @Test("Names are compared as they mean, escaped or not")
  func names() throws {
    let bytes = Array(#"{"\u0061b":1,"ab":2,"a":3}"#.utf8)
    try bytes.withUnsafeBufferPointer { buffer in
      var reader = JSONReader(buffer)
      var found: [Bool] = []
      try reader.readObject { reader, name in
        found.append(name == "ab")
        try reader.skipValue()
      }
      #expect(found == [true, true, false])
    }
  }

  @Test("A value is skipped whole, and its levels are counted, however many there are")
  func skipping() throws {
    func levels(_ text: String, allowing depth: Int = JSONReader.maximumDepth) throws -> Int {
      try Array(text.utf8).withUnsafeBufferPointer { bytes in
        var reader = JSONReader(bytes)
        let levels = try reader.skipValue(allowing: depth)
        try reader.readEnd()
        return levels
      }
    }
    let cases = [
      ("1", 0), ("[]", 1), ("{}", 1), (#"{"a":[1,{"b":null},[]],"c":"x"}"#, 3), ("[[],[[]],1]", 3),
    ]
    for (text, expected) in cases { #expect(try levels(text) == expected) }
    let deep =
      String(repeating: #"[{"a":"#, count: 50_000) + "1" + String(repeating: "}]", count: 50_000)
    #expect(try levels(deep, allowing: 100_000) == 100_000)
    #expect(throws: JSONError.self) { try levels(deep, allowing: 99_999) }
    for text in ["[1,]", "[1}", #"{"a":1]"#, #"{"a":1,}"#, #"{"a"}"#, "[", "[[]", #"[{"a":}]"#] {
      #expect(throws: JSONError.self) { try levels(text) }
    }
  }
}
