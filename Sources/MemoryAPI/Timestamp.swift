import Glibc

/// A point in time in microseconds since 1970 in UTC, the precision of the API.
///
/// It is always in the years 0000 to 9999, which ISO 8601 can express; calculations stop there.
public struct Timestamp: Hashable, Comparable, Sendable {
  public let microseconds: Int64

  /// 0000-01-01T00:00:00Z to the last microsecond of 9999, both included.
  private static let range: ClosedRange<Int64> =
    -62_167_219_200_000_000...253_402_300_799_999_999

  /// The time, clamped to the first or last possible one.
  public init(microseconds: Int64) {
    self.microseconds = min(max(microseconds, Self.range.lowerBound), Self.range.upperBound)
  }

  public static let epoch = Timestamp(microseconds: 0)

  public static func < (left: Self, right: Self) -> Bool { left.microseconds < right.microseconds }

  /// The host's clock.
  public static var now: Timestamp {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
  }

  /// The time `seconds` later, clamped to the first or last possible one; the same time if
  /// `seconds` is not a number.
  public func advanced(bySeconds seconds: Double) -> Timestamp {
    if seconds.isNaN { return self }
    let all = Double(Self.range.upperBound - Self.range.lowerBound)
    return Timestamp(microseconds: microseconds + Int64(min(max(seconds * 1e6, -all), all)))
  }

  /// Seconds from `other` to this time; negative when `other` is later.
  public func seconds(since other: Timestamp) -> Double {
    Double(microseconds - other.microseconds) / 1e6
  }
}

// MARK: Text

extension Timestamp: CustomStringConvertible {
  /// ISO 8601 with `+00:00` and six fraction digits, or none if the fraction is zero.
  public var description: String {
    let (seconds, fraction) = microseconds.flooredDivision(by: 1_000_000)
    let (days, second) = seconds.flooredDivision(by: 86_400)
    let (year, month, day) = civil(fromDays: days)
    return String(unsafeUninitializedCapacity: 32) { buffer in
      var end = 0
      func put(_ byte: UInt8) {
        buffer[end] = byte
        end += 1
      }
      func put(_ number: Int64, digits: Int, then separator: Unicode.Scalar) {
        for place in 0..<digits {
          let digit = number / pow10[digits - 1 - place] % 10
          put(UInt8(ascii: "0") + UInt8(digit))
        }
        put(UInt8(ascii: separator))
      }
      put(year, digits: 4, then: "-")
      put(month, digits: 2, then: "-")
      put(day, digits: 2, then: "T")
      put(second / 3600, digits: 2, then: ":")
      put(second / 60 % 60, digits: 2, then: ":")
      put(second % 60, digits: 2, then: fraction == 0 ? "+" : ".")
      if fraction != 0 { put(fraction, digits: 6, then: "+") }
      put(0, digits: 2, then: ":")
      put(UInt8(ascii: "0"))
      put(UInt8(ascii: "0"))
      return end
    }
  }

  /// Reads `2026-01-31`, optionally followed by a time: `T` or a space, `HH:MM`, then optionally
  /// seconds, a fraction (digits after the sixth are dropped) and a zone: `Z`, `+HH`, `+HHMM` or
  /// `+HH:MM`. Without a zone, the time is UTC. The result is nil for anything else, and for a time
  /// that its zone moves outside the years 0000 to 9999.
  public init?(_ text: String) {
    var text = text
    guard let time = text.withUTF8({ Timestamp($0) }) else { return nil }
    self = time
  }

  private init?(_ text: UnsafeBufferPointer<UInt8>) {
    var scanner = Scanner(rest: text[...])
    guard let year = scanner.number(digits: 4), scanner.skip("-"),
      let month = scanner.number(digits: 2, in: 1...12), scanner.skip("-"),
      let day = scanner.number(digits: 2, in: 1...31)
    else { return nil }
    let days = daysFromCivil(year, month, day)
    guard civil(fromDays: days) == (year, month, day) else { return nil }
    var microseconds = days * 86_400_000_000
    if !scanner.rest.isEmpty {
      guard scanner.skip("T") || scanner.skip("t") || scanner.skip(" "),
        let time = scanner.timeOfDay(), let offset = scanner.zone(), scanner.rest.isEmpty
      else { return nil }
      microseconds += time - offset
    }
    guard Self.range.contains(microseconds) else { return nil }
    self.init(microseconds: microseconds)
  }

  private struct Scanner {
    var rest: Slice<UnsafeBufferPointer<UInt8>>

    mutating func skip(_ scalar: Unicode.Scalar) -> Bool {
      guard rest.first == UInt8(ascii: scalar) else { return false }
      rest.removeFirst()
      return true
    }

    mutating func number(digits: Int, in range: ClosedRange<Int64> = 0...9999) -> Int64? {
      let text = rest.prefix(digits)
      guard text.count == digits, text.allSatisfy(isDigit) else { return nil }
      rest.removeFirst(digits)
      let number = text.reduce(0) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
      return range.contains(number) ? number : nil
    }

    /// In microseconds.
    mutating func timeOfDay() -> Int64? {
      guard let hour = number(digits: 2, in: 0...23), skip(":"),
        let minute = number(digits: 2, in: 0...59)
      else { return nil }
      var microseconds = (hour * 60 + minute) * 60_000_000
      guard skip(":") else { return microseconds }
      guard let second = number(digits: 2, in: 0...59) else { return nil }
      microseconds += second * 1_000_000
      guard skip(".") else { return microseconds }
      let fraction = rest.prefix(while: isDigit)
      rest.removeFirst(fraction.count)
      guard !fraction.isEmpty else { return nil }
      for (place, digit) in fraction.prefix(6).enumerated() {
        microseconds += Int64(digit - UInt8(ascii: "0")) * pow10[5 - place]
      }
      return microseconds
    }

    /// The offset from UTC in microseconds.
    mutating func zone() -> Int64? {
      if rest.isEmpty || skip("Z") || skip("z") { return 0 }
      let sign: Int64 = skip("-") ? -1 : 1
      guard sign < 0 || skip("+"), let hour = number(digits: 2, in: 0...23) else { return nil }
      guard skip(":") || !rest.isEmpty else { return sign * hour * 3_600_000_000 }
      guard let minute = number(digits: 2, in: 0...59) else { return nil }
      return sign * (hour * 60 + minute) * 60_000_000
    }
  }
}

private func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

private let pow10: [Int64] = [1, 10, 100, 1000, 10_000, 100_000]

extension Int64 {
  fileprivate func flooredDivision(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }
}

// Both algorithms are by Howard Hinnant: <https://howardhinnant.github.io/date_algorithms.html>.
// Years begin in March, so that the leap day is the last day of a year.

private func daysFromCivil(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
  let (era, yearOfEra) = (month <= 2 ? year - 1 : year).flooredDivision(by: 400)
  let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
  let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
  return era * 146_097 + dayOfEra - 719_468
}

private func civil(fromDays days: Int64) -> (year: Int64, month: Int64, day: Int64) {
  let (era, dayOfEra) = (days + 719_468).flooredDivision(by: 146_097)
  let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
  let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
  let monthFromMarch = (5 * dayOfYear + 2) / 153
  let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
  let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
  return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
}
