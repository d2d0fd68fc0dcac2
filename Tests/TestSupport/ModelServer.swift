import Foundation
import JSON

/// The remote API in memory, as the production server answers it, which misbehaves on request.
///
/// It stores a memory on each request to do so, as production does, unless it is told to honour
/// `Idempotency-Key`.
public final class ModelServer: Sendable {
  public struct Memory: Hashable, Sendable {
    public var id: Int64
    public var content: String
    public var category = "facts"
    public var tags = ""
    public var keywords = ""
    /// As a REAL column keeps it.
    public var importance: Float = 0.5
    public var isSensitive = false
    public var owner = "alice"
    /// Microseconds since 1970.
    public var createdAt: Int64
    public var updatedAt: Int64
    public var deletedAt: Int64?
  }

  public enum Call: Hashable, Sendable {
    case store, delete, update, sync, authCheck, health, other
  }

  /// What happens to one request instead of what should.
  public enum Fault: Sendable {
    /// It is answered so, and as this API words it where there is no body; nothing else happens.
    case refuse(Int, headers: [String: String] = [:], body: String? = nil)
    /// It takes effect, and its answer never arrives.
    case loseAnswer
    /// The connection breaks before it takes effect.
    case loseRequest
    /// It takes effect, half of its answer arrives, and the closure is called.
    case cutAnswer(@Sendable () -> Void)
    /// It takes effect and is answered, and the closure is called.
    case answerAndThen(@Sendable () -> Void)
    /// It takes effect and is answered so.
    case answer(Int, headers: [String: String] = [:], body: String = "")
  }

  /// How the server behaves; a test changes it at any time.
  public struct Rules: Sendable {
    public var key = "secret-key"
    /// Whose key it is.
    public var account = "alice"
    public var honoursIdempotencyKeys = false
    /// Whether a store with the text of a memory that is there answers with that memory's id.
    public var keepsEqualTextsOnce = false
    /// Whether a delete of a memory that is gone is a 404, as with older servers.
    public var forgetsDeleted = false
    /// Asked for each request with its number among those of its kind, from 1.
    public var fault: @Sendable (Call, Int, FaultyServer.Request) -> Fault? = { _, _, _ in nil }
    /// Seconds by which the server's clock is ahead.
    public var skew: Double = 0
    /// Text of records that are added to each sync answer.
    public var extraRecords: [String] = []
    /// Replaces the `server_time` of the sync answer, as JSON.
    public var serverTime: String?
  }

  struct State: Sendable {
    var rules = Rules()
    var memories: [Int64: Memory] = [:]
    var lastID: Int64 = 0
    var counts: [Call: Int] = [:]
    var answersByKey: [String: JSONValue] = [:]
  }

  public let clock: TestClock
  private let state = Locked(State())
  private let http: FaultyServer

  public init(clock: TestClock = TestClock()) {
    self.clock = clock
    let state = state
    http = FaultyServer(
      thereafter: .decide { request in
        state.update { ModelAPI(request: request, clock: clock).behaviour(&$0) }
      })
  }

  public var baseURL: String { http.url("") }
  public var requests: [FaultyServer.Request] { http.requests }

  public func change(_ body: (inout Rules) -> Void) { state.update { body(&$0.rules) } }

  /// From now on every request of this kind, or the ones with these numbers, meets the fault.
  public func fail(_ call: Call, _ numbers: ClosedRange<Int>? = nil, with fault: Fault) {
    change {
      $0.fault = { met, number, _ in
        met == call && numbers?.contains(number) ?? true ? fault : nil
      }
    }
  }

  public func stopFailing() { change { $0.fault = { _, _, _ in nil } } }

  /// How many requests of a kind arrived.
  public func count(_ call: Call) -> Int { state.value.counts[call] ?? 0 }

  // MARK: What another client sees and does

  /// The live memories, oldest first.
  public var memories: [Memory] {
    state.value.memories.values.filter { $0.deletedAt == nil }.sorted { $0.id < $1.id }
  }

  /// The live memories' contents in alphabetical order: what is sent side by side arrives in any.
  public var contents: [String] { memories.map(\.content).sorted() }

  /// Adds a memory as another client would.
  ///
  /// - Parameter secondsLate: how long before it became visible its time was taken.
  @discardableResult
  public func add(
    _ content: String, secondsLate: Double = 0, _ adjust: (inout Memory) -> Void = { _ in }
  ) -> Int64 {
    state.update { state in
      state.lastID += 1
      let time = clock.tick() - Int64(secondsLate * 1e6)
      var memory = Memory(id: state.lastID, content: content, createdAt: time, updatedAt: time)
      adjust(&memory)
      state.memories[memory.id] = memory
      return memory.id
    }
  }

  public func edit(_ id: Int64, _ body: (inout Memory) -> Void) {
    state.update { state in
      body(&state.memories[id]!)
      state.memories[id]!.updatedAt = clock.tick()
    }
  }

  /// Deletes a memory as another client would: a tombstone is left.
  public func remove(_ id: Int64) { edit(id) { $0.deletedAt = $0.updatedAt } }

  /// Changes a memory by hand: its time stays as it was.
  public func mend(_ id: Int64, _ body: (inout Memory) -> Void) {
    state.update { body(&$0.memories[id]!) }
  }

  /// Goes back to a backup that was made when this was the last id, so that later ones are given again.
  public func restore(upTo id: Int64) {
    state.update { state in
      state.memories = state.memories.filter { $0.key <= id }
      state.lastID = id
    }
  }

  /// Loses a memory without a trace, as a restored backup would.
  public func forget(_ ids: some Sequence<Int64>) {
    state.update { for id in ids { $0.memories[id] = nil } }
  }
}
