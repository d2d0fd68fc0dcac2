import MemctlCore
import System

/// Opens the cache that is configured, once for a command.
final class CacheOpener {
  private let configuration: ConfigurationReader
  private let cancellation: Cancellation
  private let commentary: Commentary
  private var opened: Cache?

  init(
    _ configuration: ConfigurationReader, _ cancellation: Cancellation, _ commentary: Commentary
  ) {
    self.configuration = configuration
    self.cancellation = cancellation
    self.commentary = commentary
  }

  /// - Parameter access: what the command needs; a cache that is already open serves any need.
  /// - Throws: `Problem` of kind `.file`, `.notFound` or `.configuration`.
  func callAsFunction(_ access: CacheAccess = .change) throws -> Cache {
    if let opened { return opened }
    let settings = try configuration.get()
    let path = try settings.databasePath()
    commentary.say("cache \(path)")
    let cache = try Cache(
      path: path, access: access, cancellation: cancellation,
      temporaryFolder: settings.temporaryFolder,
      keepsPermissions: settings.keepsPermissions, tell: { Self.tell($0, path) })
    opened = cache
    return cache
  }

  /// Makes the next call of `cache` open the file that the path names by then.
  func close() { opened = nil }

  /// Says what was wrong with the cache and is mended.
  static func tell(_ mending: Mending, _ path: String) {
    printMessage("memctl: \(mending.text(path))")
  }
}
