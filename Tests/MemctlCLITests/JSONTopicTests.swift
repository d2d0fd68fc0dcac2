import Foundation
import JSON
import MemctlCore
import SQLite
import TestSupport
import Testing

@testable import MemctlCLI

@Suite("memctl help json")
struct JSONTopicTests {
  @Test("has a table for each command that writes JSON of its own")
  func commands() {
    let others = ["repl", "serve", "completions", "help"]
    let commands = Commands.all.filter { !$0.type.spec.isHidden }.map {
      $0.path.joined(separator: " ")
    }
    #expect(
      commands.filter { !others.contains($0) }.sorted()
        == JSONTopic.tables.flatMap(\.commands).sorted())
  }

  @Test("names each key that memctl writes, in their order, and no others")
  func keys() throws {
    let output = Keys()
    try writeQueue(output)
    try writeSyncs(output)
    try writeOrigins(output)
    try writeRepair(output)
    try writeSettings(output)
    for table in JSONTopic.tables {
      for command in table.commands {
        let missing = table.keys.filter { output.seen[command]?.contains($0.name) != true }
        #expect(missing.map(\.name) == [], "\(command)")
      }
    }
  }

  private func writeQueue(_ output: Keys) throws {
    let home = try Home()
    try home.addSamples()
    for command in [
      "list", "show 1", "search tabs", "counts", "status", "queue list", "queue show 1",
      "queue export", "queue retry --all", "queue edit 2 --content b", "queue drop 2",
      "queue add 2", "store c", "edit 1 -c people", "delete 1", "log", "undo", "sync", "version",
    ] {
      try output.check(home, command)
    }
    try Connection(path: home.database).execute(
      """
      UPDATE memctl_entries SET op_type = 'store', created_at = 'x', state = 'in_doubt',
        payload = (SELECT payload FROM pending_ops WHERE id = 3), candidates = '7' WHERE id = 3;
      DELETE FROM pending_ops WHERE id = 3;
      """)
    try output.check(home, "queue settle 3 --none")
    try Connection(path: home.database).execute(
      """
      UPDATE memories SET tags = 'x ,y', server_id = 7 WHERE id = 3;
      INSERT INTO memctl_entries (id, op_type, payload, created_at, state, idempotency_key)
      VALUES (99, 'update', '{"server_id":7,"content":"c"}', 'x', 'pending', 'k');
      """)
    _ = try home.memctl("queue", "drop", "4")
    try output.check(home, "export")
    try Data("nothing".utf8).write(to: home.folder.appending(path: "a.jsonl"))
    try output.check(home, "import a.jsonl")
  }

  private func writeSyncs(_ output: Keys) throws {
    let home = try Home.withServer()
    let other = try home.neighbour()
    try home.addSamples()
    for command in ["push --dry-run", "push", "pull --dry-run", "pull"] {
      try output.check(home, command)
    }
    for command in ["verify", "wait 1"] { try output.check(home, command) }
    try other.memctl("pull")
    try other.memctl("delete", "1", "2")
    for command in ["resync --dry-run", "resync", "sync"] { try output.check(home, command) }
    for command in ["trash list", "trash restore 1", "trash purge 2"] {
      try output.check(home, command)
    }
    let watch = try home.start(["watch", "--interval=0.1", "--json"])
    for _ in 1...2 { try output.check("watch", try #require(watch.nextLine())) }
    watch.send(SIGTERM)
    #expect(watch.finish().status == 0)
  }

  private func writeOrigins(_ output: Keys) throws {
    let home = try Home.withServer()
    let other = try Home.withServer()
    try home.memctl("store", "a")
    try output.check(home, "origin show")
    let address = try #require(home.environment["MEMORY_API_URL"])
    try output.check(home, "origin move \(address.replacing("127.0.0.1", with: "localhost"))")
    home.environment["MEMORY_API_URL"] = other.environment["MEMORY_API_URL"]
    try output.check(home, "origin adopt")
  }

  private func writeSettings(_ output: Keys) throws {
    let home = try Home.withServer()
    try home.write("key", Home.key)
    for command in [
      "doctor", "login --api-key-file key", "config list", "config get db", "config set timeout 3",
      "config unset timeout",
    ] {
      try output.check(home, command)
    }
  }

  private func writeRepair(_ output: Keys) throws {
    let home = try Home()
    try home.addSamples()
    try output.check(home, "repair")
    try home.damageQueue()
    try output.check(home, "repair")
  }
}

/// What was found in the output of memctl, by command.
private final class Keys {
  private(set) var seen: [String: Set<String>] = [:]

  func check(_ home: Home, _ line: String) throws {
    let words = line.split(separator: " ").map(String.init)
    let ended = try home.start(words + ["--json"]).finish()
    #expect(!ended.output.isEmpty, "\(line)")
    for object in ended.output.split(separator: "\n") { try check(line, String(object)) }
  }

  func check(_ line: String, _ text: String) throws {
    let object = try JSONValue(parsing: text)
    let table = try #require(
      JSONTopic.tables.first { $0.commands.contains { "\(line) ".hasPrefix("\($0) ") } })
    let command = try #require(table.commands.first { "\(line) ".hasPrefix("\($0) ") })
    let names = object.names
    let expected = table.keys.filter { $0.isAlwaysThere || names.contains($0.name) }.map(\.name)
    let head = JSONTopic.report.map(\.name)
    #expect(names == (table.isReport ? head.dropLast() + expected + head.suffix(1) : expected))
    seen[command, default: []].formUnion(names)
    for (name, keys) in [("push", JSONTopic.push), ("pull", JSONTopic.pull)] {
      guard let report = object[name], report != .null else { continue }
      #expect(report.names == keys.map(\.name))
    }
    for error in object["errors"]?.array ?? [] {
      #expect(error.names == JSONTopic.error.map(\.name))
    }
  }
}

extension JSONValue {
  fileprivate var names: [String] { (object ?? []).map(\.name) }
}
