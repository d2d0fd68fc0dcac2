import CTerminal

/// What a terminal of the kind xterm shows, as far as line editing needs one. It has as many rows as it
/// takes: nothing scrolls away.
public struct Screen {
  public private(set) var columns: Int
  private var rows: [[Character?]] = [[]]
  private var row = 0
  private var column = 0
  private var input: [Unicode.Scalar] = []

  public init(columns: Int) { self.columns = columns }

  /// The rows, without the blanks at their ends.
  public var lines: [String] {
    rows.map { cells in
      var text = String(cells.map { $0 ?? " " }.filter { $0 != Self.filler })
      while text.last == " " { text.removeLast() }
      return text
    }
  }

  /// The row with the cursor, up to it.
  public var lineBeforeCursor: String {
    String(rows[row].prefix(column).map { $0 ?? " " }.filter { $0 != Self.filler })
  }

  public mutating func resize(columns: Int) { self.columns = columns }

  public mutating func write(_ text: String) {
    input += text.unicodeScalars
    while let used = take() { input.removeFirst(used) }
  }

  /// The second cell of a character that takes two.
  private static let filler: Character = "\u{0}"

  /// How many scalars of the input were understood; nil where more are needed.
  private mutating func take() -> Int? {
    guard let first = input.first else { return nil }
    switch first {
    case "\u{1B}": return takeEscape()
    case "\r": column = 0
    case "\n":
      row += 1
      if row == rows.count { rows.append([]) }
    case "\u{8}": column = max(0, min(column, columns) - 1)
    case "\u{7}": break
    default: put(first)
    }
    return 1
  }

  private mutating func put(_ scalar: Unicode.Scalar) {
    let width = max(0, Int(memctl_wcwidth(scalar.value)))
    if width == 0 {
      guard column > 0, column <= rows[row].count, let last = rows[row][column - 1] else { return }
      let together = String(last) + String(scalar)
      if together.count == 1 { rows[row][column - 1] = Character(together) }
      return
    }
    if column + width > columns {
      column = 0
      row += 1
      if row == rows.count { rows.append([]) }
    }
    set(Character(scalar))
    if width == 2 { set(Self.filler) }
  }

  private mutating func set(_ character: Character?) {
    while rows[row].count <= column { rows[row].append(nil) }
    rows[row][column] = character
    column += 1
  }

  private mutating func takeEscape() -> Int? {
    guard input.count >= 2 else { return nil }
    guard input[1] == "[" else { return input[1] == "(" ? 3 : 2 }
    guard let end = input[2...].firstIndex(where: { ("@"..."~").contains($0) }) else { return nil }
    let text = String(String.UnicodeScalarView(input[2..<end]))
    let number = Int(text.split(separator: ";").first ?? "")
    column = min(column, columns - 1)
    switch input[end] {
    case "A": row = max(0, row - (number ?? 1))
    case "B": row = min(rows.count - 1, row + (number ?? 1))
    case "C": column = min(columns - 1, column + (number ?? 1))
    case "D": column = max(0, column - (number ?? 1))
    case "G": column = (number ?? 1) - 1
    case "H": (row, column) = (0, 0)
    case "J" where number == 2 || number == 3: rows = Array(repeating: [], count: row + 1)
    case "J":
      cut(row, at: column)
      rows.removeSubrange((row + 1)...)
    case "K": cut(row, at: number == 2 ? 0 : column)
    case "P": rows[row].removeSubrange(range(number ?? 1))
    case "X": for index in range(number ?? 1) { rows[row][index] = nil }
    case "@":
      while rows[row].count < column { rows[row].append(nil) }
      rows[row].insert(contentsOf: Array(repeating: nil, count: number ?? 1), at: column)
    default: break
    }
    return end + 1
  }

  private mutating func cut(_ row: Int, at column: Int) {
    if rows[row].count > column { rows[row].removeSubrange(column...) }
  }

  private func range(_ count: Int) -> Range<Int> {
    let start = min(column, rows[row].count)
    return start..<min(start + count, rows[row].count)
  }
}
