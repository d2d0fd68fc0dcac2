/// What the server does to a memory, written down a second time: memctl's own notion of it is what
/// the simulation is to judge.
enum ServerRules {
  private static let categories = [
    "architecture", "decisions", "facts", "feedback", "gotchas", "incidents", "infrastructure",
    "lessons", "operations", "people", "post-mortems", "preferences", "process", "projects",
    "references", "runbook", "sessions",
  ]
  private static let twins = [
    "gotcha": "gotchas", "bug": "gotchas", "project": "projects", "reference": "references",
    "infra": "infrastructure", "incident": "incidents", "procedures": "runbook",
  ]

  /// Nil for a category that the server does not know.
  static func folded(_ category: String) -> String? {
    let name = category.split(separator: " ").joined(separator: " ").lowercased()
    let folded = twins[name] ?? name
    return categories.contains(folded) ? folded : nil
  }

  /// The content without its secrets; nil where it is not sensitive.
  static func redacted(_ content: String, forced: Bool) -> String? {
    let words = content.split(separator: " ", omittingEmptySubsequences: false)
    let shown = words.map { $0.hasPrefix("password=") ? "[REDACTED:password]" : String($0) }
    let text = shown.joined(separator: " ")
    if text != content { return text }
    return forced ? "[REDACTED:sensitive]" : nil
  }
}
