/// What a sync is doing at the moment, for a progress line.
public enum SyncActivity: Sendable {
  case waitingForLock
  case waitingForServer
  case pushing(done: Int, of: Int)
  case applying(Int)
  case ended
}
