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
    }
  }

  /// Whether it can have blanks.
  var isText: Bool {
    switch kind {
    case .text, .file, .directory, .dynamic: true
    case .integer, .number, .choice: false
    }
  }

  /// The choice that `text` was probably meant to be.
  func guess(at text: String) -> String? {
    if case .choice(let choices) = kind { nearest(to: text, among: choices) } else { nil }
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
