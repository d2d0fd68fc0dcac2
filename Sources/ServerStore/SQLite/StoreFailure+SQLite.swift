import SQLite

extension StoreFailure {
  /// - Parameter error: what went wrong while a file was read or written.
  init(_ error: any Error) {
    switch error {
    case let failure as StoreFailure: self = failure
    case let error as SQLiteError: self.init(Kind(error.kind), error.description)
    default: self.init(.defect, "\(error)")
    }
  }
}

extension StoreFailure.Kind {
  fileprivate init(_ kind: SQLiteError.Kind) {
    self =
      switch kind {
      case .full: .full
      case .busy, .readOnly, .cannotOpen, .inputOutput, .corrupt, .notADatabase: .unavailable
      case .constraint, .interrupted, .other: .defect
      }
  }
}
