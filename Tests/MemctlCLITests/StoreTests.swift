import Foundation
import MemctlCore
import TestSupport
import Testing

@Suite("memctl store and delete")
struct StoreTests {
  private let home: Home

  init() throws { home = try Home.withServer() }

  @Test("write a memory to cache and server, and take it from both")
  func online() throws {
    try home.play(
      "store-online", "store tabs", "store spaces --json", "store feet", "delete 1 server:2 --json",
      "delete 3")
    let other = try home.neighbour()
    #expect(try other.memctl("pull", "--json").json[0]["inserted"] as? Int == 0)
  }

  @Test("queue what the server cannot be told, and succeed")
  func offline() throws {
    try home.memctl("store", "known-to-the-server")
    home.environment["MEMORY_API_URL"] = Home.nowhere
    try home.play(
      "store-offline", "store tabs", "store spaces --json", "delete 1 2 --json", "store feet -v",
      "queue")
  }

  @Test("are for people on a terminal")
  func terminal() throws {
    try home.play("store-terminal", onTerminalOf: 80, "store tabs", "delete 1 --no-input")
    try home.memctl("store", "known-to-the-server")
    home.environment["MEMORY_API_URL"] = Home.nowhere
    try home.play(
      "store-terminal-offline", onTerminalOf: 80, "store tabs", "delete 2 --no-input", "undo")
  }

  @Test("keep a memory local where there is no key")
  func noKey() throws {
    home.environment["MEMORY_API_KEY"] = nil
    try home.play("store-no-key", "store local -v")
  }

  @Test("take the text from a pipe, without the line breaks at its end")
  func pipe() throws {
    try home.memctl("store", "-", input: .pipe("two\nlines\n\n"))
    try home.memctl("store", input: .pipe("no operand"))
    let contents = try home.memctl("list", "--json", "--sort", "oldest").json.map { $0["content"] }
    #expect(contents as? [String] == ["two\nlines", "no operand"])
  }

  @Test("take several words as one text, and tags in any form")
  func words() throws {
    try home.memctl("store", "Prefers", "tabs", "-t", "p ,q", "over", "spaces", "-t", "q,,r")
    let memory = try home.memctl("list", "--json").json[0]
    #expect(memory["content"] as? String == "Prefers tabs over spaces")
    #expect(memory["tags"] as? [String] == ["p", "q", "r"])
    #expect(try home.memctl("store", "-5 degrees").hint?.contains("memctl store -- ") == true)
  }

  @Test("refuse what the server would, before anything is stored")
  func refused() throws {
    for (words, message, hint) in [
      (["-c", "gotchs", "a"], "unknown category 'gotchs'", "did you mean 'gotchas'? one of"),
      (["-c", "zzz", "a"], "unknown category 'zzz'", "one of architecture"),
      ([String(repeating: "x", count: 1_401)], "the content has 1,401 characters", "shorten it"),
      ([" "], "the memory is empty", "give its text"),
    ] {
      let ended = try home.start(["store"] + words).finish()
      #expect(ended.status == 65)
      #expect(ended.message.hasPrefix(message))
      #expect(ended.hint?.hasPrefix(hint) == true)
    }
    #expect(!FileManager.default.fileExists(atPath: home.database))
  }

  @Test("say why a memory only waits in the queue")
  func reasons() throws {
    func reason(_ variables: [String: String]) throws -> (kind: String?, text: String) {
      let ended = try home.memctl("store", "a", "--json", adding: variables)
      let reason = try ended.json[0]["queued_because"] as? [String: Any]
      #expect(ended.status == 0)
      let text = try home.onTerminal("store", "b", adding: variables).text
      return (reason?["kind"] as? String, text)
    }
    let off = try reason(["MEMORY_SYNC_DISABLE": "1"])
    #expect(off.kind == "configuration")
    #expect(
      off.text.contains("queued for the server: syncing is off\nhint: unset MEMORY_SYNC_DISABLE"))
    let away = try reason(["MEMORY_API_URL": Home.nowhere])
    #expect(away.kind == "offline")
    #expect(away.text.contains("queued for the server: cannot reach the server"))
    home.environment["MEMORY_API_KEY"] = nil
    let keyless = try reason([:])
    #expect(keyless.kind == "configuration")
    #expect(
      keyless.text.contains(
        "queued for the server: there is no key for the server\nhint: memctl login"))
  }

  @Test("tell of a likely credential before it is sent, and on a terminal ask")
  func credential() throws {
    let text = "db password=hunter2hunter2"
    let ended = try home.memctl("store", text)
    #expect(ended.status == 0)
    #expect(ended.message.hasPrefix("the text seems to hold a credential (password)"))
    #expect(!ended.errors.contains("hunter2"))
    let refused = try home.onTerminal("store", text, typing: "n\n")
    #expect(refused.status == 1)
    #expect(refused.text.hasSuffix("store it all the same? [y/N] "))
    #expect(try home.memctl("store", text, "--sensitive").errors.isEmpty)
    #expect(try Cache(path: home.database).memoryCount() == 2)
  }

  @Test("write a memory in the editor, and store nothing if none is written")
  func editor() throws {
    let editor = home.folder.appending(path: "editor")
    try "#!/bin/sh\nprintf 'from the editor\\n' >> \"$1\"\n".write(
      to: editor, atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: editor.path)
    home.environment["VISUAL"] = editor.path
    #expect(try home.onTerminal("store", "-c", "people") == ("stored 1, on the server as 1\n", 0))
    let memory = try #require(try Cache(path: home.database).memory(LocalID(rawValue: 1)))
    #expect(memory.fields == MemoryFields(content: "from the editor", category: "people"))
    home.environment["VISUAL"] = "true"
    #expect(try home.onTerminal("store").status == 1)
    #expect(try home.onTerminal("store", "--no-input").status == 64)
    #expect(try Cache(path: home.database).memoryCount() == 1)
  }

  @Test("take every field")
  func fields() throws {
    try home.memctl(
      "store", "-c", "Bug", "--tags=a,b", "--keywords", "k l", "--importance", "0.25", "--",
      "--text")
    let memory = try home.memctl("list", "--json").json[0]
    #expect(memory["content"] as? String == "--text")
    #expect(memory["category"] as? String == "gotchas")
    #expect(memory["tags"] as? [String] == ["a", "b"])
    #expect(memory["expanded_keywords"] as? String == "k l")
    #expect(memory["importance"] as? Double == 0.25)
  }

  @Test("ask with the text in sight before they delete on a terminal, and take all but yes for no")
  func confirmation() throws {
    try home.memctl("store", "one")
    try home.memctl("store", Home.secret, "--sensitive")
    let question = "memory 1: one\ndelete it here and on the server? [y/N] "
    #expect(try home.onTerminal("delete", "1", typing: "\n") == (question, 1))
    #expect(try home.onTerminal("delete", "1", typing: "y\n") == (question + "deleted 1\n", 0))
    let two = try home.onTerminal("delete", "2", "--purge", typing: "n\n")
    #expect(two.text.hasPrefix("memory 2: [sensitive]\ndelete it here and on the server, and from"))
    #expect(try home.onTerminal("delete", "2", "-y") == ("deleted 1\n", 0))
  }

  @Test("delete more than ten memories in a script only if that is said")
  func many() throws {
    let cache = try Cache(path: home.database)
    for number in 1...24 { _ = try cache.store(MemoryFields(content: "\(number)")) }
    let eleven = (1...11).map(String.init)
    for words in [["delete"] + eleven, ["delete", "--no-input"] + eleven] {
      let refused = try home.start(words).finish()
      #expect(refused.status == 64)
      #expect(refused.message.hasPrefix("11 memories are too many to delete without being sure"))
    }
    #expect(try cache.memoryCount() == 24)
    #expect(try home.start(["delete"] + eleven.dropLast()).finish().status == 0)
    let ids = (11...24).map { "\($0)\n" }.joined()
    #expect(try home.memctl("delete", "-", input: .pipe(ids)).status == 64)
    #expect(
      try home.memctl("delete", "-y", "-", input: .pipe(ids)).output
        == "deleted\t14\nqueued\t0\nqueued_because\t\n")
    #expect(try cache.memoryCount() == 0)
  }

  @Test("delete nothing when one of several ids is wrong")
  func wrongID() throws {
    try home.memctl("store", "one")
    let ended = try home.memctl("delete", "1", "99")
    #expect(ended.message == "there is no memory 99")
    #expect(ended.status == 66)
    #expect(try home.memctl("list", "--json").json.count == 1)
  }
}
