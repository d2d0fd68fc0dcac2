import CommandLine
import Testing

@Suite("A manual page")
struct ManPageTests {
  private static let tricky = CommandTable(
    program: CommandSpec(
      "tricky", summary: "escape what roff takes for its own",
      discussion: [
        "'quoted' \"twice\" \\back ~home a-b naïve…", .verbatim([".hidden", "'not a request"]),
      ]))

  private func roff(_ table: CommandTable) -> String {
    ManPage(table, version: "1.2.3", date: "2025-01-31").roff()
  }

  @Test("begins with title, name and synopsis")
  func beginning() {
    #expect(
      roff(.sample).hasPrefix(
        """
        .TH "MEMCTL" 1 "2025-01-31" "memctl 1.2.3"
        .SH "NAME"
        memctl \\- keep memories in step with a server
        .SH "SYNOPSIS"
        memctl [GLOBAL OPTIONS] COMMAND [OPTIONS] [OPERANDS]
        .SH "DESCRIPTION"
        Keep memories in step with a server.
        .PP
        What cannot be sent waits in a queue.

        """))
  }

  @Test("has commands with their options and examples")
  func command() {
    #expect(
      roff(.sample).contains(
        """
        .SS "memctl push [OPTIONS]"
        Send the queue.
        .TP
        .B "\\-n, \\-\\-limit N"
        send at most N entries (default: all)
        .TP
        .B "\\-\\-dry\\-run"
        only say what would be sent
        .PP
        .EX
        # send the ten oldest entries
        memctl push \\-n 10
        .EE
        .SS "memctl queue [COMMAND] [OPTIONS] [OPERANDS]"

        """))
  }

  @Test("leaves out what is hidden")
  func hidden() {
    #expect(!roff(.sample).contains("complete"))
    #expect(!roff(.sample).contains("secret"))
  }

  @Test("escapes what roff takes for its own")
  func escapes() {
    #expect(
      roff(Self.tricky).contains(
        """
        \\(aqquoted\\(aq \\(dqtwice\\(dq \\eback \\(tihome a\\-b na\\[u00EF]ve\\[u2026]
        .PP
        .EX
        \\&.hidden
        \\(aqnot a request
        .EE

        """))
  }

  @Test(
    "is read without a warning",
    arguments: [
      "groff -man -ww -Tutf8 page.1 >/dev/null",
      "man --warnings -l page.1 >/dev/null",
      "mandoc -T lint -W warning page.1",
    ].filter { isInstalled(String($0.prefix { $0 != " " })) },
    [CommandTable.sample, .server, tricky])
  func lint(command: String, table: CommandTable) {
    let sandbox = Sandbox()
    sandbox.write(roff(table), to: "page.1")
    #expect(sandbox.run(command) == [])
  }
}
