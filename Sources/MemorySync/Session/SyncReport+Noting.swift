import MemoryModel

extension SyncReport {
  /// Runs `body`, and notes a problem with the server's answer. A file that cannot be written ends
  /// the run.
  ///
  /// - Returns: nil if the answer cannot be used.
  mutating func notingProblems<Result>(_ body: () throws -> Result) throws -> Result? {
    do {
      return try body()
    } catch let problem as Problem where problem.kind != .file && problem.kind != .busy {
      note(problem)
      return nil
    }
  }
}
