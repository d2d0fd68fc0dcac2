import Fuzzing
import TestSupport
import Testing

/// A short seeded run in every `swift test`; `make fuzz` goes on for as long as one likes.
@Suite("What others wrote") struct FuzzingTests {
  @Test("is read or refused, and nothing traps or hangs", arguments: FuzzTarget.allCases)
  func mutations(_ target: FuzzTarget) {
    var random = SeededGenerator(seed: 20_261_122)
    for seed in target.seeds { target.run(seed) }
    for _ in 0..<20_000 { target.run(target.mutation(using: &random)) }
  }

  @Test("and nests for ever, is refused", arguments: FuzzTarget.allCases)
  func nesting(_ target: FuzzTarget) {
    for opening in ["[", "{\"memories\":", "{\"detail\":["] {
      target.run(Array(("\0\0" + String(repeating: opening, count: 200_000)).utf8))
      target.run(Array(String(repeating: opening, count: 200_000).utf8))
    }
  }
}
