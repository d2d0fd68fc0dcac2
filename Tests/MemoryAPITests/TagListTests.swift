import MemoryAPI
import Testing

@Suite("Lists of tags") struct TagListTests {
  @Test(
    "are written without blanks, empty tags and repetitions, in the composed form",
    arguments: [
      ("", ""), (" , ,", ""), ("p ,q", "p,q"), ("a,b,a", "a,b"), (" two words ,x", "two words,x"),
      ("cafe\u{301},caf\u{e9}", "caf\u{e9}"), ("a", "a"),
    ])
  func normalized(list: String, expected: String) {
    #expect(Array(TagList.normalized(list).utf8) == Array(expected.utf8))
  }

  @Test("lose and gain tags, whatever form they had")
  func changed() {
    #expect(
      TagList.changed("a , b,cafe\u{301}", adding: ["c", "a"], removing: ["caf\u{e9}", "x"])
        == "a,b,c")
  }
}
