import MemctlCore

/// What a progress line says. It remembers when a transfer began, to tell how long it takes.
struct ProgressText {
  private enum Subject {
    case activity(SyncActivity)
    case words(String)
  }

  private var subject: Subject
  /// When the transfer began, and the bytes that had arrived by then.
  private var start: (time: Double, received: Int)?

  init(_ text: String) { subject = .words(text) }

  /// - Parameter time: seconds on a clock that is never set back.
  mutating func note(_ activity: SyncActivity, at time: Double) {
    if case .receiving(let received, _, _) = activity {
      if start == nil { start = (time, received) }
    } else {
      start = nil
    }
    subject = .activity(activity)
  }

  func text(at time: Double) -> String {
    switch subject {
    case .words(let text): text
    case .activity(let activity): text(of: activity, at: time)
    }
  }

  private func text(of activity: SyncActivity, at time: Double) -> String {
    switch activity {
    case .waitingForLock: "waiting for another memctl to finish syncing"
    case .waitingForServer: "waiting for the server"
    case .receiving(let received, let total, let isEstimate):
      transfer(received, of: total, isEstimate, at: time)
    case .pushing(let done, let total): "sent \(grouped(done)) of \(grouped(total))"
    case .applying(let count, let share): "applied \(grouped(count)) (\(Int(share * 100)) %)"
    case .comparing(let count, let share): "compared \(grouped(count)) (\(Int(share * 100)) %)"
    case .ended: ""
    }
  }

  /// `receiving 12.4 of 75.0 MB, 8 s left`
  private func transfer(
    _ received: Int, of total: Int?, _ isEstimate: Bool, at time: Double
  ) -> String {
    let passed = start.map { time - $0.time } ?? 0
    // The first moments say little about the rest.
    let rate = passed >= 1 ? Double(received - (start?.received ?? 0)) / passed : 0
    // An estimate may have been too low.
    guard let total, total >= received else {
      return "receiving \(Self.size(received))" + (rate > 0 ? ", \(Self.size(Int(rate)))/s" : "")
    }
    let unit = Self.unit(of: total)
    let text =
      "receiving \(Self.number(received, in: unit)) of \(isEstimate ? "about " : "")"
      + "\(Self.number(total, in: unit)) \(unit.name)"
    return text + (rate > 0 ? ", \(Self.duration(Double(total - received) / rate)) left" : "")
  }

  private typealias Unit = (name: String, size: Double)

  private static func unit(of bytes: Int) -> Unit {
    bytes < 1_000_000 ? ("kB", 1e3) : bytes < 1_000_000_000 ? ("MB", 1e6) : ("GB", 1e9)
  }

  private static func size(_ bytes: Int) -> String {
    let unit = unit(of: bytes)
    return "\(number(bytes, in: unit)) \(unit.name)"
  }

  /// With one digit after the point.
  private static func number(_ bytes: Int, in unit: Unit) -> String {
    let tenths = Int((Double(bytes) / unit.size * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)"
  }

  private static func duration(_ seconds: Double) -> String {
    let seconds = Int(min(seconds.rounded(.up), 360_000))
    return switch seconds {
    case ..<100: "\(seconds) s"
    case ..<6_000: "\((seconds + 30) / 60) min"
    default: "\((seconds + 1_800) / 3_600) h"
    }
  }
}
