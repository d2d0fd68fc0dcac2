import HTTPTransport
import MemoryAPI
import Testing

@testable import MemorySync

/// What servers make of a key and of a text when they complain about it (promise G15).
@Suite("Veil") struct VeilTests {
  private static let key = "k3y-of-alice-0123456789"
  private static let note = "Deploy on Friday only after the backup has run on both hosts"

  private static func shown(
    _ message: String, content: String = note, isSensitive: Bool = false
  ) -> String {
    let fields = MemoryFields(content: content, tags: "a", isSensitive: isSensitive)
    return Veil(key: key, operation: .store(fields, localID: nil)).over(message)
  }

  @Test(
    "A message never repeats the key, with or without Bearer, whole or in part",
    arguments: [
      ("Invalid API key 'Bearer \(key)'", "Invalid API key 'Bearer …'"),
      ("\(key) is unknown", "… is unknown"),
      ("no such key: \(key.prefix(12))...", "no such key: …..."),
      ("key ends in \(key.suffix(8))", "key ends in …"), ("Invalid API key", "Invalid API key"),
    ])
  func hidesKey(message: String, expected: String) {
    #expect(Self.shown(message) == expected)
  }

  @Test(
    "A message never repeats the entry's text, whole or in part",
    arguments: [
      ("not allowed: \(note)", "not allowed: …"),
      ("not allowed: '\(note.prefix(50))...'", "not allowed: '…...'"),
      ("near \(note.suffix(20)).", "near …."),
      ("\(note) by \(key)!", "…!"),
    ])
  func hidesText(message: String, expected: String) {
    #expect(Self.shown(message) == expected)
  }

  @Test("Words that a text and a message have in common by chance are shown")
  func chance() {
    let message = "String should have at most 1400 characters, after the first of both hosts"
    #expect(Self.shown(message) == message)
    #expect(Self.shown("a b", content: "b") == "a b")
  }

  @Test("Of what is sensitive, or holds a credential, shorter pieces are hidden as well")
  func secrets() {
    let message = "'hunter2hunter2' is too weak"
    #expect(
      Self.shown(message, content: "db hunter2hunter2 on a", isSensitive: true) == "'…' is too weak"
    )
    #expect(Self.shown(message, content: "password=hunter2hunter2 of a") == "'…' is too weak")
    #expect(Self.shown("4711!", content: "4711", isSensitive: true) == "…!")
  }

  @Test("Folded lines and other quotes give nothing away")
  func folded() {
    let text = "first line of a \"long\" note\nsecond line of the same note"
    #expect(Self.shown("bad: \(text.replacing("\n", with: " "))", content: text) == "bad: …")
    let quoted = text.replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    let shown = Self.shown("bad: '\(quoted)'", content: text)
    #expect(!shown.contains("long") && !shown.contains("second"))
  }

  @Test("A long message is cut after it was veiled, so that no half of a secret stays")
  func cut() {
    let padding = String(repeating: "x", count: 290)
    let body = #"{"detail":"\#(padding)\#(Self.key)"}"#
    let response = HTTPResponse(status: 401, body: ResponseBody(Array(body.utf8)))
    #expect(ServerMessage.text(of: response, behind: Veil(key: Self.key)) == padding + "…")
  }
}
