/// A number with commas between its thousands, as people read it.
public func grouped(_ number: Int) -> String {
  var text = String(number.magnitude)
  var index = text.count - 3
  while index > 0 {
    text.insert(",", at: text.index(text.startIndex, offsetBy: index))
    index -= 3
  }
  return number < 0 ? "-" + text : text
}
