/// Which of many ids have been seen, in little more memory than the ids themselves need.
struct SeenIDs {
  private let known: [Int64]
  private var isSeen: [Bool]
  /// Those that are not among the known ones.
  private var others: Set<Int64> = []

  /// - Parameter known: in ascending order.
  init(known: [Int64]) {
    self.known = known
    isSeen = Array(repeating: false, count: known.count)
  }

  /// Returns false if the id had been seen before.
  mutating func insert(_ id: Int64) -> Bool {
    guard let index = index(of: id) else { return others.insert(id).inserted }
    defer { isSeen[index] = true }
    return !isSeen[index]
  }

  /// The known ids that have not been seen, in ascending order.
  var missing: [Int64] { zip(known, isSeen).lazy.filter { !$0.1 }.map(\.0) }

  private func index(of id: Int64) -> Int? {
    var range = known.indices
    while !range.isEmpty {
      let middle = range.lowerBound + range.count / 2
      if known[middle] == id { return middle }
      range =
        known[middle] < id ? middle + 1..<range.upperBound : range.lowerBound..<middle
    }
    return nil
  }
}
