import MemoryModel
import Testing

@Suite("A number in a message")
struct GroupedNumberTests {
  @Test(
    "is grouped as people read it",
    arguments: [
      (0, "0"), (999, "999"), (1_000, "1,000"), (-1_234_567, "-1,234,567"), (100, "100"),
    ])
  func grouping(number: Int, text: String) {
    #expect(grouped(number) == text)
  }
}
