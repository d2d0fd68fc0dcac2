import Foundation
import Testing

@testable import ServerStore

/// The databases on which the contract of `Store` is tested.
enum TestedStore: CaseIterable, Sendable {
  case sqlite

  /// An empty store.
  func make() throws -> OpenStore {
    switch self {
    case .sqlite:
      let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
      let store = try SQLiteStore(path: folder.appendingPathComponent("server.db").path)
      return OpenStore(store) { try? FileManager.default.removeItem(at: folder) }
    }
  }
}

/// A store that is closed and removed after a test. Its changes are waited for.
final class OpenStore: Sendable {
  let store: any Store
  private let remove: @Sendable () -> Void

  init(_ store: any Store, remove: @escaping @Sendable () -> Void) {
    self.store = store
    self.remove = remove
  }

  deinit {
    store.close()
    remove()
  }

  func insert(
    _ drafts: [Draft], owner: String = "alice", key: IdempotencyKey? = nil
  ) async throws -> Insertion {
    try await result(of: { store.insert(drafts, owner: owner, key: key, completion: $0) })
  }

  /// The id of a new memory.
  @discardableResult
  func insert(_ draft: Draft, owner: String = "alice") async throws -> Int64 {
    guard case .inserted(let ids) = try await insert([draft], owner: owner) else { return 0 }
    return try #require(ids.first)
  }

  func update(_ id: Int64, with patch: Patch, by user: String = "alice") async throws -> Update {
    try await result(of: { store.update(id, with: patch, by: user, completion: $0) })
  }

  @discardableResult
  func delete(_ id: Int64, by user: String = "alice") async throws -> Deletion {
    try await result(of: { store.delete(id, by: user, completion: $0) })
  }

  func contents(_ ids: [Int64]) throws -> [String] { try store.memories(ids[...]).map(\.content) }
}

/// What comes of an operation.
func result<Value: Sendable>(
  of operation: (@escaping Completion<Value>) -> Void
) async throws -> Value {
  try await withCheckedThrowingContinuation { continuation in
    operation { continuation.resume(with: $0) }
  }
}

extension Draft {
  init(_ content: String, tags: String = "", importance: Double = 0.5, category: String = "facts") {
    self.init(content: content, category: category, tags: tags, importance: importance)
  }
}
