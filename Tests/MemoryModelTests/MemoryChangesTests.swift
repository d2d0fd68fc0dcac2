import MemoryAPI
import MemoryModel
import Testing

@Suite("Changes of a memory") struct MemoryChangesTests {
  @Test("What is given changes, and everything else stays")
  func changed() {
    let before = MemoryFields(content: "a", tags: "t", importance: 0.7, isSensitive: true)
    let changes: MemoryChanges = [.content: .text("b"), .isSensitive: .flag(false)]
    let after = MemoryFields(content: "b", tags: "t", importance: 0.7)
    #expect(before.changed(by: changes) == after)
    #expect(before.changed(by: [:]) == before)
    #expect(before.changed(by: MemoryChanges(after)) == after)
  }

  @Test("A value of another kind than the field's is a programmer's error")
  func wrongKind() async {
    await #expect(processExitsWith: .failure) {
      _ = [.importance: .text("high")] as MemoryChanges
    }
  }
}
