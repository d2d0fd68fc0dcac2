import CommandLine
import Foundation
import TestSupport
import Testing

@testable import MemctlCLI

@Suite("The table of commands")
struct TableTests {
  @Test("breaks none of its own rules")
  func violations() {
    #expect(Commands.table.violations() == [])
    let prompt = PromptTable(Commands.table, adding: PromptCommands.all)
    #expect(prompt.all.violations() == [])
  }

  @Test("has an implementation for each command, and a command for each implementation")
  func implementations() {
    func paths(below spec: CommandSpec, _ path: [String] = []) -> [[String]] {
      spec.subcommands.isEmpty
        ? [path] : spec.subcommands.flatMap { paths(below: $0, path + [$0.name]) }
    }
    #expect(Set(paths(below: Commands.table.program)) == Set(Commands.all.map(\.path)))
  }

  @Test("makes a help page for each command and topic that fits into 100 columns")
  func helpPages() throws {
    let paths =
      Commands.all.map(\.path) + [[], ["queue"]] + Commands.table.topics.map { [$0.name] }
    for path in paths {
      let page = try HelpPage(for: path, in: Commands.table).text(width: 100, styled: false)
      let tooWide = page.split(separator: "\n").filter { $0.count > 100 }
      #expect(tooWide == [], "\(path)")
    }
  }
}

@Suite("What is generated from the table")
struct GeneratedFileTests {
  private static let package = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  @Test(
    "stands in the repository as memctl prints it; `make generate` writes it anew",
    arguments: [
      (["completions", "bash"], "completions/memctl.bash"),
      (["completions", "zsh"], "completions/_memctl"),
      (["completions", "fish"], "completions/memctl.fish"), (["__man"], "man/memctl.1"),
    ])
  func drift(_ arguments: [String], _ path: String) throws {
    let ended = try Home().start(arguments).finish()
    #expect(ended.status == 0)
    let committed = try String(contentsOf: Self.package.appending(path: path), encoding: .utf8)
    #expect(ended.output == committed, "\(path) is out of date; write it anew with: make generate")
  }
}
