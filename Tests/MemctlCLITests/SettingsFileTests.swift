import Foundation
import TestSupport
import Testing

@Suite("Files with settings and keys")
struct SettingsFileTests {
  private let home: Home

  init() throws {
    home = try Home.withServer()
    try home.write("key", Home.key + "\n")
    home.environment["MEMORY_API_KEY"] = nil
  }

  @Test(
    "A key file that others can read is refused, as ssh does", arguments: [0o640, 0o604, 0o666])
  func openKey(mode: Int) throws {
    home.environment["MEMCTL_API_KEY_FILE"] = home.folder.path + "/key"
    #expect(try home.memctl("sync").status == 0)
    try home.write("key", Home.key, mode: mode)
    let refused = try home.memctl("sync")
    #expect(refused.status == 78)
    #expect(
      refused.message == "\(home.folder.path)/key is not used: others can read the secret in it")
    #expect(refused.hint == "chmod 600 '\(home.folder.path)/key'")
  }

  @Test("A client's key that others can read is refused")
  func openClientKey() throws {
    try home.write("client.key", "", mode: 0o644)
    home.environment["MEMORY_API_KEY"] = Home.key
    home.environment["MEMCTL_CLIENT_CERT"] = home.folder.path + "/client.pem"
    home.environment["MEMCTL_CLIENT_KEY"] = home.folder.path + "/client.key"
    let refused = try home.memctl("sync")
    #expect(refused.status == 78)
    #expect(refused.message.contains("client.key is not used: others can read the secret in it"))
  }

  @Test("A configuration file that others can write is refused, one that they can read is not")
  func openConfiguration() throws {
    try home.write(".config/memctl/config", "api-key-file = ~/key", mode: 0o644)
    #expect(try home.memctl("sync").status == 0)
    try home.write(".config/memctl/config", "api-key-file = ~/key", mode: 0o646)
    let refused = try home.memctl("counts")
    #expect(refused.status == 78)
    #expect(
      refused.message.hasSuffix("config is not used: others can change where the key is sent"))
    #expect(refused.hint == "chmod go-w '\(home.folder.path)/.config/memctl/config'")
  }

  @Test("A key that comes out of a pipe is read once, whatever the command asks for")
  func pipe() throws {
    let program = try ChildProgram(
      URL(filePath: "/bin/bash"),
      ["-c", #""$0" store piped --api-key-file <(echo "$KEY")"#, builtProduct("memctl").path],
      environment: home.environment.merging(["KEY": Home.key]) { $1 }, folder: home.folder)
    let ended = program.finish()
    #expect(ended.status == 0)
    #expect(ended.output.contains("server"))
  }

  @Test(
    "What stands in the place of ~/.claude.json and is no file, or a huge one, holds up nothing")
  func foreign() throws {
    let path = home.folder.path + "/.claude.json"
    func isWithoutKey() throws {
      #expect(try home.memctl("sync").message.hasPrefix("there is no key for the server"))
    }
    #expect(mkfifo(path, 0o600) == 0)
    try isWithoutKey()
    unlink(path)
    #expect(symlink("/dev/zero", path) == 0)
    try isWithoutKey()
    unlink(path)
    try home.write(".claude.json", "{}")
    #expect(truncate(path, 1 << 32) == 0)
    try isWithoutKey()
  }

  @Test("The key in ~/.claude.json is found among all that it holds besides")
  func claude() throws {
    let bulk = String(repeating: #"{"a": ["\u00e9", 1.5, null]},"#, count: 10_000)
    try home.write(
      ".claude.json",
      #"{"history": [\#(bulk) 0], "mcpServers": {"x": {}, "memory": {"env": {"MEMORY_API_KEY": "#
        + #""\#(Home.key)"}}}, "more": {}}"#)
    #expect(try home.memctl("sync").status == 0)
  }
}

extension Home {
  /// Writes a file in the home, by default for its owner alone.
  func write(_ name: String, _ text: String, mode: Int = 0o600) throws {
    let url = folder.appending(path: name)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try text.write(to: url, atomically: false, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: url.path)
  }
}
