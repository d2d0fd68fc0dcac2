import MemoryAPI

/// What to do next, as a sentence in which steps, settings and fields are values rather than words.
///
/// A program puts these into the words of its own: where a command line names a command, a window
/// may have a button. `description` is for logs.
///
///     Problem(.offline, "…", hint: "nothing is lost; \(.sync) sends what is queued")
public struct Hint: Hashable, Sendable {
  /// A piece of the sentence.
  public enum Part: Hashable, Sendable {
    case text(String)
    case step(Step)
    case setting(Setting)
    /// A field that is to be given.
    case field(MemoryField)
    /// A memory by its id on the server.
    case serverID(ServerID)
  }

  /// No two texts follow each other.
  public let parts: [Part]

  /// Creates a hint that is plain text.
  public init(_ text: String) { self.init(stringLiteral: text) }

  /// The steps that the hint suggests.
  public var steps: [Step] {
    parts.compactMap { if case .step(let step) = $0 { step } else { nil } }
  }
}

extension Hint: ExpressibleByStringInterpolation {
  /// Creates a hint that is plain text.
  public init(stringLiteral text: String) { parts = [.text(text)] }

  /// Creates a hint from a string literal with values in it.
  public init(stringInterpolation: StringInterpolation) { parts = stringInterpolation.parts }

  /// Collects the parts of a string literal.
  public struct StringInterpolation: StringInterpolationProtocol {
    fileprivate var parts: [Part] = []

    /// Starts without parts.
    public init(literalCapacity: Int, interpolationCount: Int) {}

    /// Adds text, joining it to a text before it.
    public mutating func appendLiteral(_ text: String) {
      guard !text.isEmpty else { return }
      if case .text(let start) = parts.last {
        parts[parts.count - 1] = .text(start + text)
      } else {
        parts.append(.text(text))
      }
    }

    /// Adds any other value as text.
    public mutating func appendInterpolation(_ value: some CustomStringConvertible) {
      appendLiteral(value.description)
    }

    /// Adds a step that a person can take.
    public mutating func appendInterpolation(_ step: Step) { parts.append(.step(step)) }

    /// Adds the name of a setting.
    public mutating func appendInterpolation(_ setting: Setting) { parts.append(.setting(setting)) }

    /// Adds a memory by its id on the server.
    public mutating func appendInterpolation(_ id: ServerID) { parts.append(.serverID(id)) }

    /// Adds the parts of another hint.
    public mutating func appendInterpolation(_ hint: Hint) { hint.parts.forEach { append($0) } }

    /// `content, tags and keywords`
    public mutating func appendInterpolation(_ fields: [MemoryField]) {
      for (index, field) in fields.enumerated() {
        if index > 0 { appendLiteral(index == fields.count - 1 ? " and " : ", ") }
        append(.field(field))
      }
    }

    /// `7, 9`
    public mutating func appendInterpolation(_ ids: [ServerID]) {
      for (index, id) in ids.enumerated() {
        if index > 0 { appendLiteral(", ") }
        append(.serverID(id))
      }
    }

    private mutating func append(_ part: Part) {
      if case .text(let text) = part { appendLiteral(text) } else { parts.append(part) }
    }
  }
}

extension Hint: CustomStringConvertible {
  /// The sentence in words that belong to no program.
  public var description: String {
    parts.map { part in
      switch part {
      case .text(let text): text
      case .step(let step): step.description
      case .setting(let setting): setting.rawValue
      case .field(let field): field.label
      case .serverID(let id): "\(id.rawValue)"
      }
    }.joined()
  }
}
