import MemctlCore

/// The codes that memctl ends with; scripts rely on them.
enum ExitCode: Int32 {
  case success = 0
  case isFalse = 1
  case usage = 64
  case dataError = 65
  case noInput = 66
  case bug = 70
  case ioError = 74
  case tryAgain = 75
  case protocolError = 76
  case noPermission = 77
  case configuration = 78

  init(_ kind: Problem.Kind) {
    self =
      switch kind {
      case .usage: .usage
      case .rejected, .invalidInput: .dataError
      case .notFound: .noInput
      case .bug: .bug
      case .file: .ioError
      case .offline, .overloaded, .serverFailed, .waiting, .busy, .interrupted: .tryAgain
      case .nonsense, .refused: .protocolError
      case .unauthorized: .noPermission
      case .configuration: .configuration
      }
  }

  /// Where several problems hold, the one that the user must act on first decides.
  init(_ problems: [Problem]) {
    let urgency: [ExitCode] = [
      .bug, .ioError, .configuration, .noPermission, .protocolError, .usage, .noInput, .dataError,
      .tryAgain,
    ]
    let codes = Set(problems.map { ExitCode($0.kind) })
    self = urgency.first(where: codes.contains) ?? .success
  }
}
