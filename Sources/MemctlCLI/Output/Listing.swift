import JSON

/// Rows of one kind: an aligned table, tab-separated lines, or JSON Lines.
final class Listing<Row> {
  private let output: Output
  private let columns: [Column<Row>]
  /// A table's columns are as wide as its rows need, so these wait for the end.
  private var rows: [[StyledText]] = []

  /// - Parameter fields: the names of the columns to write; nil for those that the form of output has.
  init(_ output: Output, _ columns: Columns<Row>, fields: [String]? = nil) {
    self.output = output
    self.columns = columns.chosen(fields, for: output.shape)
  }

  func add(_ row: Row) {
    switch output.shape {
    case .json: output.json(columns.map { .init($0.name, $0.value(row)) })
    case .tabs: output.fields(columns.map { $0.exact(row) })
    // What is wider than the terminal is never shown, and takes long to measure.
    case .table: rows.append(columns.map { $0.cell(row).printable(prefix: output.width + 1) })
    }
  }

  /// Writes the rows that were held back; as a table, `empty` if there were none.
  func end(empty: String) {
    guard output.shape == .table else { return }
    guard !rows.isEmpty else {
      output.line(empty)
      return
    }
    let titles = columns.map { StyledText($0.heading, .bold) }
    let natural = columns.indices.map { index in
      rows.reduce(titles[index].displayWidth) { max($0, $1[index].displayWidth) }
    }
    let (shown, widths) = fitted(natural)
    for row in [titles] + rows { output.line(line(row, shown, widths)) }
  }

  private static var leastWidth: Int { 20 }

  /// Which columns there is room for, and how wide each of them is.
  private func fitted(_ natural: [Int]) -> (shown: [Int], widths: [Int]) {
    var shown = Array(columns.indices)
    var widths = natural
    let flexible = columns.indices.filter { columns[$0].isFlexible }
    if flexible.isEmpty { return (shown, widths) }
    var space: Int {
      output.width - shown.reduce(0) { $0 + (flexible.contains($1) ? 0 : natural[$1]) }
        - 2 * (shown.count - 1)
    }
    let needed = flexible.reduce(0) { $0 + min(natural[$1], Self.leastWidth) }
    while space < needed, let index = shown.lastIndex(where: { columns[$0].isDispensable }) {
      shown.remove(at: index)
    }
    var rest = max(space, 1)
    var waiting = flexible.filter(shown.contains).sorted { natural[$0] < natural[$1] }
    // The narrow ones take what they need, so that the others can share what is left.
    while let index = waiting.first {
      widths[index] = min(natural[index], max(rest / waiting.count, 1))
      rest -= widths[index]
      waiting.removeFirst()
    }
    return (shown, widths)
  }

  private func line(_ cells: [StyledText], _ shown: [Int], _ widths: [Int]) -> String {
    var line = StyledText("")
    for index in shown {
      let text = cells[index].truncated(toWidth: widths[index])
      let padding = String(repeating: " ", count: widths[index] - text.displayWidth)
      let isLast = index == shown.last
      if columns[index].isNumber { line.append(padding) }
      for part in text.parts { line.append(part.text, part.emphasis) }
      if !columns[index].isNumber, !isLast { line.append(padding) }
      if !isLast { line.append("  ") }
    }
    return line.truncated(toWidth: output.width).rendered(output.style)
  }
}
