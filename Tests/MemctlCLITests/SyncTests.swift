import Foundation
import TestSupport
import Testing

@Suite("memctl sync, push, pull, resync and counts")
struct SyncTests {
  private let home: Home

  init() throws {
    home = try Home.withServer()
    try home.addSamples()
  }

  @Test("report in words on a terminal")
  func terminal() throws {
    try home.play(
      "sync-terminal", onTerminalOf: 80, "counts", "push --dry-run", "push", "pull", "sync",
      "resync", "counts")
  }

  @Test("report in a pipe, a value a line")
  func tabs() throws { try home.play("sync-pipe", "counts", "sync", "counts") }

  @Test("report as JSON, with the keys that scripts rely on")
  func json() throws {
    try home.play(
      "sync-json", "counts --json", "push --limit 2 --json", "sync --json", "pull --json",
      "resync --json", "counts --json")
  }

  @Test("say nothing when they are told to be quiet, and what they use when asked to")
  func quiet() throws {
    try home.play("sync-quiet", "push -q", "pull -q", "sync -q", "resync -q", "push -qv")
  }
}
