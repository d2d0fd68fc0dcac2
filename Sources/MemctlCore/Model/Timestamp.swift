/// A point in time, in microseconds since 1970-01-01T00:00:00 UTC.
public struct Timestamp: Hashable, Comparable, Sendable {
  public let microseconds: Int64

  public init(microseconds: Int64) { self.microseconds = microseconds }

  public static let epoch = Timestamp(microseconds: 0)

  public static func < (a: Timestamp, b: Timestamp) -> Bool { a.microseconds < b.microseconds }

  /// The time that many seconds later; within a century of now it does not overflow.
  public func advanced(bySeconds seconds: Double) -> Timestamp {
    Timestamp(microseconds: microseconds + Int64(seconds * 1e6))
  }

  /// Seconds from `other` to this time; negative when `other` is later.
  public func seconds(since other: Timestamp) -> Double {
    Double(microseconds - other.microseconds) / 1e6
  }
}

// MARK: - ISO 8601

extension Timestamp: CustomStringConvertible {
  /// The time as the server and the local file write it: UTC as `+00:00`, six fraction digits, or
  /// none when the fraction is exactly zero.
  public var description: String {
    let days = Int(microseconds.flooredDivision(by: 86_400_000_000))
    let rest = Int(microseconds - Int64(days) * 86_400_000_000)
    let (year, month, day) = Self.civil(fromDays: days)
    let (second, fraction) = rest.quotientAndRemainder(dividingBy: 1_000_000)
    let time = "\(pad(second / 3600, 2)):\(pad(second / 60 % 60, 2)):\(pad(second % 60, 2))"
    let date = "\(pad(year, 4))-\(pad(month, 2))-\(pad(day, 2))"
    return "\(date)T\(time)\(fraction == 0 ? "" : ".\(pad(fraction, 6))")+00:00"
  }

  /// Reads `YYYY-MM-DDTHH:MM:SS`, then an optional fraction, then an optional `Z` or `±HH:MM`.
  /// A blank may stand for the `T`, a time without zone is UTC, and digits past the sixth of the
  /// fraction are dropped.
  public init?(_ text: String) {
    var text = text
    guard let time = text.withUTF8(Self.parse) else { return nil }
    self = time
  }

  private static func parse(_ text: UnsafeBufferPointer<UInt8>) -> Timestamp? {
    var fields = Fields(text)
    guard let year = fields.number(4), fields.skip("-"), let month = fields.number(2),
      fields.skip("-"), let day = fields.number(2), fields.skip("T") || fields.skip(" "),
      let hour = fields.number(2), fields.skip(":"), let minute = fields.number(2),
      fields.skip(":"), let second = fields.number(2), (1...12).contains(month),
      (1...days(inMonth: month, of: year)).contains(day), hour < 24, minute < 60, second < 60,
      let fraction = fields.fraction(), let offset = fields.zone(), fields.isAtEnd
    else { return nil }
    let seconds = days(fromYear: year, month, day) * 86_400 + hour * 3600 + minute * 60 + second
    return Timestamp(microseconds: Int64(seconds - offset) * 1_000_000 + Int64(fraction))
  }

  private struct Fields {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var index = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    var isAtEnd: Bool { index == bytes.count }

    mutating func skip(_ character: Unicode.Scalar) -> Bool {
      guard index < bytes.count, bytes[index] == UInt8(ascii: character) else { return false }
      index += 1
      return true
    }

    mutating func digit() -> Int? {
      guard index < bytes.count, bytes[index] &- UInt8(ascii: "0") < 10 else { return nil }
      index += 1
      return Int(bytes[index - 1] - UInt8(ascii: "0"))
    }

    mutating func number(_ digits: Int) -> Int? {
      var value = 0
      for _ in 0..<digits {
        guard let digit = digit() else { return nil }
        value = value * 10 + digit
      }
      return value
    }

    /// Microseconds; zero where there is no fraction, nil where it has no digit.
    mutating func fraction() -> Int? {
      guard skip(".") else { return 0 }
      guard var value = digit() else { return nil }
      var count = 1
      while let digit = digit() {
        if count < 6 {
          value = value * 10 + digit
          count += 1
        }
      }
      while count < 6 {
        value *= 10
        count += 1
      }
      return value
    }

    /// Seconds east of UTC.
    mutating func zone() -> Int? {
      if isAtEnd || skip("Z") { return 0 }
      let sign = skip("-") ? -1 : 1
      guard sign == -1 || skip("+"), let hours = number(2), skip(":"), let minutes = number(2),
        hours < 24, minutes < 60
      else { return nil }
      return sign * (hours * 3600 + minutes * 60)
    }
  }

  // The civil calendar by Howard Hinnant's algorithms, which count years from March.
  // <https://howardhinnant.github.io/date_algorithms.html>

  static func days(fromYear year: Int, _ month: Int, _ day: Int) -> Int {
    let year = month <= 2 ? year - 1 : year
    let era = year.flooredDivision(by: 400)
    let yearOfEra = year - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  static func civil(fromDays days: Int) -> (year: Int, month: Int, day: Int) {
    let shifted = days + 719_468
    let era = shifted.flooredDivision(by: 146_097)
    let dayOfEra = shifted - era * 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
  }

  private static func days(inMonth month: Int, of year: Int) -> Int {
    let next = month == 12 ? days(fromYear: year + 1, 1, 1) : days(fromYear: year, month + 1, 1)
    return next - days(fromYear: year, month, 1)
  }
}

private func pad(_ number: Int, _ width: Int) -> String {
  let digits = String(number)
  return String(repeating: "0", count: max(0, width - digits.count)) + digits
}

extension SignedInteger {
  fileprivate func flooredDivision(by divisor: Self) -> Self {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? quotient - 1 : quotient
  }
}
