import MemoryAPI
import System

/// What the log tells of a request. Nothing of its query, its head or its body is in it, so neither a key
/// nor a memory.
struct RequestRecord {
  var method = "-"
  /// Nil until it is answered.
  var status: UInt32?
  /// Those of the answer's body, before it is compressed on the way.
  var bytes = 0
  private let path: String
  private let begin = monotonicSeconds()

  private static let longestPath = 200

  init(target: String) {
    let path = target.prefix { $0 != "?" && $0 != "#" }.prefix(Self.longestPath)
    self.path = String(
      path.map { (0x21...0x7e).contains($0.asciiValue ?? 0) ? $0 : "?" })
  }

  /// `2026-11-27T10:00:00.123456+00:00 GET /api/memories 200 1.5 ms 120 bytes`
  var line: String {
    let tenths = Int((monotonicSeconds() - begin) * 10_000)
    return "\(Timestamp.now) \(method) \(path) \(status.map(String.init) ?? "aborted")"
      + " \(tenths / 10).\(tenths % 10) ms \(bytes) bytes"
  }
}
