import Foundation
import MemctlCore
import TestSupport
import Testing

@Suite("memctl edit")
struct EditCommandTests {
  private let home: Home

  init() throws { home = try Home.withServer() }

  private var memory: Memory {
    get throws { try #require(try Cache(path: home.database).memory(LocalID(rawValue: 1))) }
  }

  /// Makes a program that memctl calls as the editor; `$1` is the file.
  private func useEditor(_ script: String) throws {
    let path = home.folder.appending(path: "editor")
    try "#!/bin/sh\n\(script)\n".write(to: path, atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: path.path)
    home.environment["EDITOR"] = path.path
  }

  private var drafts: [String] {
    get throws {
      try FileManager.default.contentsOfDirectory(atPath: home.folder.path)
        .filter { $0.hasPrefix("memctl-") && $0.hasSuffix(".md") }
    }
  }

  @Test("changes a memory by options, here and on the server, and undo brings it back")
  func options() throws {
    try home.memctl("store", "old", "-t", "keep, gone", "-t", "cafe\u{301}")
    let changed = try home.memctl(
      "edit", "1", "--content", "new", "--tags", "+caf\u{e9},-gone,+more", "-c", "Bug",
      "--importance", "0.75", "--json")
    #expect(try changed.json[0]["queued"] as? Bool == false)
    var fields = try memory.fields
    #expect(fields.tags == "keep,caf\u{e9},more")
    #expect(fields.tags.utf8.elementsEqual("keep,caf\u{e9},more".utf8), "composed, and once")
    #expect((fields.content, fields.category, fields.importance) == ("new", "gotchas", 0.75))
    let other = try home.neighbour()
    try other.memctl("pull")
    #expect(try Cache(path: other.database).memory(LocalID(rawValue: 1))?.fields == fields)
    try home.memctl("undo")
    fields = try memory.fields
    #expect((fields.content, fields.category, fields.importance) == ("old", "facts", 0.5))
    try other.memctl("pull")
    #expect(try Cache(path: other.database).memory(LocalID(rawValue: 1))?.fields == fields)
  }

  @Test("takes new text from stdin, and says what did not change or is wrong")
  func pipe() throws {
    try home.memctl("store", "old")
    try home.memctl("edit", "1", "-", input: .pipe("from a pipe\n\n"))
    #expect(try memory.fields.content == "from a pipe")
    #expect(try home.memctl("edit", "1", "-t", "").output.contains("changed\tfalse\n"))
    for (words, status, message) in [
      (["edit", "1"], 64, "no change is given"),
      (["edit", "9", "-c", "facts"], 66, "there is no memory 9"),
      (["edit", "1", "-c", "facst"], 65, "unknown category 'facst'"),
      (["edit", "1", "-t", "+a,b"], 64, "the tags '+a,b' mix a new list with changes"),
      (
        ["edit", "1", "--content", String(repeating: "x", count: 1_401)], 65,
        "the content has 1,401"
      ),
      (["edit", "1", "words"], 64, "unexpected operand 'words'"),
    ] {
      let ended = try home.start(words).finish()
      #expect(ended.status == Int32(status))
      #expect(ended.message.hasPrefix(message), "\(ended.errors)")
    }
    #expect(
      try home.memctl("edit", "1", "-c", "facst").hint?.contains("did you mean 'facts'?") == true)
    #expect(try memory.fields == MemoryFields(content: "from a pipe"))
    #expect(try home.memctl("log").output.split(separator: "\n").count == 2)
  }

  @Test("changes a queued memory in the queue, and queues one entry for a synced one")
  func offline() throws {
    try home.memctl("store", "synced")
    home.environment["MEMORY_API_URL"] = Home.nowhere
    try home.memctl("store", "queued")
    for text in ["a", "b"] {
      try home.memctl("edit", "2", "--content", "queued \(text)")
      let ended = try home.memctl("edit", "1", "--content", "synced \(text)", "--json")
      let reason = try ended.json[0]["queued_because"] as? [String: Any]
      #expect(reason?["kind"] as? String == "offline")
    }
    let entries = try Cache(path: home.database).queue.entries()
    #expect(entries.map(\.operationName) == ["store", "update"])
    #expect(entries.map { $0.payload.contains(" b\"") } == [true, true])
  }

  @Test("opens the editor with a head of fields and the text")
  func editor() throws {
    try home.memctl("store", "Prefers tabs", "-t", "style", "--keywords", "indentation")
    try useEditor("cp \"$1\" seen; sed -i 's/tabs/spaces/; s/^tags:.*/tags: style , more/' \"$1\"")
    let ended = try home.onTerminal("edit", "1")
    #expect(ended == ("changed 1, on the server\n", 0))
    let seen = try String(contentsOf: home.folder.appending(path: "seen"), encoding: .utf8)
    #expect(
      seen.split(separator: "\n").dropFirst() == [
        "category: facts", "tags: style", "keywords: indentation", "importance: 0.5", "---",
        "Prefers tabs",
      ])
    #expect(try memory.fields.content == "Prefers spaces")
    #expect(try memory.fields.tags == "style,more")
    try useEditor("touch \"$1\"")
    #expect(try home.onTerminal("edit", "1") == ("memory 1 stays as it is\n", 0))
    #expect(try drafts.isEmpty)
  }

  @Test("keeps what was written in the editor if it cannot be used, and names the file")
  func keptDraft() throws {
    try home.memctl("store", "text")
    for (script, status) in [
      ("sed -i 's/^category:.*/category: nonsense/' \"$1\"", Int32(65)),
      ("echo more >> \"$1\"; exit 3", 66),
      ("echo lost > \"$1\"", 65),
    ] {
      try useEditor(script)
      let ended = try home.onTerminal("edit", "1")
      #expect(ended.status == status)
      let draft = try #require(try drafts.first)
      #expect(ended.text.contains(draft))
      try FileManager.default.removeItem(at: home.folder.appending(path: draft))
    }
    #expect(try memory.fields.content == "text")
  }

  @Test("refuses what an editor wrote if the memory was changed meanwhile, and keeps it")
  func meanwhile() throws {
    try home.memctl("store", "text")
    let memctl = builtProduct("memctl").path
    try useEditor("\(memctl) edit 1 --content theirs >/dev/null; sed -i 's/text/mine/' \"$1\"")
    let ended = try home.onTerminal("edit", "1")
    #expect(ended.status == 75)
    #expect(ended.text.contains("memory 1 was changed elsewhere meanwhile"))
    #expect(try drafts.count == 1)
    #expect(try memory.fields.content == "theirs")
  }
}
