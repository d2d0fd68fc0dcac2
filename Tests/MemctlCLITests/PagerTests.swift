import Foundation
import MemctlCore
import TestSupport
import Testing

@Suite("The pager")
struct PagerTests {
  private let home: Home

  /// More memories than a screen has lines, and pagers that say so.
  init() throws {
    home = try Home()
    let cache = try Cache(path: home.database)
    for number in 1...30 {
      _ = try cache.store(MemoryFields(content: "memory \(number)"), at: .now)
    }
    for name in ["less", "pager"] {
      try home.file("bin/\(name)", "#!/bin/sh\necho \"\(name) $LESS\"\nexec cat\n")
      try FileManager.default.setAttributes(
        [.posixPermissions: 0o755], ofItemAtPath: home.folder.path + "/bin/\(name)")
    }
    home.environment["PATH"] = home.folder.path + "/bin:/usr/bin:/bin"
    home.environment["PAGER"] = nil
  }

  @Test("shows what is longer than the screen, as git would choose it")
  func choice() throws {
    func firstLine(_ variables: [String: String]) throws -> Substring? {
      let text = try home.onTerminal("list", adding: variables).text
      #expect(text.contains("memory 1") && text.contains("memory 30"))
      return text.split(whereSeparator: \.isNewline).first
    }
    #expect(try firstLine([:]) == "less FRX")
    #expect(try firstLine(["LESS": "S"]) == "less S")
    #expect(try firstLine(["PAGER": "pager"]) == "pager FRX")
    #expect(try firstLine(["PAGER": "less", "MEMCTL_PAGER": "pager"]) == "pager FRX")
    let plain: [[String: String]] = [
      ["PAGER": "cat"], ["PAGER": ""], ["MEMCTL_PAGER": "cat", "PAGER": "less"],
      ["PAGER": "no-such-pager"],
      ["TERM": "dumb"], ["TERM": ""],
    ]
    for variables in plain {
      #expect(try firstLine(variables)?.contains("SERVER") == true, "\(variables)")
    }
  }

  @Test("shows neither what fits the screen nor what goes elsewhere")
  func noPager() throws {
    #expect(!(try home.onTerminal("list", "-n", "5").text.contains("less")))
    #expect(try home.memctl("list").output.hasPrefix("30\t"))
    #expect(try home.memctl("list", "--format=table").output.hasPrefix("ID"))
  }
}
