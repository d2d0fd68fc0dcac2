import Foundation
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
    home.environment["MEMORY_API_URL"] = Home.nowhere
    try home.play("store-terminal-offline", onTerminalOf: 80, "store tabs")
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

  @Test("ask before they delete on a terminal, and take anything but yes for no")
  func confirmation() throws {
    try home.memctl("store", "one")
    try home.memctl("store", "two")
    let question = "delete memory 1 here and on the server? [y/N] "
    #expect(try home.onTerminal("delete", "1", typing: "\n") == (question, 1))
    #expect(try home.onTerminal("delete", "1", typing: "y\n") == (question + "deleted 1\n", 0))
    #expect(try home.onTerminal("delete", "2", "--no-input") == ("deleted 1\n", 0))
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
