import MemoryAPI
import Testing

@Suite struct RuleTests {
  @Test(arguments: [
    (0, "1970-01-01T00:00:00+00:00"), (1, "1970-01-01T00:00:00.000001+00:00"),
    (-1, "1969-12-31T23:59:59.999999+00:00"), (951_782_400_000_000, "2000-02-29T00:00:00+00:00"),
    (1_795_376_377_762_978, "2026-11-22T19:39:37.762978+00:00"),
    (4_107_542_399_500_000, "2100-02-28T23:59:59.500000+00:00"),
  ])
  func `A time is written and read`(microseconds: Int64, text: String) {
    #expect(Timestamp(microseconds: microseconds).description == text)
    #expect(Timestamp(text)?.microseconds == microseconds)
  }

  @Test(arguments: [
    ("1970-01-02", 86_400_000_000), ("1970-01-01T01:00", 3_600_000_000),
    ("1970-01-01 00:00:01Z", 1_000_000), ("1970-01-01t00:00:00.5z", 500_000),
    ("1970-01-01T00:00:00.1234567", 123_456), ("1970-01-01T02:00:00+02", 0),
    ("1970-01-01T02:30:00+0230", 0), ("1969-12-31T19:00:00-05:00", 0),
  ])
  func `A time is read in any form of ISO 8601 that clients send`(
    text: String, microseconds: Int64
  ) {
    #expect(Timestamp(text)?.microseconds == microseconds)
  }

  @Test(arguments: [
    "", "now", "1970", "1970-1-1", "1970-02-30", "1970-13-01", "1970-01-01T", "1970-01-01T24:00",
    "1970-01-01T00:60", "1970-01-01T00:00:60", "1970-01-01T00:00:00.", "1970-01-01T00:00:00+",
    "1970-01-01T00:00:00+2", "1970-01-01T00:00:00+02:", "1970-01-01T00:00:00Zx",
    "1970-01-01T00:00:00 00:00", "0000-01-01T00:00:00+00:01", "9999-12-31T23:59:59.999999-00:01",
  ])
  func `What is no time is none`(text: String) {
    #expect(Timestamp(text) == nil)
  }

  @Test(arguments: [
    ("0000-01-01T00:00:00+00:00", -62_167_219_200_000_000),
    ("9999-12-31T23:59:59.999999+00:00", 253_402_300_799_999_999),
  ])
  func `The first and the last time are written, read and never left`(
    text: String, microseconds: Int64
  ) {
    let time = Timestamp(microseconds: microseconds)
    #expect(time.description == text)
    #expect(Timestamp(text) == time)
    let sign = microseconds < 0 ? -1.0 : 1.0
    #expect(Timestamp(microseconds: microseconds < 0 ? .min : .max) == time)
    for seconds in [1, 1e300, .infinity] {
      #expect(time.advanced(bySeconds: sign * seconds) == time)
    }
    #expect(Timestamp.epoch.advanced(bySeconds: sign * 1e12) == time)
    #expect(time.advanced(bySeconds: .nan) == time)
    #expect(time.seconds(since: .epoch) * sign > 0)
  }

  @Test(arguments: [
    ("facts", "facts"), (" Gotcha ", "gotchas"), ("bug", "gotchas"), ("PROJECT", "projects"),
    ("reference", "references"), ("infra", "infrastructure"), ("incident", "incidents"),
    ("procedures", "runbook"), ("post-mortems", "post-mortems"), (" Recipes ", "recipes"),
    ("  ", ""),
  ])
  func `A category gets its canonical name`(name: String, category: String) {
    #expect(Category.canonical(name) == category)
  }
}
