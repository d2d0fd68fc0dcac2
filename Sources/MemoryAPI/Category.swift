/// What a memory is about: one of a set of names that the API fixes.
public enum Category {
  /// The names that a server keeps, in alphabetical order.
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

  /// The name as a server keeps it: without white space around it, in lower case, known twins
  /// replaced. A name that is not canonical after that stays as it is then.
  public static func folded(_ name: String) -> String {
    let trimmed = name.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed()
    let folded = String(trimmed).lowercased()
    return twins[folded] ?? folded
  }
}
