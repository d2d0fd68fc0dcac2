extension Completer.Completion {
  /// The candidates as lines with their line breaks: one per line with its description, or in columns if
  /// none has one. No more than fit on the screen.
  func layout(_ terminal: Terminal) -> String {
    let isExplained = candidates.contains { !$0.description.isEmpty }
    var lines = isExplained ? explained : columns(terminal.width)
    let most = max(5, terminal.height - 3)
    if lines.count > most { lines = lines.prefix(most) + ["and more; keep typing to see fewer"] }
    return lines.map { $0.truncated(toWidth: terminal.width - 1) + "\n" }.joined()
  }

  private var shown: [String] {
    candidates.map { String($0.value.dropFirst($0.prefix.count)).printable }
  }

  private var explained: [String] {
    let column = column
    return zip(shown, candidates).map { text, candidate in
      text.padded(toWidth: column) + candidate.description.printable
    }
  }

  private func columns(_ width: Int) -> [String] {
    let (shown, column) = (shown, column)
    // The last one needs no gap after it.
    let columns = max(1, (width + 1) / column)
    let rows = (shown.count + columns - 1) / columns
    return (0..<rows).map { row in
      let cells = stride(from: row, to: shown.count, by: rows).map { shown[$0] }
      return cells.dropLast().map { $0.padded(toWidth: column) }.joined() + (cells.last ?? "")
    }
  }

  private var column: Int { 2 + (shown.map(\.displayWidth).max() ?? 0) }
}

extension String {
  fileprivate func padded(toWidth width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - displayWidth))
  }
}
