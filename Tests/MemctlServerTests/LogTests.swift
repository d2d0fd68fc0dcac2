import Foundation
import Synchronization
import Testing

@testable import MemctlServer

/// What the operator is told, and what that may cost.
@Suite struct LogTests {
  private let pipe = Pipe()
  private var descriptor: Int32 { pipe.fileHandleForWriting.fileDescriptor }

  /// What was written and not read yet.
  private func lines() -> [String] {
    let descriptor = pipe.fileHandleForReading.fileDescriptor
    _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = read(descriptor, &buffer, buffer.count), count > 0 {
      bytes += buffer[..<count]
    }
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  @Test func `The same trouble a thousand times is told ten times, and counted`() {
    let time = Mutex(0.0)
    let log = Log(descriptor: descriptor) { time.withLock { $0 } }
    for _ in 0..<1000 { log.write("trouble") }
    #expect(lines() == Array(repeating: "memctl-serve: trouble", count: 10))
    time.withLock { $0 += 3 }
    for number in 0..<5 { log.write("\(number)") }
    #expect(
      lines() == [
        "memctl-serve: 0 (messages left out before this: 990)", "memctl-serve: 1",
        "memctl-serve: 2",
      ])
  }

  @Test func `Requests are told each, however many they are`() {
    let log = Log(descriptor: descriptor) { 0 }
    for number in 0..<100 { log.record("request \(number)") }
    #expect(lines() == (0..<100).map { "request \($0)" })
  }

  @Test(arguments: [
    ("/api/memories?content=secret", "/api/memories"), ("/a b\u{1B}[2J\u{7F}é", "/a?b?[2J??"),
    ("/" + String(repeating: "x", count: 10_000), "/" + String(repeating: "x", count: 199)),
  ])
  func `Of a request nothing is told that could be a secret or move the cursor`(
    target: String, path: String
  ) {
    var record = RequestRecord(target: target)
    #expect(record.line.contains(" - \(path) aborted "))
    record.method = "GET"
    record.status = 200
    record.bytes = 12
    #expect(record.line.wholeMatch(of: /[-0-9:.T+]+ GET [^ ]+ 200 \d+\.\d ms 12 bytes/) != nil)
  }

  @Test func `A pipe that is full is not waited for`() {
    let flags = fcntl(descriptor, F_GETFL)
    #expect(fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) == 0)
    let page = [UInt8](repeating: 0x20, count: 4096)
    while write(descriptor, page, page.count) > 0 {}
    #expect(fcntl(descriptor, F_SETFL, flags) == 0)
    let log = Log(descriptor: descriptor)
    log.write("lost")
    _ = lines()
    log.write("told")
    #expect(lines() == ["memctl-serve: told (messages left out before this: 1)"])
  }

  @Test func `A long message is cut to what a pipe takes at once`() {
    Log(descriptor: descriptor).write(String(repeating: "x", count: 10_000))
    #expect(lines().map(\.utf8.count) == [3996])
  }
}
