/// What a memory is about: one of a set of names that the API fixes.
public enum Category {
  /// The names that a server keeps, in alphabetical order.
  public static let all = [
    "architecture", "decisions", "facts", "feedback", "gotchas", "incidents", "infrastructure",
    "lessons", "operations", "people", "post-mortems", "preferences", "process", "projects",
    "references", "runbook", "sessions",
  ]

  /// The category of a memory if none is given.
  public static let `default` = "facts"

  /// Other names that stand for one of `all`.
  public static let aliases = [
    "gotcha": "gotchas", "bug": "gotchas", "project": "projects", "reference": "references",
    "infra": "infrastructure", "incident": "incidents", "procedures": "runbook",
  ]

  /// The name as a server stores it: trimmed, in lower case, and with a known alias replaced by the
  /// name that it stands for. A name that is still not one of `all` is returned as it is.
  public static func canonical(_ name: String) -> String {
    let trimmed = name.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed()
    let lowercased = String(trimmed).lowercased()
    return aliases[lowercased] ?? lowercased
  }
}
