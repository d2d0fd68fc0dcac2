import MemoryAPI
import MemoryModel

/// The latest days on which something was tidied, and the latest row that there was on each.
///
/// A clock that jumps ahead must not throw everything away, so age is counted in days on which memctl
/// was used.
struct RetentionDays {
  /// The number of days for which a row is kept.
  static let lifetime = 30

  private var lastDay: Timestamp?
  private var rows: [Int64]

  /// Parses the form that `text` produces; any other text means no days at all.
  init(_ text: String) {
    let parts = text.split(separator: " ")
    lastDay = parts.first.flatMap { Timestamp(String($0)) }
    rows = lastDay == nil ? [] : parts.dropFirst().compactMap { Int64($0) }
  }

  var text: String {
    ([lastDay?.description ?? ""] + rows.map(String.init)).joined(separator: " ")
  }

  /// Begins a new day if the last one is over, however long ago that was, or lies in the future
  /// because the clock was set back.
  ///
  /// - Returns: whether anything changed.
  mutating func begin(at now: Timestamp, latest: Int64) -> Bool {
    if let lastDay {
      let age = now.seconds(since: lastDay)
      if age >= 0, age < 86_400 { return false }
      if age >= 86_400 { rows.append(latest) }
    }
    lastDay = now
    return true
  }

  /// The latest row that is too old, if there is one; its day is forgotten.
  mutating func expired() -> Int64? {
    rows.count > Self.lifetime ? rows.removeFirst() : nil
  }
}

extension NoteTable where Access == ReadWrite {
  /// Begins a new day in a note of `RetentionDays` if the last one is over.
  ///
  /// - Parameter latest: the latest row that was ever added; asked for only on a new day.
  /// - Returns: the latest row that is too old; nil if none became so.
  func beginDay(
    _ note: Note, at now: Timestamp, latest: () throws -> Int64
  ) throws -> Int64? {
    let text = try value(of: note) ?? ""
    var days = RetentionDays(text)
    guard try days.begin(at: now, latest: latest()) else { return nil }
    let expired = days.expired()
    try set(note, days.text)
    return expired
  }
}
