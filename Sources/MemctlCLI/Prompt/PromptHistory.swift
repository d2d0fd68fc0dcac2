import CommandLine
import MemctlCore

/// The lines that the line editor finds again, and their file for as long as it can be used.
final class PromptHistory {
  private let file: History
  private var hasToldTrouble = false

  init(_ file: History) { self.file = file }

  /// The lines in the file, the latest last; nil where there is none yet.
  func load() -> [String]? {
    do { return try file.load() } catch { tellOnce(error) }
    return []
  }

  /// - Parameter commands: what stands in the text, as far as it can be read.
  func keep(_ text: String, of commands: [CommandWords]) {
    guard History.keeps(text, of: commands) else { return }
    LineEditor.remember(text)
    do { try file.append(text) } catch { tellOnce(error) }
  }

  private func tellOnce(_ error: any Error) {
    if !hasToldTrouble, let problem = error as? Problem { printProblem(problem) }
    hasToldTrouble = true
  }
}
