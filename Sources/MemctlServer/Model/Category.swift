/// The names a memory's category can have.
enum Category {
  static let canonical: Set<String> = [
    "architecture", "decisions", "facts", "feedback", "gotchas", "incidents", "infrastructure",
    "lessons", "operations", "people", "post-mortems", "preferences", "process", "projects",
    "references", "runbook", "sessions",
  ]

  private static let twins = [
    "bug": "gotchas", "gotcha": "gotchas", "incident": "incidents", "infra": "infrastructure",
    "procedures": "runbook", "project": "projects", "reference": "references",
  ]

  /// The canonical name that `name` stands for: white space around it, case and known twins are
  /// folded. Nil when it stands for none.
  static func folding(_ name: String) -> String? {
    let trimmed = name.drop(while: \.isWhitespace)
    let end = trimmed.lastIndex { !$0.isWhitespace }.map(trimmed.index(after:))
    let folded = trimmed[..<(end ?? trimmed.startIndex)].lowercased()
    let category = twins[folded] ?? folded
    return canonical.contains(category) ? category : nil
  }
}
