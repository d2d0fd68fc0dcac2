import Spelling
import Testing

@Suite("The nearest candidate")
struct NearestTests {
  @Test(
    "is found by the typing errors between words",
    arguments: [
      ("", "", 0), ("push", "push", 0), ("psuh", "push", 1), ("pus", "push", 1),
      ("puush", "push", 1),
      ("posh", "push", 1), ("", "push", 4), ("pull", "push", 2), ("ca", "abc", 3),
    ])
  func distance(source: String, target: String, errors: Int) {
    #expect(typingErrors(from: source, to: target) == errors)
    #expect(typingErrors(from: target, to: source) == errors)
  }

  @Test(
    "is near enough to be a misspelling",
    arguments: [
      ("statsu", "status"), ("pulll", "pull"), ("completion", "completions"), ("xyz", nil),
      ("comp", nil), ("", nil),
    ])
  func nearestCandidate(word: String, candidate: String?) {
    #expect(nearest(to: word, among: ["push", "pull", "status", "completions"]) == candidate)
  }

  @Test("is the first of equals")
  func firstOfEquals() {
    #expect(nearest(to: "puxl", among: ["puml", "pull"]) == "puml")
  }
}
