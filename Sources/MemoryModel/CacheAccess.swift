/// What a cache is opened for.
public enum CacheAccess: Sendable {
  /// Nothing is created, and nothing is written except what an old file needs to be readable. This
  /// works on a file, a folder or a disk that cannot be written.
  case read
  /// The file must exist.
  case change
  /// A file that is missing is created, with its folder.
  case create
}
