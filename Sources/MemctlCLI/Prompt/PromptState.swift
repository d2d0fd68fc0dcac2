import MemctlCore

/// What the prompt tells of cache and sync.
final class PromptState {
  private let configuration: ConfigurationReader
  private let style: Style
  private var cache: Cache?
  /// The version of the cache that the prompt shows.
  private var shownVersion: FileVersion?

  init(_ configuration: ConfigurationReader, _ style: Style) {
    self.configuration = configuration
    self.style = style
  }

  /// Opens it only for reading. If the file is missing, perhaps because it is being replaced, none is
  /// created.
  func openCache() throws -> Cache {
    if let cache, cache.isCurrent { return cache }
    cache = nil
    let opened = try Cache(path: configuration.get().databasePath(), access: .read)
    cache = opened
    return opened
  }

  /// Why nothing is synced, whatever the last sync met; nil if it is.
  var reasonNotToSync: String? {
    guard let configuration = try? configuration.get() else { return "sync failing" }
    if configuration.isSyncDisabled { return "sync off" }
    guard let key = try? configuration.key() else { return "no key" }
    return key.isEmpty ? "no key" : nil
  }

  /// The prompt as it is true now.
  func prompt() -> PromptText {
    let state = try? syncState()
    shownVersion = try? cache?.version()
    return PromptText(state, reasonNotToSync: reasonNotToSync, style: style)
  }

  /// Whether somebody has changed the cache since the last prompt.
  var hasChanged: Bool {
    guard let cache, cache.isCurrent else { return true }
    return (try? cache.version()) != shownVersion
  }

  /// How things are, in a line.
  ///
  /// - Throws: `Problem` if the cache cannot be read.
  func summary() throws -> String {
    let state = try syncState()
    let count = try cache?.memoryCount() ?? 0
    var parts = [count == 1 ? "1 memory" : "\(grouped(count)) memories"]
    parts.append(state.pending == 0 ? "queue empty" : "\(grouped(state.pending)) queued")
    let synced = state.lastSuccess.flatMap { Timestamp($0)?.relative(to: .now) }
    parts.append(synced.map { "synced \($0)" } ?? "never synced")
    return parts.joined(separator: ", ")
  }

  private func syncState() throws -> SyncState {
    do {
      return try openCache().syncState()
    } catch let problem as Problem where problem.kind == .notFound {
      return .new
    }
  }
}
