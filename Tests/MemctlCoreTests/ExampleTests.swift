import Foundation
import TestSupport
import Testing

/// The program that shows how the library is used.
@Suite("The example program") struct ExampleTests {
  private static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  private func text(_ path: String) throws -> String {
    try String(contentsOf: Self.root.appendingPathComponent(path), encoding: .utf8)
  }

  @Test("stores, syncs and lists, with a server and without")
  func works() throws {
    let folder = TemporaryFolder()
    let path = folder.file("memory.db")
    let server = try ServerProcess(
      ["--store", folder.file("server.db")], environment: ["MEMORY_API_KEY": "secret-key"])
    func run(_ text: String) throws -> String {
      let program = try ChildProgram(
        builtProduct("memctl-example"), [path, server.baseURL, "secret-key", text],
        environment: [:], folder: URL(fileURLWithPath: folder.path))
      return program.finish().output
    }
    #expect(
      try run("Prefers tabs") == """
        1 waiting for the server
        0 waiting for the server
        1 preferences Prefers tabs

        """)
    server.stop()
    let lines = try run("Works offline").split(separator: "\n")
    #expect(lines.first == "1 waiting for the server")
    #expect(lines.dropFirst().first?.hasPrefix("cannot reach the server") == true)
    #expect(lines.suffix(3).first == "1 waiting for the server")
  }

  @Test("stands in the README as it is")
  func isShown() throws {
    let program = try text("Examples/memctl-example/main.swift")
    #expect(try text("README.md").contains("```swift\n\(program)```"))
  }
}
