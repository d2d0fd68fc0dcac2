/// The result of moving a cache to another address or another server.
public struct OriginChange: Sendable {
  /// The server's address.
  public let address: String
  /// The account that the key belongs to; nil if it is unknown.
  public let account: String?
  /// Memories of the cache that the server has.
  public let found: Int
  /// Entries that are now waiting for the server.
  public let queued: Int
  /// Deletes and changes that were meant for the former server.
  public let dropped: Int

  package init(address: String, account: String?, found: Int, queued: Int = 0, dropped: Int = 0) {
    self.address = address
    self.account = account
    self.found = found
    self.queued = queued
    self.dropped = dropped
  }
}
