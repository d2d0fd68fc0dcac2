/// Where random bits come from; a simulation gives its own.
package struct Randomness {
  private let next: () -> UInt64

  package init(_ next: @escaping () -> UInt64) { self.next = next }

  /// The operating system's random bits.
  package static var system: Randomness {
    Randomness { UInt64.random(in: 0...UInt64.max) }
  }

  /// 128 random bits in hexadecimal, for a unique name.
  package func identifier() -> String {
    [next(), next()].map { bits in
      let digits = String(bits, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
  }

  /// A number from 0 to just below 1.
  package func fraction() -> Double { Double(next() >> 11) / Double(1 << 53) }
}
