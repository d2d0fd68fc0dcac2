import Foundation
import TestSupport
import Testing

@Suite("Several memctl and the Python side on one file")
struct WorldsTests {
  private static let script = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Worlds/two_worlds.py").path

  /// `make soak` lets them go on for a minute.
  @Test("neither lose nor double a memory, and nobody is told that the file is locked")
  func together() throws {
    let home = try Home()
    home.environment["PATH"] = ProcessInfo.processInfo.environment["PATH"]
    let programs = builtProduct("memctl").deletingLastPathComponent().path
    let ended = try ChildProgram(
      URL(fileURLWithPath: "/usr/bin/env"),
      ["python3", "-B", Self.script, programs, "--rounds", "12"],
      environment: home.environment, folder: home.folder
    ).finish()
    home.check(ended.output + ended.errors, of: [], #_sourceLocation)
    #expect(ended.status == 0, "\(ended.output)\(ended.errors)")
  }
}
