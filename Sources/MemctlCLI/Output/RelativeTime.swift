import Glibc
import MemctlCore

extension Timestamp {
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

  /// The time as a person would say it: `3 min ago`, `14:02`, `yesterday 14:02`, `2026-11-22 14:02`.
  ///
  /// - Parameter zone: the seconds that local time is ahead of UTC at a time.
  func forPeople(
    at now: Timestamp, zone: (Timestamp) -> Double = Timestamp.localOffset
  ) -> String {
    abs(now.seconds(since: self)) < 3_600
      ? relative(to: now) : timeOfDay(at: now, zone: zone)
  }

  /// The same without a distance: `14:02`.
  func timeOfDay(
    at now: Timestamp, zone: (Timestamp) -> Double = Timestamp.localOffset
  ) -> String {
    func date(days: Double) -> Substring {
      let time = now.advanced(bySeconds: days * 86_400)
      return time.advanced(bySeconds: zone(time)).description.prefix(10)
    }
    let local = advanced(bySeconds: zone(self)).description
    let time = String(local.dropFirst(11).prefix(5))
    switch local.prefix(10) {
    case date(days: 0): return time
    case date(days: -1): return "yesterday \(time)"
    case date(days: 1): return "tomorrow \(time)"
    case let day: return "\(day) \(time)"
    }
  }

  /// `14:02:59`, in the local time zone.
  var clock: String {
    String(advanced(bySeconds: Self.localOffset(at: self)).description.dropFirst(11).prefix(8))
  }

  /// The seconds that this machine's time zone is ahead of UTC at a time.
  static func localOffset(at time: Timestamp) -> Double {
    var seconds = time_t(time.seconds(since: .epoch).rounded(.down))
    var parts = tm()
    localtime_r(&seconds, &parts)
    return Double(parts.tm_gmtoff)
  }
}

extension String {
  /// A time as it stands in the file, as a person would say it; what is not a time, as it is.
  func forPeople(at now: Timestamp) -> String { Timestamp(self)?.forPeople(at: now) ?? self }

  /// The same in the fewest words: its distance to now.
  func distance(to now: Timestamp) -> String { Timestamp(self)?.relative(to: now) ?? self }
}
