import JSON
import TestSupport
import Testing

@Suite("Writing JSON") struct JSONWriterTests {
  @Test(
    "A value is written compactly, as raw UTF-8",
    arguments: [
      (nil, "null"), (true, "true"), (5, "5"), (.integer(.min), "-9223372036854775808"),
      (.double(1), "1.0"), (.double(0.1), "0.1"), (.double(-2.5e-10), "-2.5e-10"),
      (.double(.nan), "null"), (.double(.infinity), "null"), (.double(1e300), "1e+300"),
      ("", "\"\""), ("ü🙂/\u{7f}", "\"ü🙂/\u{7f}\""),
      ("\"\\\n\r\t\u{8}\u{0}\u{1f}", #""\"\\\n\r\t\u0008\u0000\u001f""#), ([], "[]"), ([:], "{}"),
      ([1, [2, "x"], [:]], #"[1,[2,"x"],{}]"#), (["b": 1, "a": [nil]], #"{"b":1,"a":[null]}"#),
      (["\"": 0], #"{"\"":0}"#),
    ] as [(JSONValue, String)])
  func values(value: JSONValue, text: String) {
    #expect(value.text == text)
  }

  @Test("Every double is read back as the same double")
  func doubles() throws {
    var random = SeededGenerator(seed: 3)
    var numbers = [
      0.7, Double(Float(0.7)), 1e15, 1e16, 1e17, 9_007_199_254_740_992, .leastNonzeroMagnitude,
      .greatestFiniteMagnitude,
    ]
    for _ in 0..<5_000 {
      let number = Double(bitPattern: random.next())
      if number.isFinite { numbers.append(number) }
    }
    for number in numbers {
      #expect(try JSONValue(parsing: JSONValue.double(number).text).double == number)
    }
  }

  @Test("Every text is read back as the same text")
  func texts() throws {
    var random = SeededGenerator(seed: 4)
    for _ in 0..<2_000 {
      var text = ""
      for _ in 0..<Int.random(in: 0..<12, using: &random) {
        let limit: UInt32 = Bool.random(using: &random) ? 0x80 : 0x11_0000
        if let scalar = Unicode.Scalar(UInt32.random(in: 0..<limit, using: &random)) {
          text.unicodeScalars.append(scalar)
        }
      }
      let value = JSONValue.object([.init(text, .string(text))])
      #expect(try JSONValue(parsing: value.text) == value)
    }
  }

  @Test("What has to be escaped is found wherever it stands", arguments: ["a", "é", "\u{7f}"])
  func places(filler: String) throws {
    for code in UInt8.min...0x7f {
      let character = String(UnicodeScalar(code))
      let escaped = JSONValue.string(character).text.dropFirst().dropLast()
      for place in 0..<20 {
        let before = String(repeating: filler, count: place)
        let after = String(repeating: filler, count: 19 - place)
        #expect(
          JSONValue.string(before + character + after).text == "\"\(before)\(escaped)\(after)\"")
      }
    }
  }

  @Test("A long document can be taken out in pieces")
  func drain() {
    var writer = JSONWriter()
    var bytes: [UInt8] = []
    writer.beginObject()
    writer.name("a")
    writer.beginArray()
    for number in 0..<3 {
      writer.write(Int64(number))
      bytes += writer.drain()
    }
    writer.write(true)
    writer.writeNull()
    writer.endArray()
    writer.name("b")
    writer.write("x")
    writer.endObject()
    bytes += writer.drain()
    #expect(String(decoding: bytes, as: UTF8.self) == #"{"a":[0,1,2,true,null],"b":"x"}"#)
    #expect(writer.bytes.isEmpty)
  }
}
