import MemoryModel

/// What one of the doctor's checks found.
public struct Finding: Hashable, Sendable {
  /// How it stands.
  public enum Verdict: String, Sendable {
    /// All is well.
    case ok
    /// It was wrong, and has been mended.
    case fixed
    /// It works, but may not always, or is not what was meant.
    case warning
    /// Something does not work.
    case failure
  }

  /// What was checked, in a word or two.
  public let subject: String
  /// How it stands.
  public let verdict: Verdict
  /// What was found, for people.
  public let text: String
  /// What to do; nil if nothing.
  public let hint: Hint?
}

extension Finding {
  static func ok(_ subject: String, _ text: String) -> Finding {
    Finding(subject: subject, verdict: .ok, text: text, hint: nil)
  }

  static func warning(_ subject: String, _ text: String, hint: Hint) -> Finding {
    Finding(subject: subject, verdict: .warning, text: text, hint: hint)
  }

  static func failure(_ subject: String, _ text: String, hint: Hint?) -> Finding {
    Finding(subject: subject, verdict: .failure, text: text, hint: hint)
  }

  static func failure(_ subject: String, _ problem: Problem) -> Finding {
    failure(subject, problem.message, hint: problem.hint)
  }

  static func fixed(_ subject: String, _ text: String) -> Finding {
    Finding(subject: subject, verdict: .fixed, text: text, hint: nil)
  }
}
