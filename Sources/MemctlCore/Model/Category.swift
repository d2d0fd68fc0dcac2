/// What a memory is about. The server takes the canonical names alone and folds some twins.
public enum Category {
  /// The names that the server keeps, in alphabetical order.
  public static let canonical = [
    "architecture", "decisions", "facts", "feedback", "gotchas", "incidents", "infrastructure",
    "lessons", "operations", "people", "post-mortems", "preferences", "process", "projects",
    "references", "runbook", "sessions",
  ]

  /// The category of a memory for which none was given.
  public static let standard = "facts"

  private static let twins = [
    "gotcha": "gotchas", "bug": "gotchas", "project": "projects", "reference": "references",
    "infra": "infrastructure", "incident": "incidents", "procedures": "runbook",
  ]

  /// The name as the server will keep it: without white space around it, in lower case, known twins
  /// replaced. A name that the server does not know stays, folded.
  public static func folded(_ name: String) -> String {
    let trimmed = name.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed()
    let folded = String(trimmed).lowercased()
    return twins[folded] ?? folded
  }
}
