import TestSupport
import Testing

@testable import MemctlCore

@Suite("Timestamps") struct TimestampTests {
  @Test(
    "A time is read in every form that the server and the Python side write",
    arguments: [
      ("1970-01-01T00:00:00+00:00", 0), ("1970-01-01T00:00:00.000001+00:00", 1),
      ("1970-01-01T00:00:00Z", 0), ("1970-01-01T00:00:00", 0), ("1970-01-01 00:00:01", 1_000_000),
      ("1970-01-01T00:00:00.5Z", 500_000), ("1970-01-01T00:00:00.1234567Z", 123_456),
      ("1970-01-01T01:00:00+01:00", 0), ("1969-12-31T19:30:00-04:30", 0),
      ("2000-02-29T00:00:00Z", 951_782_400_000_000),
      ("2026-03-01T12:00:00.123456+00:00", 1_772_366_400_123_456),
      ("1969-12-31T23:59:59.999999Z", -1),
      ("0001-01-01T00:00:00Z", -62_135_596_800_000_000),
      ("9999-12-31T23:59:59Z", 253_402_300_799_000_000),
    ] as [(String, Int64)])
  func reads(text: String, microseconds: Int64) {
    #expect(Timestamp(text)?.microseconds == microseconds)
  }

  @Test(
    "What is no time is not read",
    arguments: [
      "", "now", "2026-03-01", "2026-03-01T12:00", "2026-3-1T12:00:00Z", "2026-03-01T12:00:00.Z",
      "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-02-29T00:00:00Z",
      "1900-02-29T00:00:00Z", "2026-03-00T00:00:00Z", "2026-04-31T00:00:00Z",
      "2026-03-01T24:00:00Z", "2026-03-01T23:60:00Z", "2026-03-01T23:59:60Z",
      "2026-03-01T12:00:00z", "2026-03-01T12:00:00+0100", "2026-03-01T12:00:00+24:00",
      "2026-03-01T12:00:00 Z", " 2026-03-01T12:00:00Z", "2026-03-01T12:00:00Z ",
      "2026-03-01T12:00:00+", "-2026-03-01T12:00:00Z", "２026-03-01T12:00:00Z",
    ])
  func refuses(text: String) {
    #expect(Timestamp(text) == nil)
  }

  @Test(
    "A time is written as the server writes it",
    arguments: [
      (0, "1970-01-01T00:00:00+00:00"), (1, "1970-01-01T00:00:00.000001+00:00"),
      (-1, "1969-12-31T23:59:59.999999+00:00"), (100_000, "1970-01-01T00:00:00.100000+00:00"),
      (951_782_399_000_000, "2000-02-28T23:59:59+00:00"),
    ] as [(Int64, String)])
  func writes(microseconds: Int64, text: String) {
    #expect(Timestamp(microseconds: microseconds).description == text)
  }

  @Test("What is written is read back as the same time, and sorts as text as it does as a time")
  func roundTrip() {
    var random = SeededGenerator(seed: 7)
    var times = (0..<2_000).map { _ in
      Timestamp(microseconds: Int64.random(in: 0...253_402_300_799_999_999, using: &random))
    }
    for second in 0..<500 { times.append(Timestamp(microseconds: Int64(second) * 500_000)) }
    for time in times { #expect(Timestamp(time.description) == time) }
    #expect(times.sorted().map(\.description) == times.map(\.description).sorted())
  }

  @Test("Seconds are added and taken")
  func arithmetic() {
    let time = Timestamp("2026-03-01T12:00:00Z")!
    #expect(time.advanced(bySeconds: 1.5).description == "2026-03-01T12:00:01.500000+00:00")
    #expect(time.advanced(bySeconds: -120).seconds(since: time) == -120)
    #expect(time < time.advanced(bySeconds: 0.000001))
  }
}
