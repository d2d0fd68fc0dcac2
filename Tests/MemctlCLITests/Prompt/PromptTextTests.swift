import MemctlCore
import TestSupport
import Testing

@testable import MemctlCLI

@Suite("The prompt's text")
struct PromptTextTests {
  @Test("The code of several commands is that which the user must act on first")
  func worstCode() {
    let codes: [Int32] = [0, 75, 65, 1, 130, 77, 78, 74, 70]
    var worst = ExitCode.success
    var seen: [Int32] = []
    for code in codes {
      worst = ExitCode.worst(worst, ExitCode(rawValue: code))
      seen.append(worst.rawValue)
    }
    #expect(seen == [0, 75, 65, 65, 65, 77, 78, 74, 70])
    #expect(ExitCode.worst(.success, ExitCode(rawValue: 3)).rawValue == 3)
  }

  @Test("tells what waits, what was rejected, and why nothing is synced")
  func states() throws {
    let folder = TemporaryFolder()
    let cache = try Cache(path: folder.file("memory.db"))
    func text(_ reason: String? = nil) throws -> String {
      PromptText(try cache.syncState(), reasonNotToSync: reason, style: Style(isOn: false)).text
    }
    #expect(try text() == "memctl> ")
    _ = try cache.store(MemoryFields(content: "a"), at: .now)
    #expect(try text() == "memctl (1 pending)> ")
    #expect(try text("no key") == "memctl (1 pending, no key)> ")
    let none = PromptText(nil, reasonNotToSync: "no key", style: Style(isOn: false))
    #expect(none.text == "memctl (no cache)> ")
  }

  @Test("says of what takes no columns that it takes none")
  func colour() throws {
    let folder = TemporaryFolder()
    let cache = try Cache(path: folder.file("memory.db"))
    _ = try cache.store(MemoryFields(content: "a"), at: .now)
    let prompt = PromptText(
      try cache.syncState(), reasonNotToSync: nil, style: Style(isOn: true))
    #expect(prompt.text == "memctl (\u{1}\u{1B}[33m\u{2}1 pending\u{1}\u{1B}[0m\u{2})> ")
  }
}
