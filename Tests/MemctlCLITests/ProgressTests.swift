import Foundation
import MemctlCore
import TestSupport
import Testing

@testable import MemctlCLI

@Suite("The progress line")
struct ProgressTests {
  @Test(
    "tells the bytes, the total and the time that is left, as far as they are known",
    arguments: [
      (0, 75_000_000, false, 0.9, "receiving 0.0 of 75.0 MB"),
      (15_000_000, 75_000_000, false, 2, "receiving 15.0 of 75.0 MB, 8 s left"),
      (15_000_000, 75_000_000, true, 60, "receiving 15.0 of about 75.0 MB, 4 min left"),
      (80_000_000, 75_000_000, true, 8, "receiving 80.0 MB, 10.0 MB/s"),
      (12_345, nil, false, 0.5, "receiving 12.3 kB"),
      (3_000_000, nil, false, 2, "receiving 3.0 MB, 1.5 MB/s"),
      (0, 900, false, 30, "receiving 0.0 of 0.9 kB"),
    ] as [(Int, Int?, Bool, Double, String)])
  func transfer(received: Int, total: Int?, isEstimate: Bool, seconds: Double, text: String) {
    var progress = ProgressText("")
    progress.note(.waitingForServer, at: 50)
    progress.note(.receiving(0, of: total, isEstimate: isEstimate), at: 100)
    progress.note(.receiving(received, of: total, isEstimate: isEstimate), at: 100 + seconds)
    #expect(progress.text(at: 100 + seconds) == text)
  }

  @Test("measures each transfer by itself")
  func transfers() {
    var progress = ProgressText("")
    progress.note(.receiving(10, of: nil, isEstimate: false), at: 0)
    progress.note(.applying(1_800, share: 0.185), at: 90)
    #expect(progress.text(at: 90) == "applied 1,800 (18 %)")
    progress.note(.receiving(0, of: 100_000, isEstimate: false), at: 100)
    progress.note(.receiving(50_000, of: 100_000, isEstimate: false), at: 110)
    #expect(progress.text(at: 110) == "receiving 50.0 of 100.0 kB, 10 s left")
  }

  @Test("shows how much of an answer has come, and a signal is told what becomes of it")
  func fetch() throws {
    let half = [UInt8](repeating: 0x20, count: 1_500_000)
    let server = FaultyServer(
      thereafter: .accepting(
        .lyingAboutLength(3_000_000, body: half) + FaultyBehaviour([.hold])))
    let home = try Home(server: server)
    let terminal = PseudoTerminal()
    let program = try home.start(
      ["sync"], input: .terminal(terminal), output: .terminal(terminal), errors: .terminal(terminal)
    )
    terminal.awaitText("receiving 1.5 of 3.0 MB")
    program.send(SIGINT)
    #expect(program.finish().status == 130)
    let text = terminal.transcript()
    #expect(text.contains("memctl: interrupted while fetching, and nothing of that was kept\n"))
    #expect(text.contains("hint: nothing is lost; memctl sync fetches it again from the start\n"))
  }

  @Test("is shown by a command at the prompt as well")
  func prompt() throws {
    let half = [UInt8](repeating: 0x20, count: 1_500_000)
    let server = FaultyServer(
      thereafter: .accepting(
        .lyingAboutLength(3_000_000, body: half) + FaultyBehaviour([.hold])))
    let home = try Home(server: server)
    home.environment["MEMORY_SYNC_DISABLE"] = nil
    let terminal = PseudoTerminal()
    let program = try home.start(
      ["repl", "-c", "pull"], input: .terminal(terminal), output: .terminal(terminal),
      errors: .terminal(terminal))
    terminal.awaitText("receiving 1.5 of 3.0 MB")
    program.send(SIGTERM)
    #expect(program.finish().status == 143)
  }
}
