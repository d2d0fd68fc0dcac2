import MemctlCore

/// The code that a command ends with; scripts rely on memctl's own.
struct ExitCode: RawRepresentable, Hashable {
  let rawValue: Int32

  init(rawValue: Int32) { self.rawValue = rawValue }

  static let success = ExitCode(rawValue: 0)
  static let isFalse = ExitCode(rawValue: 1)
  /// `status --check`: something waits for the user.
  static let needsUser = ExitCode(rawValue: 2)
  static let usage = ExitCode(rawValue: 64)
  static let dataError = ExitCode(rawValue: 65)
  static let noInput = ExitCode(rawValue: 66)
  static let bug = ExitCode(rawValue: 70)
  static let ioError = ExitCode(rawValue: 74)
  static let tryAgain = ExitCode(rawValue: 75)
  static let protocolError = ExitCode(rawValue: 76)
  static let noPermission = ExitCode(rawValue: 77)
  static let configuration = ExitCode(rawValue: 78)

  /// As a shell reports a program that a signal ended.
  static func ended(by signal: Int32) -> ExitCode { ExitCode(rawValue: 128 + signal) }

  init(_ kind: Problem.Kind) {
    self =
      switch kind {
      case .usage: .usage
      case .rejected, .ambiguous, .invalidInput: .dataError
      case .notFound: .noInput
      case .bug: .bug
      case .file: .ioError
      case .offline, .overloaded, .serverFailed, .gateway, .waiting, .busy, .interrupted: .tryAgain
      case .invalidResponse, .refused: .protocolError
      case .unauthorized, .forbidden: .noPermission
      case .configuration, .certificate: .configuration
      }
  }

  /// The codes of problems, the most urgent first.
  private static let urgency: [ExitCode] = [
    .bug, .ioError, .configuration, .noPermission, .protocolError, .usage, .noInput, .dataError,
    .tryAgain,
  ]

  /// The code of the most urgent of several problems.
  init(_ problems: [Problem]) {
    let codes = Set(problems.map { ExitCode($0.kind) })
    self = Self.urgency.first(where: codes.contains) ?? .success
  }

  /// The code for several commands: the most urgent one; codes that are not memctl's, as a shell
  /// command may have, come last.
  static func worst(_ first: ExitCode, _ second: ExitCode) -> ExitCode {
    func rank(_ code: ExitCode) -> Int {
      code == .success ? .max : urgency.firstIndex(of: code) ?? urgency.count
    }
    return rank(second) < rank(first) ? second : first
  }
}
