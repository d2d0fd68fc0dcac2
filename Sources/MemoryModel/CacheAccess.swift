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
