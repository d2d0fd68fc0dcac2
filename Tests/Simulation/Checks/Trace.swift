/// What happened, line by line, for people and for comparing two runs of one seed.
public struct Trace: Sendable {
  public private(set) var lines: [String] = []
  /// Of all lines (FNV-1a).
  public private(set) var hash: UInt64 = 0xcbf2_9ce4_8422_2325

  mutating func note(_ line: String) {
    for byte in line.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    lines.append(line)
  }
}
