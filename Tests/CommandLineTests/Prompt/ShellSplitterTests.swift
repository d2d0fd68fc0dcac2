import Foundation
import Testing

@testable import CommandLine

@Suite("A line is split into words as a shell does it")
struct ShellSplitterTests {
  private func split(_ text: String) throws -> [CommandWords] {
    try lists(text).flatMap { $0 }
  }

  private func lists(_ text: String) throws -> [[CommandWords]] {
    var splitter = ShellSplitter(home: "/home/a", shellCommand: ".shell")
    try splitter.read(text)
    try splitter.end()
    return splitter.takeCommands()
  }

  @Test(
    "quotes, backslashes, comments and the home folder",
    arguments: [
      ("counts", ["counts"]), ("  list \t -n 3 ", ["list", "-n", "3"]), ("", []), ("# no", []),
      ("a 'b c'd", ["a", "b cd"]), (#"a "b 'c' \" \n \\ \$x""#, ["a", #"b 'c' " \n \ $x"#]),
      (#"a\ b \'"#, ["a b", "'"]), ("a ''", ["a", ""]), ("a b#c #d", ["a", "b#c"]),
      ("a \\\n b", ["a", "b"]), ("a\\\nb", ["ab"]), ("a '\\\n'", ["a", "\\\n"]),
      ("~ ~/b '~' \\~/c d~ ~x", ["/home/a", "/home/a/b", "~", "~/c", "d~", "~x"]),
      ("a $HOME *.txt `x` (y)", ["a", "$HOME", "*.txt", "`x`", "(y)"]), ("a \\", ["a"]),
      ("store 'Größe 🙂'", ["store", "Größe 🙂"]),
    ])
  func words(_ text: String, _ words: [String]) throws {
    #expect(try split(text).flatMap(\.words) == words)
  }

  @Test("each line and each part between semicolons is a command, and knows its line")
  func commands() throws {
    let commands = try split("a\n\n# b\nc; d 'e\nf';;\ng")
    #expect(commands.map(\.words) == [["a"], ["c"], ["d", "e\nf"], ["g"]])
    #expect(commands.map(\.line) == [1, 4, 4, 6])
  }

  @Test(
    "&& and || join commands, also across lines",
    arguments: [
      ("a && b", [["a", "&& b"]]), ("a&&b||c; d", [["a", "&& b", "|| c"], ["d"]]),
      ("a '&&' b", [["a && b"]]), (#"a \&\& b"#, [["a && b"]]),
      ("a ||\n\n # c\nb", [["a", "|| b"]]),
      ("a && b | wc && c", [["a", "&& b | wc && c"]]), ("a\nb", [["a"], ["b"]]),
      ("a || !ls && wc", [["a", "|| .shell ls && wc"]]),
    ] as [(String, [[String]])])
  func joints(_ text: String, _ expected: [[String]]) throws {
    let found = try lists(text).map { list in
      list.map { command in
        let sign =
          switch command.condition {
          case .always: ""
          case .ifSucceeded: "&& "
          case .ifFailed: "|| "
          }
        return sign + (command.words + [command.tail]).filter { !$0.isEmpty }.joined(separator: " ")
      }
    }
    #expect(found == expected)
  }

  @Test(
    "a line after ! is left to a real shell as it is",
    arguments: [
      ("!ls *.md | wc -l; echo $HOME && pwd || x", "ls *.md | wc -l; echo $HOME && pwd || x"),
      ("  ! echo 'a\nb'", " echo 'a\nb'"), (".shell ls -l 'a b'", "ls -l 'a b'"),
      ("!ls |\n wc", "ls |\n wc"), ("!a \\\nb", "a \\\nb"), ("!cat <<< x", "cat <<< x"),
      ("!", ""),
    ])
  func shellLines(_ text: String, _ line: String) throws {
    let commands = try split(text + "\ncounts")
    #expect(commands.map(\.words) == [[".shell", line], ["counts"]])
    #expect(commands.map(\.tail) == ["", ""])
  }

  @Test("! is nothing special within a line, nor where there is no command for it")
  func exclamationMark() throws {
    #expect(try split("store Yes! '!' !x").map(\.words) == [["store", "Yes!", "!", "!x"]])
    var splitter = ShellSplitter()
    try splitter.read("!a; b\n")
    #expect(splitter.takeCommands().flatMap { $0 }.map(\.words) == [["!a"], ["b"]])
  }

  @Test(
    "what follows a pipe or a redirection is left to a real shell, to the end of the command",
    arguments: [
      ("list | head -n 3; counts", ["list"], "| head -n 3"),
      ("list | (head -n 3; echo 'x;\ny')> z; counts", ["list"], "| (head -n 3; echo 'x;\ny')> z"),
      ("list | grep a || echo \\;", ["list"], "| grep a || echo \\;"),
      ("list -n 3 >out.txt", ["list", "-n", "3"], ">out.txt"),
      ("list 2>/dev/null", ["list"], "2>/dev/null"), ("list '2'> a", ["list", "2"], "> a"),
      ("list x2> a", ["list", "x2"], "> a"), ("store - < 'a b'", ["store", "-"], "< 'a b'"),
      ("list | grep \\; | wc # don't", ["list"], "| grep \\; | wc # don't"),
      ("list | \n wc", ["list"], "| \n wc"), ("list | \\\n wc", ["list"], "| \\\n wc"),
      ("list | grep \"a\\\"|\" && echo", ["list"], "| grep \"a\\\"|\" && echo"),
    ])
  func tails(_ text: String, _ words: [String], _ tail: String) throws {
    let first = try #require(try split(text).first)
    #expect(first.words == words)
    #expect(first.tail == tail)
  }

  @Test(
    "what cannot be understood is refused in plain words",
    arguments: [
      ("sync & counts", "'&' does not run commands in the background here"),
      ("list &", "'&' does not run commands in the background here"),
      ("&& counts", "there is no command before '&&'"),
      ("list; || counts", "there is no command before '||'"),
      ("list &&; counts", "there is no command after '&&'"),
      ("list &&", "there is no command after '&&'"),
      ("list || && counts", "there is no command before '&&'"),
      ("list ||", "there is no command after '||'"),
      ("store - <<EOF", "here-documents ('<<') do not work here"),
      ("counts; | wc", "there is no command before '|'"),
      ("a\nb 'c\nd", "the ' on line 2 is never closed"),
      ("a | b \"", "the \" on line 1 is never closed"),
    ])
  func refusals(_ text: String, _ message: String) {
    let error = #expect(throws: UsageError.self) { try split(text) }
    #expect(error?.message == message)
    #expect(error?.hint.isEmpty == false)
  }

  @Test(
    "a line that is not complete asks for another",
    arguments: [
      ("a\n", false), ("a 'b\n", true), ("a \\\n", true), ("a |\n", true), ("a | b\n", false),
      ("a 'b\nc'\n", false), ("# 'a\n", false), ("a | \"b\n", true), ("a | b # |\n", false),
      ("a &&\n", true), ("a ||\n", true), ("a && # b\n", true), ("a && b\n", false),
      ("!a\n", false), ("!a |\n", true), ("!a '\n", true),
    ])
  func openLines(_ text: String, _ isOpen: Bool) throws {
    var splitter = ShellSplitter(shellCommand: ".shell")
    try splitter.read(text)
    #expect(splitter.isOpen == isOpen)
  }

  @Test(
    "the word that is being typed is known, and where it begins",
    arguments: [
      ("queue sh", ["queue"], "sh", 2), ("queue ", ["queue"], "", 0),
      ("a; list -c 'fa", ["list", "-c"], "fa", 3), (#"x a\ b"#, ["x"], "a b", 4),
      (#"x \ab"#, ["x"], "ab", 3), ("x '", ["x"], "", 1),
    ])
  func lastWord(_ text: String, _ before: [String], _ word: String, _ length: Int) throws {
    var splitter = ShellSplitter()
    try splitter.read(text)
    #expect(splitter.wordsBefore == before)
    #expect(splitter.lastWord == ShellSplitter.Word(text: word, length: length))
  }

  @Test(
    "no word is being typed in a comment, or where a shell takes over",
    arguments: ["#", "a >b", "a&", "!a"])
  func noWord(_ text: String) throws {
    var splitter = ShellSplitter(shellCommand: ".shell")
    try splitter.read(text)
    #expect(splitter.lastWord == nil)
  }

  /// The real `sh` splits thousands of random lines, and comes to the same words.
  @Test("as the shell of this machine does it")
  func realShell() throws {
    var random = SystemRandomNumberGenerator()
    var script = ""
    var expected: [[String]] = []
    while expected.count < 3_000 {
      let pieces = ["a", "b", " ", " ", "'", "'", "\"", "\"", "\\", "#", "~", "/", "\\\n", "ä"]
      let line = (0..<Int.random(in: 1...12, using: &random)).map { _ in
        pieces.randomElement(using: &random)!
      }.joined()
      // The shell is to read what comes before as well, so that a `#` is not the first.
      var splitter = ShellSplitter(home: "/home/a")
      try splitter.read("w \(line)\n")
      guard !splitter.isOpen else { continue }
      let commands = splitter.takeCommands().flatMap { $0 }
      // `~a` is the home of a user a, `\` before a line break at the end takes the next line.
      guard commands.count == 1, line.firstRange(of: /~[^\/ ]/) == nil, !line.hasSuffix("\\\n")
      else { continue }
      expected.append(commands[0].words)
      script += "w \(line)\n"
    }
    let shell = Process()
    shell.executableURL = URL(filePath: "/bin/sh")
    let function = #"w() { printf '%s\0' w "$@"; printf '\1\0'; }"# + "\n"
    shell.environment = ["HOME": "/home/a"]
    let file = FileManager.default.temporaryDirectory.appending(path: "words-\(UUID()).sh")
    try (function + script).write(to: file, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(at: file) }
    shell.arguments = [file.path]
    let pipe = Pipe()
    shell.standardOutput = pipe
    try shell.run()
    let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
    shell.waitUntilExit()
    let found = String(decoding: output, as: UTF8.self).split(separator: "\u{1}\0").map {
      $0.split(separator: "\0", omittingEmptySubsequences: false).dropLast().map(String.init)
    }
    #expect(found.count == expected.count)
    for (ours, theirs) in zip(expected, found) where ours != theirs {
      Issue.record("ours \(ours), the shell's \(theirs)")
      break
    }
  }
}
