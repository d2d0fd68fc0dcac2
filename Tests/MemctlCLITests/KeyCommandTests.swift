import Foundation
import TestSupport
import Testing

@Suite("A command that writes the key")
struct KeyCommandTests {
  private let home: Home

  init() throws {
    home = try Home.withServer()
    home.environment["MEMORY_API_KEY"] = nil
    try home.write("key", Home.key + "\nmore")
  }

  @Test("is run once for a command, and only if that needs the key; its messages appear")
  func once() throws {
    try home.memctl(
      "config", "set", "api-key-command",
      "echo x >> \(home.folder.path)/runs; echo asked >&2; cat key")
    for command in ["counts", "list", "config", "queue"] { try home.memctl(command) }
    #expect(!FileManager.default.fileExists(atPath: home.folder.path + "/runs"))
    let ended = try home.memctl("store", "-", input: .pipe("the input is the memory's"))
    #expect(ended.status == 0)
    #expect(ended.errors == "asked\n")
    #expect(ended.output.contains("queued\tfalse"))
    #expect(try String(contentsOfFile: home.folder.path + "/runs", encoding: .utf8) == "x\n")
  }

  @Test("counts after a key and a file in the same place, and before those in places below")
  func precedence() throws {
    home.environment["MEMCTL_API_KEY_COMMAND"] = "cat key"
    try home.write(".config/memctl/config", "api-key = wrong")
    #expect(try home.memctl("sync").status == 0)
    home.environment["MEMORY_API_KEY"] = "wrong"
    #expect(try home.memctl("sync").status == 77)
  }

  @Test(
    "is named with what it did wrong",
    arguments: [
      ("exit 3", "the command for the key failed with exit code 3"),
      ("nonsense-command", "the command for the key failed with exit code 127"),
      (
        "echo",
        """
        the key from the command in api-key-command (environment MEMCTL_API_KEY_COMMAND) cannot be \
        used: it is empty
        """
      ),
    ])
  func failure(command: String, message: String) throws {
    home.environment["MEMCTL_API_KEY_COMMAND"] = command
    let ended = try home.memctl("sync")
    #expect(ended.status == 78)
    #expect(ended.errors.contains("memctl: \(message)\n"))
    #expect(ended.errors.contains("\nhint: ") || ended.hint != nil)
  }
}
