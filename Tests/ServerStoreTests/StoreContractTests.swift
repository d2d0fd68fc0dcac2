import MemoryAPI
import Testing

@testable import ServerStore

/// What `Store` promises, whatever the database.
@Suite struct StoreContractTests {
  // MARK: Changes

  @Test(arguments: TestedStore.allCases)
  func `New memories have ids in the order of their drafts`(tested: TestedStore) async throws {
    let store = try tested.make()
    let drafts = (0..<5).map { Draft("\($0)") }
    guard case .inserted(let ids) = try await store.insert(drafts) else {
      Issue.record("they were not inserted")
      return
    }
    #expect(ids == ids.sorted() && Set(ids).count == 5)
    #expect(try store.contents(ids) == ["0", "1", "2", "3", "4"])
    #expect(try await store.insert([]) == .inserted([]))
  }

  @Test(arguments: TestedStore.allCases)
  func `A memory is stored as it was given, with the time of its insertion`(tested: TestedStore)
    async throws
  {
    let store = try tested.make()
    let draft = Draft(
      content: "a\"\\\n\u{1F600}", category: "facts", tags: "t, u", expandedKeywords: "k",
      importance: 0.25, isSensitive: true)
    let memory = try #require(try await store.store.memory(store.insert(draft, owner: "bob")))
    #expect(memory.owner == "bob")
    #expect(memory.content == draft.content)
    #expect(memory.category == draft.category)
    #expect(memory.tags == draft.tags)
    #expect(memory.expandedKeywords == draft.expandedKeywords)
    #expect(memory.importance == draft.importance)
    #expect(memory.isSensitive)
    #expect(memory.createdAt == memory.updatedAt)
    #expect(memory.deletedAt == nil)
  }

  @Test(arguments: TestedStore.allCases)
  func `A key makes an insertion happen once, for each user and each fingerprint`(
    tested: TestedStore
  ) async throws {
    let store = try tested.make()
    let key = IdempotencyKey("k", fingerprint: 1)
    let drafts = [Draft("a"), Draft("b")]
    guard case .inserted(let ids) = try await store.insert(drafts, key: key) else {
      Issue.record("it did not happen")
      return
    }
    try await store.insert(Draft("between"))
    try await store.delete(ids[0])
    #expect(try await store.insert(drafts, key: key) == .replayed(ids))
    let other = IdempotencyKey("k", fingerprint: 2)
    #expect(try await store.insert([Draft("c")], key: other) == .keyReused)
    guard case .inserted = try await store.insert(drafts, owner: "bob", key: key) else {
      Issue.record("another user's key was taken for it")
      return
    }
    #expect(try store.store.summary(of: MemoryFilter()).count == 4)
  }

  @Test(arguments: TestedStore.allCases)
  func `Of insertions with one key at the same time, one happens`(tested: TestedStore) async throws
  {
    let store = try tested.make()
    let key = IdempotencyKey("k", fingerprint: 1)
    let insertions = try await withThrowingTaskGroup(of: Insertion.self) { group in
      for _ in 0..<16 { group.addTask { try await store.insert([Draft("a")], key: key) } }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    let inserted = insertions.compactMap { if case .inserted(let ids) = $0 { ids } else { nil } }
    let replayed = insertions.compactMap { if case .replayed(let ids) = $0 { ids } else { nil } }
    #expect(inserted.count == 1)
    #expect(replayed == Array(repeating: inserted[0], count: 15))
  }

  @Test(arguments: TestedStore.allCases)
  func `A patch changes what it names, and the time`(tested: TestedStore) async throws {
    let store = try tested.make()
    let id = try await store.insert(Draft("before", tags: "t"))
    let before = try #require(try store.store.memory(id))
    #expect(try await store.update(id, with: Patch(content: "after")) == .updated)
    let after = try #require(try store.store.memory(id))
    #expect((after.content, after.tags) == ("after", "t"))
    #expect(after.updatedAt > before.updatedAt)
    #expect(after.createdAt == before.createdAt)
    #expect(try await store.update(id, with: Patch()) == .updated)
    #expect(try store.store.memory(id) == after)
    #expect(try await store.update(id, with: Patch(isSensitive: true)) == .updated)
    #expect(try await store.update(id, with: Patch(content: "harmless")) == .updated)
    #expect(try store.store.memory(id)?.isSensitive == true)
  }

  @Test(arguments: TestedStore.allCases)
  func `A patch needs a live memory of the user's own, also when it is empty`(tested: TestedStore)
    async throws
  {
    let store = try tested.make()
    let id = try await store.insert(Draft("a"))
    for patch in [Patch(), Patch(tags: "t")] {
      #expect(try await store.update(id, with: patch, by: "bob") == .notPermitted)
      #expect(try await store.update(id + 1, with: patch) == .notFound)
    }
    try await store.delete(id)
    for user in ["alice", "bob"] {
      #expect(try await store.update(id, with: Patch(), by: user) == .notFound)
    }
  }

  @Test(arguments: TestedStore.allCases)
  func `A deletion leaves a tombstone, once, and only the owner's`(tested: TestedStore)
    async throws
  {
    let store = try tested.make()
    let id = try await store.insert(Draft("a"))
    #expect(try await store.delete(id, by: "bob") == .notPermitted)
    #expect(try await store.delete(id) == .deleted(content: "a"))
    let tombstone = try #require(try store.store.memories([id]).first)
    #expect(tombstone.content == "a")
    #expect(tombstone.deletedAt == tombstone.updatedAt)
    #expect(tombstone.updatedAt > tombstone.createdAt)
    #expect(try store.store.memory(id) == nil)
    #expect(try await store.delete(id) == .nothingToDelete)
    #expect(try await store.delete(id, by: "bob") == .notPermitted)
    #expect(try await store.delete(id + 1) == .nothingToDelete)
    #expect(try store.store.memories([id]) == [tombstone])
  }

  @Test(arguments: TestedStore.allCases)
  func `A closed store takes no change, and is still read`(tested: TestedStore) async throws {
    let store = try tested.make()
    let id = try await store.insert(Draft("a"))
    store.store.close()
    let failure = await #expect(throws: StoreFailure.self) { try await store.insert(Draft("b")) }
    #expect(failure?.kind == .closed)
    #expect(try store.store.memory(id)?.content == "a")
  }

  // MARK: What changed

  @Test(arguments: TestedStore.allCases)
  func `Changes are the user's own, in the order of their times`(tested: TestedStore) async throws {
    let store = try tested.make()
    let first = try await store.insert(Draft("1"))
    let second = try await store.insert(Draft("2"))
    try await store.insert(Draft("bob's"), owner: "bob")
    _ = try await store.update(first, with: Patch(tags: "t"))
    #expect(try store.store.changes(of: "alice", since: nil) == [second, first])
    let time = try #require(try store.store.memory(second)).updatedAt
    #expect(try store.store.changes(of: "alice", since: time) == [first])
    try await store.delete(second)
    #expect(try store.store.changes(of: "alice", since: time) == [first, second])
    #expect(try store.store.changes(of: "carol", since: nil) == [])
  }

  @Test(arguments: TestedStore.allCases)
  func `Whoever follows the watermarks misses no change`(tested: TestedStore) async throws {
    let store = try tested.make()
    let writers = Task {
      try await withThrowingTaskGroup(of: Void.self) { group in
        for writer in 0..<8 {
          group.addTask {
            for number in 0..<20 { try await store.insert(Draft("\(writer).\(number)")) }
          }
        }
        try await group.waitForAll()
      }
    }
    var (seen, watermark): (Set<Int64>, Timestamp?) = ([], nil)
    func look() async throws {
      let next = try await result { store.store.watermark(completion: $0) }
      seen.formUnion(try store.store.changes(of: "alice", since: watermark))
      watermark = next
    }
    for _ in 0..<100 { try await look() }
    try await writers.value
    try await look()
    #expect(seen.count == 160)
  }

  @Test(arguments: TestedStore.allCases)
  func `A revision is another after each change, and only then`(tested: TestedStore) async throws {
    let store = try tested.make()
    let id = try await store.insert(Draft("a"))
    try await store.insert(Draft("b"))
    var revisions = [try store.store.revision(of: "alice")]
    var summaries = [try store.store.summary(of: MemoryFilter()).revision]
    func note() throws {
      revisions.append(try store.store.revision(of: "alice"))
      summaries.append(try store.store.summary(of: MemoryFilter()).revision)
    }
    _ = try await store.update(id, with: Patch(tags: "t"))
    try note()
    try await store.delete(id)
    try note()
    try await store.insert(Draft("c"))
    try note()
    #expect(Set(revisions).count == 4)
    #expect(Set(summaries).count == 4)
    try await store.insert(Draft("bob's"), owner: "bob")
    #expect(try store.store.revision(of: "alice") == revisions.last)
  }

  // MARK: Memories

  @Test(arguments: TestedStore.allCases)
  func `Memories come in the order in which they are asked for`(tested: TestedStore) async throws {
    let store = try tested.make()
    let first = try await store.insert(Draft("1"))
    let second = try await store.insert(Draft("2"))
    #expect(try store.contents([second, second + 7, first]) == ["2", "1"])
  }

  @Test(arguments: TestedStore.allCases)
  func `A list has live memories of all users, filtered, ordered and paged`(tested: TestedStore)
    async throws
  {
    let store = try tested.make()
    try await store.insert(Draft("1", tags: "red, Green", importance: 0.25))
    try await store.insert(Draft("2", tags: "Greenish", category: "gotchas"), owner: "bob")
    try await store.insert(Draft("3", importance: 0.75, category: "gotchas"))
    try await store.insert(Draft("4", tags: #"a "quoted\ one , plain"#, importance: 0.125))
    try await store.insert(Draft("5"))
    try await store.delete(store.insert(Draft("6")))
    func list(_ filter: MemoryFilter, limit: Int64 = 10, offset: Int64 = 0) throws -> [String] {
      try store.contents(try store.store.list(filter, limit: limit, offset: offset))
    }
    #expect(try list(MemoryFilter()) == ["3", "2", "5", "1", "4"])
    #expect(try list(MemoryFilter(), limit: 2, offset: 1) == ["2", "5"])
    #expect(try list(MemoryFilter(category: "gotchas")) == ["3", "2"])
    #expect(try list(MemoryFilter(tag: "Green")) == ["1"])
    #expect(try list(MemoryFilter(tag: #"a "quoted\ one"#)) == ["4"])
    #expect(try list(MemoryFilter(category: "gotchas", tag: "plain")) == [])
    #expect(try store.store.summary(of: MemoryFilter()).count == 5)
    #expect(try store.store.summary(of: MemoryFilter(category: "gotchas")).count == 2)
    #expect(try store.store.summary(of: MemoryFilter(tag: "none")).count == 0)
  }
}
