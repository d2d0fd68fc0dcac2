import JSON

/// Rows of one kind: an aligned table on a terminal, tab-separated lines in a pipe, or an object a
/// line as JSON.
final class Listing {
  struct Column {
    let title: String
    var isNumber = false
    /// Takes what the others leave of the terminal's width.
    var isFlexible = false
    /// Left out where too little would be left, the last one first.
    var isDispensable = false
  }

  struct Cell {
    /// In a pipe: exact.
    let plain: String
    /// On a terminal: for people.
    let shown: String

    init(_ plain: String, shown: String? = nil) {
      self.plain = plain
      self.shown = shown ?? plain
    }

    init(_ number: Int64?) { self.init(number.map(String.init) ?? "") }
    init(_ number: Int) { self.init(String(number)) }
  }

  private let output: Output
  private let columns: [Column]
  /// A table's columns are as wide as its rows need, so these wait for the end.
  private var rows: [[String]] = []

  init(_ output: Output, _ columns: [Column]) {
    self.output = output
    self.columns = columns
  }

  /// Adds a row; of `cells` and `json` only what the output's shape needs is evaluated.
  func add(_ cells: @autoclosure () -> [Cell], json: @autoclosure () -> [JSONValue.Member]) {
    switch output.shape {
    case .json: output.json(json())
    case .tabs: output.line(cells().map(\.plain.escapedField).joined(separator: "\t"))
    // More than the terminal is wide is never shown, and takes long to measure.
    case .terminal: rows.append(cells().map { String($0.shown.prefix(output.width + 1)).printable })
    }
  }

  /// Writes what has been held back. `empty` is said on a terminal where there was no row.
  func end(empty: String) {
    guard output.shape == .terminal else { return }
    guard !rows.isEmpty else {
      output.line(empty)
      return
    }
    var widths = columns.indices.map { index in
      rows.reduce(columns[index].title.displayWidth) { max($0, $1[index].displayWidth) }
    }
    var shown = Array(columns.indices)
    if let flexible = columns.firstIndex(where: \.isFlexible) {
      var space: Int {
        output.width - shown.reduce(0) { $1 == flexible ? $0 : $0 + widths[$1] + 2 }
      }
      while space < min(widths[flexible], Self.leastWidth),
        let index = shown.lastIndex(where: { columns[$0].isDispensable })
      {
        shown.remove(at: index)
      }
      widths[flexible] = min(widths[flexible], max(space, 1))
    }
    output.line(output.style.bold(line(columns.map(\.title), shown, widths)))
    for row in rows { output.line(line(row, shown, widths)) }
  }

  private static let leastWidth = 20

  private func line(_ cells: [String], _ shown: [Int], _ widths: [Int]) -> String {
    var line = ""
    for index in shown {
      let text = cells[index].truncated(toWidth: widths[index])
      let padding = String(repeating: " ", count: widths[index] - text.displayWidth)
      let isLast = index == shown.last
      line += columns[index].isNumber ? padding + text : isLast ? text : text + padding
      if !isLast { line += "  " }
    }
    return line.truncated(toWidth: output.width)
  }
}
