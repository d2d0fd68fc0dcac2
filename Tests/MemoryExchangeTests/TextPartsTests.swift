import MemoryExchange
import Testing

@Suite("A text that is too long") struct TextPartsTests {
  @Test("is split between paragraphs, lines or words, under its title, and loses nothing")
  func parts() {
    let paragraphs = (1...40).map { "Paragraph \($0) has a few words." }
    let text = paragraphs.joined(separator: "\n\n")
    let parts = TextParts.split(text, title: "Notes", limit: 200)
    #expect(parts.allSatisfy { $0.unicodeScalars.count <= 200 })
    #expect(parts.first?.hasPrefix("Notes (1/\(parts.count))\n\nParagraph 1 ") == true)
    for paragraph in paragraphs {
      #expect(parts.count { $0.contains(paragraph) } == 1)
    }
    #expect(TextParts.split("short", title: "Notes", limit: 200) == ["short"])
  }

  @Test("is cut between characters where there is nothing else, and never within one")
  func characters() {
    let family = "👨‍👩‍👧‍👦"
    let parts = TextParts.split(String(repeating: family, count: 100), title: nil, limit: 100)
    #expect(parts.allSatisfy { $0.unicodeScalars.count <= 100 })
    #expect(parts.joined().count { String($0) == family } == 100)
  }

  @Test("loses no scalar of a character that is longer than a part")
  func longCharacter() {
    let text = "ab e" + String(repeating: "\u{301}", count: 3_000) + "tail"
    let parts = TextParts.split(text, title: nil, limit: 100)
    #expect(parts.allSatisfy { $0.unicodeScalars.count <= 100 })
    let scalars = parts.joined().unicodeScalars
    #expect(scalars.count { $0 == "\u{301}" } == 3_000)
    #expect(parts.last?.hasSuffix("tail") == true)
  }
}
