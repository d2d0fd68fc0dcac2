import CSQLite
import Glibc

/// The life of one simulated process, which may end between any two of its effects, as after kill -9.
///
/// SQLite's own hooks tell of statements and commits on every connection that the process opens.
/// From its death on, no statement runs and no commit succeeds, and its transport does nothing: what
/// the unwinding code still does has no effect. An open transaction is gone when it is closed.
final class Life {
  private(set) var isDead = false
  private var crash: Crash?
  private var count = 0
  /// It dies with the next thing it does: the commit before is in the file.
  private var diesNext = false

  /// Sets where the process dies, counted from now; nil for nowhere.
  func plan(_ crash: Crash?) {
    self.crash = crash
    count = 0
  }

  /// Counts an effect, at which the process may die.
  func reach(_ point: Crash.Point) {
    if diesNext { isDead = true }
    guard !isDead, let crash, crash.point == point else { return }
    count += 1
    guard count == crash.count else { return }
    if point == .afterCommit { diesNext = true } else { isDead = true }
  }

  /// The end of what it was asked to do: whether it is dead by now.
  func end() -> Bool {
    if diesNext { isDead = true }
    crash = nil
    return isDead
  }

  // MARK: Connections

  /// Runs `body`, in which every connection that this thread opens belongs to this process.
  func owningConnections<Result>(_ body: () throws -> Result) rethrows -> Result {
    Self.listen()
    let before = pthread_getspecific(Self.owner)
    pthread_setspecific(Self.owner, Unmanaged.passUnretained(self).toOpaque())
    defer { pthread_setspecific(Self.owner, before) }
    return try body()
  }

  private static let owner: pthread_key_t = {
    var key = pthread_key_t()
    pthread_key_create(&key, nil)
    return key
  }()

  private static func listen() { _ = registration }

  private static let registration: Void = {
    typealias EntryPoint =
      @convention(c) (
        OpaquePointer?, UnsafeMutableRawPointer?, UnsafeRawPointer?
      ) -> Int32
    let opened: EntryPoint = { database, _, _ in
      if let life = pthread_getspecific(Life.owner), let database { Life.watch(database, life) }
      return SQLITE_OK
    }
    sqlite3_auto_extension(unsafeBitCast(opened, to: (@convention(c) () -> Void).self))
  }()

  private static func life(_ context: UnsafeMutableRawPointer?) -> Life {
    Unmanaged<Life>.fromOpaque(context!).takeUnretainedValue()
  }

  private static func watch(_ database: OpaquePointer, _ context: UnsafeMutableRawPointer) {
    sqlite3_trace_v2(
      database, UInt32(SQLITE_TRACE_STMT),
      { _, context, statement, _ in
        let life = Life.life(context)
        life.reach(.statement)
        if life.isDead, let statement {
          sqlite3_interrupt(sqlite3_db_handle(OpaquePointer(statement)))
        }
        return 0
      }, context)
    sqlite3_progress_handler(database, 20, { Life.life($0).isDead ? 1 : 0 }, context)
    // What the hook refuses is rolled back.
    sqlite3_commit_hook(
      database,
      { context in
        let life = Life.life(context)
        life.reach(.beforeCommit)
        if life.isDead { return 1 }
        life.reach(.afterCommit)
        return 0
      }, context)
  }
}
