import Foundation
import JSON
import TestSupport
import Testing

@Suite("JSON under attack") struct JSONFuzzTests {
  private static let document = """
    {"memories":[{"id":9223372036854775807,"content":"a\\u00e9\\ud83d\\ude42\\n🙂","tags":"",\
    "importance":0.699999988079071,"is_sensitive":false,"deleted_at":null,"more":[[],{},[-1.5e-3]]}],\
    "server_time":"2026-03-01T12:00:00.5+00:00"}
    """

  @Test("A document that is cut anywhere is refused, and nothing traps")
  func truncation() throws {
    let bytes = Array(Self.document.utf8)
    _ = try JSONValue(parsing: bytes)
    for length in 0..<bytes.count {
      #expect(throws: JSONError.self) { try JSONValue(parsing: bytes.prefix(length)) }
    }
  }

  @Test("Mutated documents are read or refused as Foundation does, and nothing traps")
  func mutation() throws {
    var random = SeededGenerator(seed: 20_260_301)
    let original = Array(Self.document.utf8)
    let tokens = [
      "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u", "1", "-", "e", ".", "null", "\u{1}", "\0",
    ]
    for round in 0..<20_000 {
      var bytes = original
      for _ in 0...Int.random(in: 0...3, using: &random) {
        let index = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: bytes[index] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes.remove(at: index)
        case 2: bytes.insert(contentsOf: tokens.randomElement(using: &random)!.utf8, at: index)
        default:
          let end = Int.random(in: index..<bytes.count, using: &random)
          bytes.removeSubrange(index..<end)
        }
        if bytes.isEmpty { bytes = [0x20] }
      }
      guard let value = try? JSONValue(parsing: bytes), value.isFinite else { continue }
      // What was read is written so that it is read back.
      #expect(try JSONValue(parsing: value.text) == value, "round \(round)")
      #expect(
        (try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)) != nil,
        "round \(round): \(String(decoding: bytes, as: UTF8.self))")
    }
  }

  @Test("Random bytes are no document, and nothing traps")
  func noise() {
    var random = SeededGenerator(seed: 5)
    let alphabet = Array("{}[]\",:\\ue0123456789.-+truefalsn \n".utf8)
    for _ in 0..<50_000 {
      let length = Int.random(in: 0..<24, using: &random)
      let bytes = (0..<length).map { _ in alphabet.randomElement(using: &random)! }
      _ = try? JSONValue(parsing: bytes)
    }
  }
}

extension JSONValue {
  /// Numbers beyond the range of doubles are read as infinite; Foundation refuses them.
  fileprivate var isFinite: Bool {
    switch self {
    case .double(let number): number.isFinite
    case .array(let elements): elements.allSatisfy(\.isFinite)
    case .object(let members): members.allSatisfy(\.value.isFinite)
    default: true
    }
  }
}
