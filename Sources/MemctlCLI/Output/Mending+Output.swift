import MemctlCore

extension Mending {
  /// What was wrong with the cache at `path`.
  func text(_ path: String) -> String {
    switch self {
    case .searchIndex:
      "the full-text index of \(path) was damaged and has been rebuilt; the memories are unharmed"
    case .sharedServerIDs(let count):
      (count == 1 ? "1 memory" : "\(grouped(count)) memories")
        + " in \(path) had the same server id as another and went to the trash; see memctl trash"
    }
  }
}
