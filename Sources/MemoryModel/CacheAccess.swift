/// What a cache is opened for.
public enum CacheAccess: Sendable {
  /// Nothing is written but what an old file needs to be read, and nothing is created. It works on
  /// a file, a folder or a disk that cannot be written.
  case read
  /// The file must be there.
  case change
  /// A file that is missing is created, with its folder.
  case create
}

/// When a file was written last, by a count of its own for each connection: another one after anybody
/// has written it. See <https://sqlite.org/pragma.html#pragma_data_version>.
public struct FileVersion: Hashable, Sendable {
  private let others: Int64
  private let own: Int64

  package init(others: Int64, own: Int64) {
    self.others = others
    self.own = own
  }
}
