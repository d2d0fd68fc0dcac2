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

  func keep(_ entries: [TypedText.Entry]) {
    for entry in entries where History.keeps(entry.text, of: entry.commands) {
      LineEditor.remember(entry.text)
      do { try file.append(entry.text) } catch { tellOnce(error) }
    }
  }

  private func tellOnce(_ error: any Error) {
    if !hasToldTrouble, let problem = error as? Problem { printProblem(problem) }
    hasToldTrouble = true
  }
}
