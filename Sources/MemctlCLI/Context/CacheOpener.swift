import MemctlCore
import System

/// Opens the cache that is configured, once for a command.
final class CacheOpener {
  private let configuration: ConfigurationReader
  private let cancellation: Cancellation
  private let temporaryFolder: String?
  private let commentary: Commentary
  private var opened: Cache?

  init(
    _ configuration: ConfigurationReader, _ cancellation: Cancellation, temporaryFolder: String?,
    _ commentary: Commentary
  ) {
    self.configuration = configuration
    self.cancellation = cancellation
    self.temporaryFolder = temporaryFolder
    self.commentary = commentary
  }

  /// - Parameter access: what the command needs; a cache that is already open serves any need.
  /// - Throws: `Problem` of kind `.file`, `.notFound` or `.configuration`.
  func callAsFunction(_ access: CacheAccess = .change) throws -> Cache {
    if let opened { return opened }
    let path = try configuration.get().databasePath()
    commentary.say("cache \(path)")
    let cache = try Cache(
      path: path, access: access, cancellation: cancellation,
      temporaryFolder: temporaryFolder ?? "/tmp", tell: Self.tell)
    opened = cache
    return cache
  }

  /// Makes the next call of `cache` open the file that the path names by then.
  func close() { opened = nil }

  /// Says what was wrong with the cache and is mended.
  static func tell(_ text: String) { printError("memctl: \(text.printable)") }
}
