import CReadline
import CommandLine
import Glibc
import MemctlCore

/// Finds what the word that is being typed can become.
struct Completer {
  struct Completion {
    /// What the line up to the cursor becomes: all that the candidates have in common.
    let line: String
    let candidates: [CompletionCandidate]
    /// The whole line with each of the candidates.
    let lines: [String]
    /// Whether a space follows if there is only one.
    let appendsBlank: Bool
  }

  private let table: CommandTable
  private let candidates: CompletionCandidates

  /// - Parameter table: what may be typed.
  init(_ table: CommandTable, _ candidates: CompletionCandidates) {
    self.table = table
    self.candidates = candidates
  }

  /// - Parameters:
  ///   - line: the text before the cursor.
  ///   - earlier: the lines before it, if the command spans several.
  /// - Returns: nil if nothing fits.
  func complete(_ line: String, after earlier: ShellSplitter) -> Completion? {
    var splitter = earlier
    guard (try? splitter.read(line)) != nil else { return nil }
    if splitter.isInTail { return completeFile(line) }
    guard let word = splitter.lastWord, word.length <= line.utf8.count else { return nil }
    var words = splitter.wordsBefore
    if words.first == "memctl" { words.removeFirst() }
    let found = table.expectations(after: words, typing: word.text)
      .flatMap { candidates(for: $0, typing: word.text) }
      // Nobody names the same thing twice.
      .filter { $0.value.hasPrefix(word.text) && !words.dropFirst().contains($0.value) }
    return completion(of: line, replacing: word.length, word.text, with: found)
  }

  /// Completes the part that is left to a shell, where any word may be the name of a file.
  private func completeFile(_ line: String) -> Completion? {
    let parts = line.split(omittingEmptySubsequences: false) { " \t|<>;&".contains($0) }
    let word = String(parts.last ?? "")
    return completion(
      of: line, replacing: word.utf8.count, word, with: files(word, onlyFolders: false))
  }

  private func completion(
    of line: String, replacing length: Int, _ word: String,
    with found: [CompletionCandidate]
  ) -> Completion? {
    guard let first = found.first else { return nil }
    let before = String(decoding: line.utf8.dropLast(length), as: UTF8.self)
    let isAlone = found.count == 1
    // There may be more than were found, so these may have too much in common.
    let common =
      found.count >= CompletionCandidates.limit
      ? word : found.dropFirst().reduce(first.value) { $0.commonPrefix(with: $1.value) }
    return Completion(
      // As it was typed, if nothing is added.
      line: common == word && !isAlone ? line : before + common.shellEscaped,
      candidates: found, lines: found.map { before + $0.value.shellEscaped },
      appendsBlank: !first.value.hasSuffix("/") && !first.value.hasSuffix("="))
  }

  // MARK: Candidates

  private func candidates(
    for expectation: Expectation, typing word: String
  ) -> [CompletionCandidate] {
    switch expectation {
    case .command(let spec):
      // The commands of the prompt itself appear only once a dot is typed.
      if spec.name.hasPrefix("."), word.isEmpty { return [] }
      return [.init(value: spec.name, description: spec.summary)]
    case .option(let option):
      var found = [
        CompletionCandidate(
          value: "--\(option.name)\(option.value == nil ? "" : "=")", description: option.help)
      ]
      if let short = option.short, word == "-\(short)" { found.append(.init(value: word)) }
      return found
    case .value(let value, let prefix):
      return candidates(for: value, typing: String(word.dropFirst(prefix.count))).map {
        .init(value: prefix + $0.value, description: $0.description, prefix: prefix + $0.prefix)
      }
    }
  }

  private func candidates(
    for value: ValueSpec, typing text: String
  ) -> [CompletionCandidate] {
    switch value.kind {
    case .text, .integer, .number: return []
    case .choice(let choices): return choices.map { .init(value: $0) }
    case .list(let choices): return lastOfList(text, choices)
    case .file: return files(text, onlyFolders: false)
    case .directory: return files(text, onlyFolders: true)
    case .dynamic(let name):
      return CompletionCandidates.Kind(rawValue: name).map { candidates(of: $0, typing: text) }
        ?? []
    }
  }

  private func candidates(
    of kind: CompletionCandidates.Kind, typing text: String
  ) -> [CompletionCandidate] {
    (try? candidates.of(kind, prefix: text)) ?? []
  }

  /// Only the last word of a list is being typed.
  private func lastOfList(_ text: String, _ words: [String]) -> [CompletionCandidate] {
    let before = text.lastIndex(of: ",").map { text[...$0] } ?? ""
    let used = before.split(separator: ",")
    return words.filter { !used.contains($0[...]) }
      .map { .init(value: before + $0, prefix: String(before)) }
  }

  private func files(_ prefix: String, onlyFolders: Bool) -> [CompletionCandidate] {
    var found: [CompletionCandidate] = []
    var state: Int32 = 0
    while let name = creadline_filename(prefix, state) {
      defer { free(name) }
      state = 1
      guard let path = String(validatingCString: name) else { continue }
      found.append(.init(value: path))
    }
    return found.sorted { $0.value < $1.value }.compactMap { file in
      let isFolder = opendir(file.value.expandingHome).map { closedir($0) == 0 } ?? false
      if onlyFolders, !isFolder { return nil }
      let folder = file.value.lastIndex(of: "/").map { file.value[...$0] } ?? ""
      return .init(value: file.value + (isFolder ? "/" : ""), prefix: String(folder))
    }
  }
}

extension String {
  fileprivate func commonPrefix(with other: String) -> String {
    String(zip(self, other).prefix { $0 == $1 }.map(\.0))
  }

  /// The text as a word that a shell takes literally, except for a `~` in front.
  fileprivate var shellEscaped: String {
    String(
      flatMap { character -> [Character] in
        let isPlain =
          !character.isASCII || character.isLetter || character.isNumber
          || "_./:=,@%+~-".contains(character)
        return isPlain ? [character] : ["\\", character]
      })
  }

  fileprivate var expandingHome: String {
    guard hasPrefix("~/"), let home = getenv("HOME") else { return self }
    return String(cString: home) + dropFirst()
  }
}
