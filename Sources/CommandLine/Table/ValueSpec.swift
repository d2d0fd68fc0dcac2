import Spelling

/// What an option or operand takes.
public struct ValueSpec: Sendable {
  public enum Kind: Sendable {
    case text
    /// `Int.min` and `Int.max` stand for no bound.
    case integer(ClosedRange<Int>)
    /// Finite numbers; infinities stand for no bound.
    case number(ClosedRange<Double>)
    case choice([String])
    /// Some of these words, each once, separated by commas.
    case list([String])
    case file
    case directory
    /// Any text; the program is asked for candidates under this name.
    case dynamic(String)
  }

  /// The name that stands for the value in help: `PATH`.
  public let metavar: String
  public let kind: Kind

  init(_ metavar: String, _ kind: Kind) {
    self.metavar = metavar
    self.kind = kind
  }
}

extension ValueSpec {
  func accepts(_ text: String) -> Bool {
    switch kind {
    case .text, .file, .directory, .dynamic: true
    case .integer(let range): Int(text).map(range.contains) ?? false
    case .number(let range): Double(text).map { $0.isFinite && range.contains($0) } ?? false
    case .choice(let choices): choices.contains(text)
    case .list: unexpected(in: text) == nil
    }
  }

  /// What makes a list one that is not accepted: its first word that is none of the choices, or that it
  /// has twice.
  func unexpected(in list: String) -> String? {
    guard case .list(let choices) = kind else { return nil }
    var rest = choices
    return Self.elements(of: list).first { word in
      guard let index = rest.firstIndex(of: word) else { return true }
      rest.remove(at: index)
      return false
    }
  }

  /// The words of a list, as they are separated by commas and perhaps blanks.
  static func elements(of list: String) -> [String] {
    list.split(separator: ",", omittingEmptySubsequences: false).map { element in
      let start = element.drop { $0 == " " }
      return String(start.prefix { $0 != " " })
    }
  }

  /// Whether it can have blanks.
  var isText: Bool {
    switch kind {
    case .text, .file, .directory, .dynamic: true
    case .integer, .number, .choice, .list: false
    }
  }

  /// The choice that `text` was probably meant to be.
  func guess(at text: String) -> String? {
    switch kind {
    case .choice(let choices): nearest(to: text, among: choices)
    // A word that is in the list twice is right as it is.
    case .list(let choices) where !choices.contains(text): nearest(to: text, among: choices)
    default: nil
    }
  }

  /// What `accepts` requires, in words: `a whole number of at least 1`.
  var expectation: String {
    switch kind {
    case .text, .file, .directory, .dynamic: "text"
    case .integer(let range):
      "a whole number"
        + bounds(
          lower: range.lowerBound == .min ? nil : "\(range.lowerBound)",
          upper: range.upperBound == .max ? nil : "\(range.upperBound)")
    case .number(let range):
      "a number"
        + bounds(
          lower: range.lowerBound.isFinite ? plain(range.lowerBound) : nil,
          upper: range.upperBound.isFinite ? plain(range.upperBound) : nil)
    case .choice(let choices):
      (choices.count == 1 ? "" : "one of ") + choices.joined(separator: ", ")
    case .list(let choices): "some of \(choices.joined(separator: ", ")), each once"
    }
  }

  private func bounds(lower: String?, upper: String?) -> String {
    switch (lower, upper) {
    case (let lower?, let upper?): " from \(lower) to \(upper)"
    case (let lower?, nil): " of at least \(lower)"
    case (nil, let upper?): " of at most \(upper)"
    case (nil, nil): ""
    }
  }

  /// `1` for 1.0.
  private func plain(_ number: Double) -> String {
    Int(exactly: number).map(String.init) ?? "\(number)"
  }
}
