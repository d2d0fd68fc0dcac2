import Foundation
import MemctlCore
import SQLite
import TestSupport
import Testing

@Suite("Kill -9")
struct KillTests {
  private static let killsPerCache = 10
  private static let pushes = KillingField.Point.allCases.filter {
    $0 != .withinTheAnswer && $0 != .withinTheTransaction
  }

  @Test(
    "at any point of a push loses no memory and stores none twice",
    arguments: pushes, UInt64(1)...5)
  func push(point: KillingField.Point, seed: UInt64) throws {
    let field = try KillingField(seed: seed)
    while field.kills < Self.killsPerCache {
      try field.write(4)
      try field.kill("push", at: point, of: .store)
    }
    let status = try field.home.memctl("sync").status
    // A store whose memory was deleted meanwhile is not sent again, so only time ends its doubt.
    let waiting = try Cache(path: field.home.database).queue.entries()
    #expect(status == (waiting.isEmpty ? 0 : 75))
    #expect(waiting.allSatisfy { $0.state == .inDoubt && $0.deleteWhenKnown })
    try field.waitTenMinutes()
    try #require(try field.home.memctl("sync").status == 0)
    try field.expectAgreement()
  }

  @Test(
    "at any point of a push to a server that takes no keys loses no memory and stores none twice",
    arguments: pushes)
  func pushWithoutKeys(point: KillingField.Point) throws {
    let field = try KillingField(seed: 9, honoursKeys: false)
    while field.kills < Self.killsPerCache {
      try field.write(4)
      try field.kill("push", at: point, of: .store)
    }
    try field.waitTenMinutes()
    try #require(try field.home.memctl("sync").status == 0)
    try field.expectAgreement()
  }

  @Test(
    "at any point of a pull or resync leaves all of it applied or nothing",
    arguments: KillingField.Point.allCases,
    [("pull", 1), ("pull", 2), ("resync", 3), ("resync", 4)])
  func pull(point: KillingField.Point, run: (command: String, seed: UInt64)) throws {
    let field = try KillingField(seed: run.seed)
    while field.kills < Self.killsPerCache {
      field.writeElsewhere(4)
      let before = try field.home.snapshot()
      try field.kill(run.command, at: point, of: .sync)
      if try field.home.snapshot() != before {
        #expect(try field.contents() == field.server.contents)
        #expect(try field.home.rows("SELECT * FROM sync_meta") != Array(before.suffix(1)))
      }
    }
    try #require(try field.home.memctl("sync").status == 0)
    try field.expectAgreement()
  }

  private static let endings = [
    (KillingField.Point.beforeTheServerActs, honoursKeys: true), (.beforeTheAnswer, true),
    (.beforeTheAnswer, false),
  ]

  @Test(
    "leaves claims that the next sync takes over at once, without waiting and without a word",
    arguments: endings)
  func claims(point: KillingField.Point, honoursKeys: Bool) throws {
    let field = try KillingField(seed: 1, honoursKeys: honoursKeys)
    try field.write(3)
    try field.kill("push", at: point, of: .store)
    #expect(field.kills == 1)
    #expect(try field.home.queue().contains("store: sending"))
    let ended = try field.home.memctl("sync", adding: ["MEMCTL_LOCK_TIMEOUT": "0"])
    #expect(ended.errors == "")
    #expect(ended.status == 0)
    if honoursKeys { try field.expectAgreement() }
    #expect(try !field.home.queue().contains("store: sending"))
    #expect(Set(field.server.contents).count == field.server.contents.count)
  }

  @Test("leaves a store that is sent again at once with its key, even if nothing was ever pulled")
  func neverPulled() throws {
    let server = ModelServer()
    server.change {
      $0.key = Home.key
      $0.honoursIdempotencyKeys = true
    }
    let home = try Home(server: server.baseURL)
    try home.memctl("store", "teaches that the server keeps to keys")
    try home.enqueue("in doubt")
    let victim = Victim()
    server.change {
      $0.fault = { call, number, _ in
        guard call == .store, number == 2 else { return nil }
        victim.kill()
        return .loseAnswer
      }
    }
    let program = try home.start(["push"])
    victim.isStarted(program.identifier)
    #expect(program.finish().status == -SIGKILL)
    #expect(try home.queue() == ["store: sending"])
    #expect(try home.memctl("push").status == 0)
    #expect(try home.queue() == [])
    let keys = server.requests.filter { $0.method == "POST" }
      .map { $0.headers["idempotency-key"] }
    #expect(keys.count == 3)
    #expect(keys.count == 3 && keys[1] == keys[2])
    #expect(server.contents == ["in doubt", "teaches that the server keeps to keys"])
    #expect(server.count(.sync) == 0)
  }
}
