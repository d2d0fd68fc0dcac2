import MemoryAPI
import MemoryExchange
import Testing

@Suite("Memories in JSON") struct JSONFilesTests {
  @Test("are read from lines, an array, an object with a list, and objects in any layout")
  func layouts() throws {
    for text in [
      "{\"content\":\"a\"}\n\n{\"content\":\"b\"}\r\n", "[{\"content\":\"a\"},{\"content\":\"b\"}]",
      "{\"total\": 2, \"tags\": [\"no\"], \"memories\": [{\"content\": \"a\"}, {\"content\": \"b\"}]}",
      "{\n  \"content\": \"a\",\n  \"tags\": [\"x\"]\n}\n{\n  \"content\": \"b\"\n}\n",
      "{\"content\":\"a\"}\n{\"content\":\"b\"}",
      "\u{FEFF}[\n{\"content\":\"a\"}\n,\n{\"content\":\"b\"} ]\n",
    ] {
      let reading = try Reading(text)
      #expect(reading.contents == ["a", "b"], "\(text)")
      #expect(reading.refusals == [], "\(text)")
    }
  }

  @Test("have every field, with tags as a list or as text")
  func fields() throws {
    let memory = try #require(
      try Reading(
        """
        {"tags":["a","b c"],"content":"x","category":"Bug","expanded_keywords":"k","importance":0.25,\
        "is_sensitive":true,"created_at":"2026-01-02T03:04:05Z","rank":1,"more":{"content":"no"}}
        """
      ).memories.first)
    #expect(
      memory.fields
        == MemoryFields(
          content: "x", category: "Bug", tags: "a,b c", expandedKeywords: "k", importance: 0.25,
          isSensitive: true))
    #expect(memory.createdAt == "2026-01-02T03:04:05Z")
    #expect(memory.exported == nil)
    #expect(try Reading("{\"content\":\"x\",\"tags\":\"a,b\"}").memories[0].fields.tags == "a,b")
  }

  @Test("spoil only themselves, and are named by their line")
  func badLines() throws {
    let reading = try Reading(
      """
      {"content":"a"}
      {"content":
      nonsense
      {"text":"no content"}
      {"content":7}
      {"content":"b","tags":[1]}
      {"content":"c","created_at":"yesterday"}
      {"content":null,"is_sensitive":true}
      {"content":"\\ud800"}
      {"content":"gone","deleted_at":"2026-01-01T00:00:00Z"}
      {"content":"[SENSITIVE - use secret_get(id=5)]"}
      {"content":"z"}
      """)
    #expect(reading.contents == ["a", "z"])
    #expect(reading.lines == [1, 12])
    #expect(
      reading.refusals.map { $0.prefix(28) } == [
        "2: it is not valid JSON at b", "3: it is not a JSON object", "4: it has no content",
        "5: its content is not a text", "6: its tags is not a list of",
        "7: its created_at is not a t",
        "8: its content is hidden, be", "9: its content is not valid ",
        "10: it was deleted on its se", "11: its content is hidden, b",
      ])
  }

  @Test("tell where a document cannot be read on, and keep what came before")
  func badDocument() throws {
    let early = try Reading("[\n{\"content\":\"a\"},\n{\"content\":\"b\"")
    #expect(early.contents == ["a"])
    #expect(early.refusals == ["3: it ends too early; the rest was not read"])
    let inner = try Reading(
      "[{\"content\":\"a\"},\n{\"content\" \"b\"},\n7, null, {\"content\":\"c\"}]")
    #expect(inner.contents == ["a", "c"])
    #expect(inner.refusals.count == 3)
    let after = try Reading("[{\"content\":\"a\"}]\n\ntrailing")
    #expect(
      after.refusals == ["3: this is neither a JSON object nor an array; the rest was not read"])
  }

  @Test("are cut at their brackets, whatever stands in their strings")
  func strings() throws {
    let reading = try Reading(
      #"[{"content":"] } , \" \\"},{"content":"{\"memories\":["},{"content":"b","x":[[{}],"]"]}]"#)
    #expect(reading.contents == ["] } , \" \\", "{\"memories\":[", "b"])
  }

  @Test("are not read into memory if they are longer than a megabyte, and the next is read")
  func tooLong() throws {
    let long = "{\"content\":\"\(String(repeating: "x", count: 3 << 20))\"}"
    for text in ["\(long)\n{\"content\":\"b\"}\n", "[\(long),{\"content\":\"b\"}]"] {
      let reading = try Reading(text)
      #expect(reading.contents == ["b"])
      #expect(reading.refusals == ["1: it is longer than a megabyte"])
    }
  }

  @Test("of claude-mem are observations and summaries; its prompts and sessions are left out")
  func claudeMem() throws {
    let reading = try Reading(
      #"""
      {
        "exportedAt": "2026-01-03T00:00:00.000Z", "query": "x", "totalObservations": 2,
        "observations": [
          {"id": 7, "memory_session_id": "s", "project": "My App", "type": "bugfix",
           "title": "Port in use", "subtitle": "A second server", "narrative": "It was the old one.",
           "facts": "[\"Port 80 is taken\",\"lsof shows by whom\"]", "concepts": "[\"gotcha\"]",
           "files_read": "[]", "files_modified": "[\"run.sh\"]", "text": null,
           "created_at": "2026-01-02T03:04:05.678Z", "created_at_epoch": 1767323045678},
          {"id": 8, "type": "change", "title": null, "facts": [], "created_at_epoch": 1767323045678}
        ],
        "sessions": [{"memory_session_id": "s", "user_prompt": "fix it"}],
        "summaries": [{"request": "Fix the port", "learned": "lsof", "next_steps": "", "project": "My App",
          "created_at_epoch": 1767323045678}],
        "prompts": [{"prompt_text": "fix it"}]
      }
      """#)
    #expect(
      reading.contents == [
        "Port in use\n\nA second server\n\nIt was the old one.\n\n- Port 80 is taken\n- lsof shows by whom",
        "Request: Fix the port\n\nLearned: lsof",
      ])
    #expect(reading.refusals == ["9: it has no text"])
    #expect(reading.memories.map(\.fields.category) == ["bug", "sessions"])
    #expect(reading.memories.map(\.fields.tags) == ["gotcha,my-app", "my-app"])
    #expect(reading.memories[0].fields.expandedKeywords == "run.sh")
    #expect(reading.memories[0].createdAt == "2026-01-02T03:04:05.678Z")
    #expect(reading.memories[1].createdAt == "2026-01-02T03:04:05.678000+00:00")
  }
}
