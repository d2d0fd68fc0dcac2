import MemoryAPI
import Testing

@testable import ServerStore

/// The times that changes get, and up to when a read sees all of them.
@Suite struct ClockTests {
  @Test func `Times are later one by one, and the horizon stays before what is not committed`() {
    let start = Timestamp.now.advanced(bySeconds: 3600)
    let clock = Clock(last: start, reserved: .epoch)
    clock.group { _ in }
    clock.group { _ in
      let floor = clock.horizon().time
      let first = clock.next()
      #expect(floor >= start)
      #expect(floor < first)
      #expect(first < clock.next())
      #expect(clock.horizon() == (floor, true))
    }
    let horizon = clock.horizon().time
    clock.group { _ in #expect(clock.next() > horizon) }
  }

  @Test func `A horizon that is not reserved is not handed out, and the next clock is later`()
    throws
  {
    let clock = Clock(last: .now, reserved: .epoch)
    #expect(clock.horizon() == (.epoch, false))
    let reservation = clock.group { $0 }
    let reserved = try #require(reservation)
    #expect(clock.horizon().isReserved)
    #expect(clock.horizon().time < reserved)
    // One reservation serves many groups.
    #expect(clock.group { $0 } == nil)
    let later = Clock(last: .epoch, reserved: reserved)
    later.group { _ in #expect(later.next() > reserved) }
    let closed = clock.close()
    #expect(closed < reserved)
    #expect(clock.horizon().time == closed)
  }
}
