import Foundation
import MemctlCore
import SQLite
import TestSupport
import Testing

@Suite("A dry run")
struct DryRunTests {
  private let home: Home

  /// A queue with every operation, an orphan that is not queued, and news on the server, one of them
  /// a deletion.
  init() throws {
    home = try Home.withServer()
    let other = try home.neighbour()
    try other.memctl("store", "from-elsewhere")
    try home.memctl("store", "to-be-deleted")
    try home.memctl("store", "deleted-elsewhere")
    try other.memctl("pull")
    try other.memctl("delete", "server:3")
    try home.addSamples()
    try home.memctl("delete", "1", adding: ["MEMORY_API_URL": Home.nowhere])
    // Nothing speaks of it any more.
    try Connection(path: home.database).execute(
      "DELETE FROM pending_ops WHERE id = 4; DELETE FROM memctl_entries WHERE id = 4")
  }

  @Test("shows on a terminal what would be sent and applied")
  func terminal() throws {
    try home.play(
      "dry-run-terminal", onTerminalOf: 80, "push --dry-run", "pull --dry-run", "resync --dry-run")
  }

  @Test("reports as JSON, with the entries in the order in which they would be sent")
  func json() throws {
    try home.play(
      "dry-run-json", "push --dry-run --json", "pull --dry-run --json", "resync --dry-run --json")
  }

  @Test("changes no row", arguments: ["push", "pull", "resync"])
  func changesNothing(_ command: String) throws {
    let before = try rows()
    #expect(try home.memctl(command, "--dry-run").status == 0)
    #expect(try rows() == before)
  }

  @Test("says what the real run then does", arguments: ["push", "pull", "resync"])
  func agrees(_ command: String) throws {
    let planned = try #require(home.memctl(command, "--dry-run", "--json").json.first)
    let done = try #require(home.memctl(command, "--json").json.first)
    for name in ["sent", "inserted", "updated", "deleted", "kept"] {
      #expect(numbers(planned, name) == numbers(done, name), "\(name)")
    }
  }

  private func numbers(_ report: [String: Any], _ name: String) -> [Int?] {
    [report, report["push"], report["pull"]].map { ($0 as? [String: Any])?[name] as? Int }
  }

  /// Every row of every table, as text.
  private func rows() throws -> [String] {
    let connection = try Connection(path: home.database, mode: .readOnly)
    let tables = try connection.query(
      "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name"
    ) { $0.text(0) }
    return try tables.flatMap { table in
      try connection.query("SELECT * FROM \(table)") { row in
        "\(table): " + (0..<row.columnCount).map { "\(row.value($0))" }.joined(separator: "|")
      }
    }
  }
}
