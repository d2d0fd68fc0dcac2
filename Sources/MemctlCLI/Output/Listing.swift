import JSON

/// Rows of one kind: an aligned table on a terminal, tab-separated lines in a pipe, or JSON Lines.
final class Listing {
  struct Column {
    let title: String
    var isNumber = false
    /// Takes the width that the other columns leave.
    var isFlexible = false
    /// Left out if the flexible column would get too narrow, the last one first.
    var isDispensable = false
  }

  struct Cell {
    /// The exact text, for a pipe.
    let plain: String
    /// The text for people on a terminal.
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

  /// Adds a row, evaluating only the one of `cells` and `json` that the output's shape needs.
  func add(_ cells: @autoclosure () -> [Cell], json: @autoclosure () -> [JSONValue.Member]) {
    switch output.shape {
    case .json: output.json(json())
    case .tabs: output.line(cells().map(\.plain.escapedField).joined(separator: "\t"))
    // What is wider than the terminal is never shown, and takes long to measure.
    case .terminal: rows.append(cells().map { String($0.shown.prefix(output.width + 1)).printable })
    }
  }

  /// Writes the rows that were held back; on a terminal, `empty` if there were none.
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
