/// Numbers that follow from a seed alone: everything that a simulation leaves to chance.
public final class Chance {
  private var state: UInt64

  public init(seed: UInt64) { state = seed }

  public func next() -> UInt64 {
    // SplitMix64.
    state &+= 0x9e37_79b9_7f4a_7c15
    var bits = state
    bits = (bits ^ (bits >> 30)) &* 0xbf58_476d_1ce4_e5b9
    bits = (bits ^ (bits >> 27)) &* 0x94d0_49bb_1331_11eb
    return bits ^ (bits >> 31)
  }

  /// A number from 0 to just below `limit`.
  func below(_ limit: Int) -> Int { Int(next() % UInt64(limit)) }

  func oneIn(_ count: Int) -> Bool { below(count) == 0 }

  func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }

  /// Seconds, to the millisecond.
  func seconds(_ range: ClosedRange<Double>) -> Double {
    let span = Int((range.upperBound - range.lowerBound) * 1_000)
    return range.lowerBound + Double(below(span + 1)) / 1_000
  }

  /// One of the choices, each as likely as its weight says.
  func weighted<Element>(_ choices: [(weight: Int, element: Element)]) -> Element {
    var number = below(choices.reduce(0) { $0 + $1.weight })
    for (weight, element) in choices {
      if number < weight { return element }
      number -= weight
    }
    return choices[choices.count - 1].element
  }
}
