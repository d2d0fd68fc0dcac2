/// The candidate that `word` is probably a misspelling of, with at most one typing error for every
/// three letters, but at least one; of equally near ones the first.
package func nearest(to word: String, among candidates: [String]) -> String? {
  // Nobody misspells a word by this much, and the time grows with the product of both lengths.
  if word.utf8.count > 100 { return nil }
  return
    candidates
    .map { (candidate: $0, distance: typingErrors(from: word, to: $0)) }
    .filter { $0.distance <= max(1, $0.candidate.count / 3) }
    .min { $0.distance < $1.distance }?
    .candidate
}

/// Characters inserted, deleted, replaced, or swapped with their neighbour (Damerau–Levenshtein,
/// where no stretch is edited twice).
package func typingErrors(from source: String, to target: String) -> Int {
  let source = Array(source)
  let target = Array(target)
  var beforeLast: [Int] = []
  var last = Array(0...target.count)
  for row in source.indices {
    var current = [row + 1]
    for column in target.indices {
      let isSame = source[row] == target[column]
      var distance = min(
        last[column + 1] + 1, current[column] + 1, last[column] + (isSame ? 0 : 1))
      if row > 0, column > 0, source[row] == target[column - 1], source[row - 1] == target[column] {
        distance = min(distance, beforeLast[column - 1] + 1)
      }
      current.append(distance)
    }
    (beforeLast, last) = (last, current)
  }
  return last[target.count]
}
