import JSON

/// Rows that are each shown in full: a page on a terminal, a line per field in a pipe, or an object.
final class Pages<Row> {
  private let output: Output
  private let columns: Columns<Row>
  private let fields: [String]?
  private var isFirst = true

  /// - Parameter fields: the names of the fields to write; in a pipe, they are then written as in a list.
  init(_ output: Output, _ columns: Columns<Row>, fields: [String]?) {
    self.output = output
    self.columns = columns
    self.fields = fields
  }

  func add(_ row: Row) {
    switch output.shape {
    case .tabs where fields == nil:
      for column in columns.all { output.fields([.string(column.name), column.exact(row)]) }
    case .json, .tabs: Listing(output, columns, fields: fields).add(row)
    case .table:
      if !isFirst { output.line("") }
      addPage(row)
    }
    isFirst = false
  }

  private func addPage(_ row: Row) {
    let chosen = columns.named(fields ?? columns.page)
    let labelled = chosen.filter { !$0.isBlock }
    for column in labelled {
      output.labelled(column.label, column.cell(row), hidesEmpty: fields == nil)
    }
    for (index, column) in chosen.filter(\.isBlock).enumerated() {
      if index > 0 || !labelled.isEmpty { output.line("") }
      output.paragraphs(column.cell(row).text)
    }
  }
}

extension Output {
  /// The columns that the label of a field takes.
  private static let labelWidth = 13

  /// Writes the name of a field and its text in the columns beside it.
  func labelled(_ label: String, _ text: StyledText, hidesEmpty: Bool = false) {
    if hidesEmpty, text.parts.isEmpty { return }
    let margin = String(repeating: " ", count: Self.labelWidth)
    // A text that fits keeps its emphasis.
    let lines = text.text.printable.wrapped(toWidth: textWidth - Self.labelWidth)
    let shown = lines.count > 1 ? lines : [text.printable(prefix: .max).rendered(style)]
    for (index, line) in shown.enumerated() {
      self.line((index == 0 ? style.dim(label.padding(to: Self.labelWidth)) : margin) + line)
    }
  }

  /// Writes text of several lines, its words whole.
  func paragraphs(_ text: String) {
    for line in text.printableLines.wrapped(toWidth: textWidth) { self.line(line) }
  }
}
