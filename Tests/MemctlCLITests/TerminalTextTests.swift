import Foundation
import MemctlCore
import SQLite
import TestSupport
import Testing

@testable import MemctlCLI

@Suite("Text on a terminal")
struct TerminalTextTests {
  @Test("never makes it act, not through a pipe either: nothing that it would act on gets through")
  func hostileText() throws {
    let home = try Home()
    let hostile = "\u{1B}]0;owned\u{07}\u{9B}31m\u{202E}txt\u{2066}\u{7F}\r\u{08}"
    let cache = try Cache(path: home.database)
    _ = try cache.store(
      MemoryFields(content: hostile, category: hostile, tags: hostile, expandedKeywords: hostile),
      at: .now)
    try Connection(path: home.database).execute(
      "UPDATE memories SET created_at = content; UPDATE pending_ops SET created_at = x'1b5b324a';"
        + "INSERT INTO sync_meta VALUES ('last_sync_ts', x'1b5b324a')")
    for command in [
      ["list"], ["list", "--json"], ["show", "1"], ["show", "1", "--json"], ["queue"],
      ["queue", "--json"], ["queue", "show", "1"], ["queue", "show", "1", "--json"], ["counts"],
      ["counts", "--json"], ["push", "-v"], ["help", hostile], ["show", hostile],
      ["list", "--db", hostile], ["sync", "--api-url", hostile], [hostile],
    ] {
      let terminal = PseudoTerminal()
      let ended = try home.start(
        command + ["--color=never"], input: .terminal(terminal), output: .terminal(terminal),
        errors: .terminal(terminal)
      ).finish()
      let text = terminal.transcript().replacing("\r\u{1B}[K", with: "")
      #expect(ended.status != 70)
      #expect(!actsOnTerminal(text), "\(command): \(text.debugDescription)")
      let piped = try home.start(command).finish()
      // Tabs separate fields.
      let both = (piped.output + piped.errors).replacing("\t", with: "")
      #expect(!actsOnTerminal(both), "\(command) in a pipe: \(both.debugDescription)")
    }
    #expect(try home.memctl("list").output.contains(#"\u001b]0;owned\u0007\u009b31m\u202etxt"#))
    #expect(try home.memctl("list", "--json").json.first?["content"] as? String == hostile)
  }

  private func actsOnTerminal(_ text: String) -> Bool {
    text.unicodeScalars.contains { scalar in
      scalar.properties.generalCategory == .control && scalar != "\n"
        || ("\u{202A}"..."\u{202E}").contains(scalar)
        || ("\u{2066}"..."\u{2069}").contains(scalar)
    }
  }

  @Test(
    "has the width that it takes",
    arguments: [
      ("", 0), ("tabs", 4), ("é", 1), ("e\u{301}", 1), ("日本", 4), ("🎉", 2), ("👩‍👩‍👧‍👦", 2), ("❤️", 2),
      ("\u{200B}", 0),
    ])
  func width(_ text: String, _ width: Int) {
    setlocale(LC_CTYPE, "C.UTF-8")
    #expect(text.displayWidth == width)
  }

  @Test(
    "is cut where it does not fit, never within a character",
    arguments: [
      ("tabs", 4, "tabs"), ("tabs", 3, "ta…"), ("日本語", 6, "日本語"), ("日本語", 5, "日本…"),
      ("日本語", 4, "日…"), ("👩‍👩‍👧‍👦👩‍👩‍👧‍👦", 3, "👩‍👩‍👧‍👦…"), ("tabs", 1, "…"),
    ])
  func truncation(_ text: String, _ width: Int, _ cut: String) {
    setlocale(LC_CTYPE, "C.UTF-8")
    #expect(text.truncated(toWidth: width) == cut)
  }

  @Test(
    "tells times by their distance",
    arguments: [
      (0.0, "now"), (4.9, "now"), (5, "5 s ago"), (59, "59 s ago"), (60, "1 min ago"),
      (3_600, "1 h ago"), (86_400 * 3.5, "3 d ago"), (86_400 * 40, "1 mo ago"),
      (86_400 * 800, "2 y ago"), (-90, "in 1 min"),
    ] as [(Double, String)])
  func relativeTime(_ seconds: Double, _ text: String) {
    let now = Timestamp(microseconds: 1_800_000_000_000_000)
    #expect(now.advanced(bySeconds: -seconds).relative(to: now) == text)
  }

  @Test("shows what a sync waits for, and leaves no trace of it")
  func progress() throws {
    let server = FaultyServer(thereafter: .silence)
    let home = try Home(server: server)
    let terminal = PseudoTerminal()
    let program = try home.start(
      ["pull"], input: .terminal(terminal), output: .terminal(terminal), errors: .terminal(terminal)
    )
    terminal.awaitText("waiting for the server…")
    program.send(SIGTERM)
    #expect(program.finish().status == 143)
    let line = "\r\u{1B}[Kwaiting for the server…\r\u{1B}[K"
    #expect(
      terminal.transcript()
        == line + "memctl: interrupted\nhint: nothing is lost; memctl sync continues\n")
  }
}
