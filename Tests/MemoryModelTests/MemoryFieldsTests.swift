import ClientSupport
import MemoryAPI
import MemoryModel
import Testing

@Suite("A memory's fields") struct MemoryFieldsTests {
  @Test(
    "A category gets its canonical name as on the server",
    arguments: [
      ("facts", "facts"), (" Gotcha ", "gotchas"), ("BUG", "gotchas"), ("project", "projects"),
      ("reference", "references"), ("infra", "infrastructure"), ("incident", "incidents"),
      ("procedures", "runbook"), ("\tPost-Mortems\n", "post-mortems"), ("Other ", "other"),
      ("", ""), ("  ", ""),
    ])
  func canonicalName(name: String, canonical: String) {
    #expect(Category.canonical(name) == canonical)
    #expect(Category.canonical(canonical) == canonical)
  }

  @Test("Every canonical category is one, and folds to itself")
  func canonical() throws {
    #expect(Category.all.count == 17)
    #expect(Category.all == Category.all.sorted())
    for name in Category.all {
      #expect(try MemoryFields(content: "x", category: name).validated().category == name)
    }
  }

  @Test("Fields within the server's bounds are as the server will keep them")
  func valid() throws {
    let emoji = String(repeating: "🙂", count: 1_400)
    let text = String(repeating: "t", count: 500)
    let fields = MemoryFields(
      content: emoji, category: " Bug", tags: text, expandedKeywords: text, importance: 1)
    #expect(try fields.validated().category == "gotchas")
    #expect(try fields.validated().content == emoji)
    #expect(try MemoryFields(content: " x ", importance: 0).validated().content == " x ")
  }

  private static let invalid: [(MemoryFields, String)] = [
    (MemoryFields(content: ""), "the memory is empty"),
    (MemoryFields(content: " \n\t"), "the memory is empty"),
    (
      MemoryFields(content: String(repeating: "x", count: 1_401)),
      "the content has 1,401 characters (limit 1,400)"
    ),
    // Counted in scalars, not as people count: this flag is two.
    (
      MemoryFields(content: String(repeating: "🇩🇪", count: 701)),
      "the content has 1,402 characters (limit 1,400)"
    ),
    (MemoryFields(content: "x", category: "Other"), "unknown category 'Other'"),
    (
      MemoryFields(content: "x", tags: String(repeating: "t", count: 501)),
      "the tags have 501 characters (limit 500)"
    ),
    (
      MemoryFields(content: "x", expandedKeywords: String(repeating: "t", count: 501)),
      "the keywords have 501 characters (limit 500)"
    ),
    (MemoryFields(content: "x", importance: 1.01), "the importance 1.01 is not between 0 and 1"),
    (MemoryFields(content: "x", importance: -0.1), "the importance -0.1 is not between 0 and 1"),
    (MemoryFields(content: "x", importance: .nan), "the importance nan is not between 0 and 1"),
    (
      MemoryFields(content: "a\0b"), "the memory contains a NUL character, which the server refuses"
    ),
    (
      MemoryFields(content: "x", tags: "\0"),
      "the memory contains a NUL character, which the server refuses"
    ),
  ]

  @Test("Fields that the server would refuse are refused here, with the bound", arguments: invalid)
  func bounds(fields: MemoryFields, message: String) throws {
    let found = try problem { _ = try fields.validated() }
    #expect(found?.kind == .invalidInput)
    #expect(found?.message == message)
  }
}
