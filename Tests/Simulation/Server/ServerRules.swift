import MemoryModel

/// What the server does to a memory, written down a second time: memctl's own notion of it is what
/// the simulation is to judge.
enum ServerRules {
  private static let categories = [
    "architecture", "decisions", "facts", "feedback", "gotchas", "incidents", "infrastructure",
    "lessons", "operations", "people", "post-mortems", "preferences", "process", "projects",
    "references", "runbook", "sessions",
  ]
  private static let aliases = [
    "gotcha": "gotchas", "bug": "gotchas", "project": "projects", "reference": "references",
    "infra": "infrastructure", "incident": "incidents", "procedures": "runbook",
  ]

  /// Nil for a category that the server does not know.
  static func canonicalName(_ category: String) -> String? {
    let name = category.split(separator: " ").joined(separator: " ").lowercased()
    let canonical = aliases[name] ?? name
    return categories.contains(canonical) ? canonical : nil
  }

  /// The content without its credentials; nil where there are none.
  static func redacted(_ content: String) -> String? {
    var found: [(kind: Kind, range: Range<String.Index>)] = []
    for kind in kinds.value {
      for match in content.matches(of: kind.pattern)
      where !found.contains(where: { $0.range.contains(match.range) }) {
        found.append((kind, match.range))
      }
    }
    if found.isEmpty { return nil }
    var text = content
    for (kind, range) in found.sorted(by: { $0.range.lowerBound > $1.range.lowerBound }) {
      text.replaceSubrange(range, with: "[REDACTED:\(kind.name)]")
    }
    return text
  }

  private struct Kind {
    let name: String
    let pattern: Regex<AnyRegexOutput>

    init(_ name: String, _ pattern: String) {
      self.name = name
      self.pattern = try! Regex(pattern).ignoresCase()
    }
  }

  /// A pattern is not known to be sendable, though nothing changes it.
  private struct Kinds: @unchecked Sendable { let value: [Kind] }

  /// The surest first.
  private static let kinds = Kinds(value: [
    Kind("aws_key", "(AKIA|ASIA)[0-9A-Z]{16}"),
    Kind("github_token", "gh[pousr]_[A-Za-z0-9_]{36,}"),
    Kind(
      "connection_string",
      #"(postgres|postgresql|mysql|mongodb|mongodb\+srv|redis|amqp)://[^\s'"]+"#),
    Kind("basic_auth", #"basic\s+[a-z0-9+/=]{20,}"#),
    Kind("bearer_token", #"bearer\s+[a-z0-9_\-.]{20,}"#),
    Kind("api_key", #"(api_key|api-key|apikey)\s*[:=]\s*['"]?[a-z0-9_\-]{20,}['"]?"#),
    Kind("password", #"(password|passwd|pwd)\s*[:=]\s*['"]?[^\s'"]{8,}['"]?"#),
    Kind("token", #"(token|secret|bearer)\s*[:=]\s*['"]?[a-z0-9_\-.]{20,}['"]?"#),
    Kind("hex_key", #"(key|secret)\s*[:=]\s*['"]?[0-9a-f]{32,}['"]?"#),
    Kind("generic_secret", #"(secret|credential|auth)\s*[:=]\s*['"]?[^\s'"]{12,}['"]?"#),
  ])
}

extension Range<String.Index> {
  fileprivate func contains(_ other: Range<String.Index>) -> Bool {
    lowerBound <= other.lowerBound && other.upperBound <= upperBound
  }
}
