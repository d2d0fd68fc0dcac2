import MemoryAPI
import MemoryExchange
import MemoryModel
import Testing

@Suite("Memories in markdown") struct MarkdownFilesTests {
  @Test("of Claude Code have a name, a description and a type, in either form of its head")
  func claudeCode() throws {
    for type in [
      "type: feedback",
      "metadata: \n  node_type: memory\n  type: feedback\n  modified: 2026-08-06T16:42:40.669Z",
    ] {
      let reading = try Reading(
        """
        ---
        name: no-mocks
        description: "Use a real database: never \\"mocks\\""
        \(type)
        ---

        Integration tests use a real database.

        **Why:** the mocks passed.

        """, named: "/home/a/.claude/projects/x/memory/feedback_mocks.md")
      #expect(
        reading.contents == ["Integration tests use a real database.\n\n**Why:** the mocks passed."]
      )
      let fields = try #require(reading.memories.first).fields
      #expect(fields.category == "feedback")
      #expect(fields.tags == "")
      #expect(fields.expandedKeywords == "no-mocks Use a real database: never \"mocks\"")
    }
    let user = try Reading(
      "---\nname: role\ndescription: d\ntype: user\n---\nWrites Go.", named: "a.md")
    #expect(user.memories[0].fields.category == "people")
    #expect(user.memories[0].fields.tags == "user")
  }

  @Test("are the items and paragraphs under headings; what only points elsewhere is left out")
  func lists() throws {
    let reading = try Reading(
      """
      # Project

      - [Mocks](feedback_mocks.md) — why there are none
      @docs/more.md
      <!-- a comment
      of two lines -->

      ## Gotchas
      - Port 80 is taken
        by the proxy
        - and port 81, too

      * Build first:

        ```sh
        - make # no item
        ```
      1. Sign it

      ## How we work
      Reviews are short.
      Two of us read.

      - - -
      Run this:

      ```
      make test

      make lint
      ```
      """, named: "CLAUDE.md")
    #expect(
      reading.contents == [
        "Port 80 is taken\nby the proxy\n- and port 81, too",
        "Build first:\n\n```sh\n- make # no item\n```",
        "Sign it", "Reviews are short.\nTwo of us read.",
        "Run this:\n\n```\nmake test\n\nmake lint\n```",
      ])
    #expect(reading.lines == [9, 13, 18, 21, 25])
    #expect(reading.memories.map(\.fields.category).prefix(3) == ["Gotchas", "Gotchas", "Gotchas"])
    #expect(reading.memories.map(\.fields.expandedKeywords).last == "Project How we work")
    var memory = reading.memories[3]
    memory.resolveCategory(default: "facts")
    #expect(memory.fields.category == "facts")
    #expect(memory.fields.tags == "how-we-work")
  }

  @Test("of basic-memory are observations, and the text around them with its relations")
  func basicMemory() throws {
    let reading = try Reading(
      """
      ---
      title: Coffee Brewing Methods
      type: note
      tags:
      - coffee
      - '#brewing'
      permalink: coffee-brewing-methods
      created: 2026-01-02T03:04:05+01:00
      ---

      # Coffee Brewing Methods

      Pour over is best.

      ## Observations
      - [decision] Water at 205°F #temperature (personal experience)
      - Grind it fresh #beans
      - [ ] buy a grinder
      - [00:11] spoken
      - just an item

      ## Relations
      - relates_to [[Coffee Beans]]
      - "pairs well with" [[Cake]] (on Sundays)
      """, named: "coffee.md")
    #expect(
      reading.contents == [
        "Water at 205°F #temperature (personal experience)", "Grind it fresh #beans",
        "Pour over is best.\n\n## Observations\n\n- [ ] buy a grinder\n\n- [00:11] spoken\n\n- just an item",
      ])
    var memories = reading.memories
    for index in memories.indices { memories[index].resolveCategory(default: "facts") }
    #expect(memories.map(\.fields.category) == ["decisions", "facts", "facts"])
    #expect(memories[0].fields.tags == "coffee,brewing,temperature")
    #expect(memories[2].fields.expandedKeywords == "Coffee Brewing Methods Coffee Beans Cake")
    #expect(memories[0].createdAt == "2026-01-02T03:04:05+01:00")
  }

  @Test("are refused where their head is not understood, with its line")
  func badHeads() throws {
    for (head, line) in [
      ("name: [a, [b]]", 2), ("name: a\nother: &x y", 3), ("name: \"a", 2), ("name: a\n- b", 3),
      ("name: {a: b}", 2), ("just text", 2), ("name: \"\\q\"", 2), ("name:\n- a\n- [b]", 4),
    ] {
      let reading = try Reading("---\n\(head)\n---\ntext", as: .claudeCode)
      #expect(reading.memories.isEmpty, "\(head)")
      #expect(
        reading.refusals.first?.hasPrefix("1: line \(line) of its head: ") == true,
        "\(head): \(reading.refusals)")
    }
    #expect(
      try Reading("---\nname: a\ntext", as: .claudeCode).refusals == [
        "1: the front matter (---) is not closed"
      ])
    #expect(
      try Reading([0x2d, 0x20, 0xff], as: .markdown).refusals == ["1: it is not valid UTF-8"])
  }

  @Test("have heads with texts that are plain, quoted, folded or in blocks")
  func heads() throws {
    let reading = try Reading(
      """
      ---
      # a comment
      name: plain: with a colon # and a comment
      description: >-
        folded
        text

        of two paragraphs
      tags: [one, "two, three",
        'it''s']
      type: project
      other: "long \\
        text \\u00e9
        goes on"
      ---
      x
      """, named: "a.md")
    let fields = try #require(reading.memories.first).fields
    #expect(fields.expandedKeywords == "plain: with a colon folded text of two paragraphs")
    #expect(fields.tags == "one,two-three,it's")
  }

  @Test("are in a format only where it is clear")
  func detection() {
    func format(_ text: String, _ name: String?, isListed: Bool = false) -> ImportFormat? {
      ImportFormat(of: Array(text.utf8), named: name, isListed: isListed)
    }
    #expect(format("---\nname: a\ndescription: b\n---\n", "x.md", isListed: true) == .claudeCode)
    #expect(format("---\ntitle: a\npermalink: b\n---\n", "x.md", isListed: true) == .basicMemory)
    #expect(format("---\nmemctl: 1\n---\n", "x.md", isListed: true) == .memctl)
    #expect(format("---\nlayout: post\n---\n", "x.md") == nil)
    #expect(format("# Notes\n- a", "notes.md") == .markdown)
    #expect(format("# Notes\n- a", "notes.md", isListed: true) == nil)
    #expect(format("anything", "/a/CLAUDE.md", isListed: true) == .markdown)
    #expect(format("{\"observations\": []}", nil) == .claudeMem)
    #expect(format("{\"memories\": []}", nil) == .json)
    #expect(format("{\"content\": broken\n{\"content\":1}", nil) == .jsonl)
    #expect(format("", nil) == .jsonl)
    #expect(format("id,content\n1,a", "x.csv") == nil)
  }
}
