import Foundation
import TestSupport
import Testing

@Suite("memctl queue")
struct QueueTests {
  private let home: Home

  init() throws {
    home = try Home()
    try home.addSamples()
  }

  @Test("is for people on a terminal")
  func terminal() throws {
    try home.play("queue-terminal", onTerminalOf: 80, "queue", "queue show 1 3", "queue retry 2")
  }

  @Test("writes exact fields in a pipe")
  func tabs() throws {
    try home.play("queue-pipe", "queue", "queue list -n1", "queue show 3", "queue retry --all")
  }

  @Test("writes an object a line as JSON, with the keys that scripts rely on")
  func json() throws {
    try home.play("queue-json", "queue --json", "queue show 1 --json", "queue retry 1 2 --json")
  }

  @Test("drops entries and keeps their memories")
  func drop() throws {
    try home.play("queue-drop", "queue drop 1 3 --json", "queue", "counts")
  }

  @Test("asks before it drops on a terminal, and takes anything but yes for no")
  func confirmation() throws {
    let refused = try home.onTerminal("queue", "drop", "1", typing: "\n")
    #expect(refused == ("give up entry 1 without sending? [y/N] ", 1))
    #expect(try home.memctl("queue").output.hasPrefix("1\t"))
    let accepted = try home.onTerminal("queue", "drop", "1", "2", typing: "yes\n")
    #expect(accepted == ("give up 2 entries without sending? [y/N] dropped 2\n", 0))
    #expect(try home.onTerminal("queue", "drop", "3", "--no-input") == ("dropped 1\n", 0))
    #expect(try home.onTerminal("queue").text == "the queue is empty\n")
  }

  @Test("changes nothing when one of several ids is wrong")
  func wrongID() throws {
    for action in ["drop", "retry"] {
      let ended = try home.memctl("queue", action, "1", "99")
      #expect(ended.status == 66)
      #expect(ended.message == "there is no entry 99 in the queue")
    }
    #expect(try home.memctl("queue", "--json").json.count == 3)
  }
}
