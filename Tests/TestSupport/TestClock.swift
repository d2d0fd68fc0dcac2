import Foundation

/// A clock that clients and servers of a test share, and that moves only when it is told to.
public final class TestClock: Sendable {
  private let state: Locked<Int64>

  /// Begins on 2026-03-01 at noon, half a second past.
  public init() { state = Locked(1_772_366_400_500_000) }

  /// Microseconds since 1970.
  public var microseconds: Int64 { state.value }

  public func advance(seconds: Double) { state.update { $0 += Int64(seconds * 1e6) } }

  /// Moves on by a millisecond: the time of something that happens after all before it.
  func tick() -> Int64 {
    state.update {
      $0 += 1_000
      return $0
    }
  }
}

/// A value that several threads use.
public final class Locked<Value>: @unchecked Sendable {
  private let lock = NSLock()
  private var stored: Value

  public init(_ value: Value) { stored = value }

  public var value: Value { lock.withLock { stored } }

  @discardableResult
  public func update<Result>(_ body: (inout Value) throws -> Result) rethrows -> Result {
    try lock.withLock { try body(&stored) }
  }
}

/// A generator whose numbers follow from its seed alone.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
  private var state: UInt64

  public init(seed: UInt64) { state = seed }

  public mutating func next() -> UInt64 {
    // SplitMix64.
    state &+= 0x9e37_79b9_7f4a_7c15
    var bits = state
    bits = (bits ^ (bits >> 30)) &* 0xbf58_476d_1ce4_e5b9
    bits = (bits ^ (bits >> 27)) &* 0x94d0_49bb_1331_11eb
    return bits ^ (bits >> 31)
  }
}
