import Glibc
import MemctlCore

extension Timestamp {
  /// The time of day on this machine: `14:02:09`.
  var clock: String {
    var seconds = time_t(microseconds / 1_000_000)
    var local = tm()
    localtime_r(&seconds, &local)
    return [local.tm_hour, local.tm_min, local.tm_sec].map { $0 < 10 ? "0\($0)" : "\($0)" }
      .joined(separator: ":")
  }

  /// The distance to now in the largest unit that fits, as a person would say it: `3 min ago`.
  func relative(to now: Timestamp) -> String {
    let seconds = now.seconds(since: self)
    let distance = Int(abs(seconds))
    if distance < 5 { return "now" }
    let units: [(name: String, length: Int)] = [
      ("y", 31_556_952), ("mo", 2_629_746), ("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1),
    ]
    let unit = units.first { distance >= $0.length }!
    let text = "\(distance / unit.length) \(unit.name)"
    return seconds > 0 ? "\(text) ago" : "in \(text)"
  }
}

extension String {
  /// A time as it stands in the file, with its distance to now: `2026-11-22T… (3 min ago)`.
  func withDistance(to now: Timestamp) -> String {
    guard let time = Timestamp(self) else { return self }
    return "\(self) (\(time.relative(to: now)))"
  }
}
