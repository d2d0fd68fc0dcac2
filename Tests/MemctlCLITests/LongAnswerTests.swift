import Foundation
import TestSupport
import Testing

@Suite("An answer that is too long, or has no end")
struct LongAnswerTests {
  private static let tooLong =
    BadAnswer.invalidResponse + "the answer is longer than 1,048,576 bytes"

  @Test("is given up where a short one is due", arguments: ["push", "pull"])
  func endless(command: String) throws {
    let isPush = command == "push"
    let server = FaultyServer(
      thereafter: isPush ? .accepting(.endlessBody) : .endlessBody)
    let home = try Home(server: server)
    try home.addSynced(["theirs"])
    try home.enqueue("mine")
    let (ended, peak) = try home.measured(command)
    #expect(ended.message == Self.tooLong)
    #expect(ended.hint == BadAnswer.checkAddress)
    #expect(ended.status == 76)
    #expect(try home.queue() == [isPush ? "store: in_doubt" : "store: pending"])
    #expect(peak < 64 << 20)
  }

  @Test(
    "is given up where there is no room for it, and takes no memory", arguments: ["pull", "resync"])
  func endlessSync(command: String) throws {
    let server = FaultyServer(thereafter: .accepting(.endlessBody))
    let home = try Home(server: server)
    try home.addSynced((1...10).map { "memory \($0)" })
    let before = try home.snapshot()
    let (ended, peak) = try home.measured(command, largestFile: 48 << 20)
    #expect(
      ended.message == "cannot keep the server's answer in \(home.folder.path): File too large")
    #expect(
      ended.hint
        == "nothing was changed; free some space there, or name another folder with TMPDIR")
    #expect(ended.status == 74)
    #expect(try home.snapshot() == before)
    #expect(peak < 64 << 20)
  }

  @Test("with contents of 6 MB is applied without these, and takes no more memory than a short one")
  func longContents() throws {
    let times =
      #""created_at":"2026-03-01T12:00:00+00:00","updated_at":"2026-03-01T12:30:00+00:00""#
    let content = String(repeating: "x", count: 6_710_886)
    let records =
      (1...9).map { #"{"id":\#($0),"content":"\#(content)",\#(times)}"# }
      + [#"{"id":10,"content":"short",\#(times)}"#]
    let body =
      #"{"memories":[\#(records.joined(separator: ","))],"#
      + #""server_time":"2026-03-01T13:00:00+00:00"}"#
    let server = FaultyServer(thereafter: .accepting(.answer(body: Array(body.utf8))))
    let home = try Home(server: server)
    let (ended, peak) = try home.measured("pull")
    #expect(ended.output.contains("skipped\t9\n"))
    #expect(try home.rows("SELECT content FROM memories") == [[.text("short")]])
    #expect(peak < 64 << 20)
  }

  @Test("with many contents of 250 KB is applied, and takes a bounded amount of memory")
  func manyLongContents() throws {
    let times =
      #""created_at":"2026-03-01T12:00:00+00:00","updated_at":"2026-03-01T12:30:00+00:00""#
    let content = String(repeating: "x", count: 250_000)
    let records = (1...1000).map { #"{"id":\#($0),"content":"\#(content)",\#(times)}"# }
    let body =
      #"{"memories":[\#(records.joined(separator: ","))],"#
      + #""server_time":"2026-03-01T13:00:00+00:00"}"#
    let server = FaultyServer(thereafter: .accepting(.answer(body: Array(body.utf8))))
    let home = try Home(server: server)
    let (ended, peak) = try home.measured("pull")
    #expect(ended.status == 0)
    #expect(try home.rows("SELECT count(*) FROM memories") == [[.integer(1000)]])
    #expect(peak < 128 << 20)
  }

  @Test("of 64 MiB for a cache of ten memories takes no more memory than a short one")
  func long() throws {
    let row =
      #""created_at":"2026-03-01T12:00:00+00:00","updated_at":"2026-03-01T12:30:00+00:00""#
    let padding = String(repeating: "x", count: 6_710_886)
    let records = (1...10).map {
      #"{"id":\#($0),"content":"changed","more":"\#(padding)",\#(row)}"#
    }
    let body =
      #"{"memories":[\#(records.joined(separator: ","))],"#
      + #""server_time":"2026-03-01T13:00:00+00:00"}"#
    let server = FaultyServer(thereafter: .accepting(.answer(body: Array(body.utf8))))
    let home = try Home(server: server)
    try home.addSynced((1...10).map { "memory \($0)" })
    let (ended, peak) = try home.measured("pull")
    #expect(ended.status == 0)
    #expect(try home.rows("SELECT DISTINCT content FROM memories") == [[.text("changed")]])
    #expect(peak < 64 << 20)
  }
}
