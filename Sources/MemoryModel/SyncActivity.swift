/// What a sync is busy with, for a line of progress.
public enum SyncActivity: Sendable {
  case waitingForLock
  case waitingForServer
  case pushing(done: Int, of: Int)
  case applying(Int)
  case ended
}
