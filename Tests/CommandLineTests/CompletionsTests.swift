import CommandLine
import Testing

@Suite("Completions", .timeLimit(.minutes(2)))
struct CompletionsTests {
  /// Command lines, each with what completes its last word.
  private static let lines: [(line: String, candidates: [String])] = [
    ("memctl qu", ["queue"]),
    ("memctl ", ["export", "help", "key", "push", "queue", "store"]),
    ("memctl --v", ["--verbose", "--version"]),
    ("memctl push --d", ["--db", "--dry-run"]),
    ("memctl push --se", []),
    ("memctl queue ", ["drop", "list", "show"]),
    ("memctl queue --de", ["--dead"]),
    ("memctl -q queue --db x sh", ["show"]),
    ("memctl queue show ", ["41", "42"]),
    ("memctl queue drop --quiet 41 4", ["41", "42"]),
    ("memctl store -c pre", ["preferences"]),
    ("memctl push --color a", ["always", "auto"]),
    ("memctl export ", ["csv", "jsonl"]),
    ("memctl export csv no", ["notes.csv"]),
    ("memctl --db no", ["notes.csv"]),
    ("memctl push -n ", []),
    ("memctl queue drop server:6", ["server:61", "server:62"]),
    ("memctl queue drop server:61 server:62 server:6", ["server:61", "server:62"]),
    ("memctl store -c work,pre", ["work,preferences"]),
  ]

  /// The words of a list, which zsh completes one by one.
  private static let lists: [(line: String, candidates: [String])] = [
    ("memctl queue --fields s", ["state"]),
    ("memctl queue --fields id,s", ["id,state"]),
    ("memctl queue list --fields id,c", ["id,created"]),
  ]

  private func sandbox(_ shell: Shell) -> Sandbox {
    let sandbox = Sandbox()
    sandbox.write(Completions(.sample).script(for: shell), to: "completions")
    sandbox.write("", to: "notes.csv")
    sandbox.write(
      """
      #!/bin/sh
      echo noise >&2
      case "$*" in
        '__complete entry server:'*) printf 'server:61\\tTea\\nserver:62\\n' ;;
        '__complete entry '*) printf '41\\tdead: too long\\n42\\n' ;;
        '__complete category work,'*) printf 'work,play\\nwork,preferences\\n' ;;
        '__complete category '*) printf 'preferences\\nwork notes\\t2\\n' ;;
      esac
      """, to: "memctl", executable: true)
    return sandbox
  }

  @Test(
    "are scripts that the shell can read",
    arguments: Shell.allCases.filter { isInstalled($0.rawValue) },
    [CommandTable.sample, .server])
  func syntax(shell: Shell, table: CommandTable) {
    let sandbox = Sandbox()
    sandbox.write(Completions(table).script(for: shell), to: "completions")
    #expect(sandbox.run("\(shell) -n completions") == [])
  }

  @Test("complete in bash", .enabled(if: isInstalled("bash")), arguments: lines + lists)
  func bash(line: String, candidates: [String]) {
    #expect(bashCandidates(for: line) == candidates)
  }

  @Test(
    "complete in bash after a colon, at which bash splits words",
    arguments: [
      ("memctl queue drop server :", ["61", "62"]), ("memctl queue drop server : 6", ["61", "62"]),
      ("memctl queue show server : 61 ", []),
      ("memctl queue drop server : 61 server : 62", ["62"]),
    ])
  func bashColon(line: String, candidates: [String]) {
    #expect(bashCandidates(for: line) == candidates)
  }

  @Test("describe their candidates in bash where it only lists them, each on a line of its own")
  func bashDescriptions() {
    let found = bashCandidates(for: "memctl queue show ", "COMP_TYPE=63 COLUMNS=20")
    #expect(found == ["41  dead: too long", "42         "])
    #expect(bashCandidates(for: "memctl queue show 42", "COMP_TYPE=63 COLUMNS=20") == ["42"])
    let narrow = bashCandidates(for: "memctl queue show ", "COMP_TYPE=63 COLUMNS=10")
    #expect(narrow == ["41  dead:", "42    "])
  }

  @Test(
    "complete in bash after the equals sign, at which bash splits words",
    arguments: [
      ("memctl --color = a", ["always", "auto"]),
      ("memctl --color =", ["always", "auto", "never"]),
      ("memctl --color = never queue --d", ["--db", "--dead"]),
      ("memctl --color=a", ["--color=always", "--color=auto"]),
      ("memctl store --category = work,pl", ["work,play"]),
    ])
  func bashEqualsSign(line: String, candidates: [String]) {
    #expect(bashCandidates(for: line) == candidates)
  }

  @Test("quote what bash would split")
  func bashQuoting() {
    #expect(bashCandidates(for: "memctl store --category w") == ["work\\ notes"])
  }

  private func bashCandidates(for line: String, _ variables: String = ":") -> [String] {
    let sandbox = sandbox(.bash)
    sandbox.write(
      """
      set -u
      source ./completions
      compopt() { :; } # bash has it only while readline completes
      IFS=' ' read -ra COMP_WORDS <<<'\(line)'
      [[ '\(line)' != *' ' ]] || COMP_WORDS+=('')
      COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
      \(variables)
      _memctl
      (( ! ${#COMPREPLY[@]} )) || printf '%s\\n' "${COMPREPLY[@]}" | sort
      """, to: "drive")
    return sandbox.run("bash drive")
  }

  @Test("complete in fish", .enabled(if: isInstalled("fish")), arguments: lines + lists)
  func fish(line: String, candidates: [String]) {
    let sandbox = sandbox(.fish)
    sandbox.write("source completions; complete -C '\(line)' | cut -f1 | sort", to: "drive")
    #expect(sandbox.run("fish --no-config drive") == candidates)
  }

  @Test("describe their candidates in fish", .enabled(if: isInstalled("fish")))
  func fishDescriptions() {
    let sandbox = sandbox(.fish)
    sandbox.write("source completions; complete -C 'memctl queue show '", to: "drive")
    #expect(sandbox.run("fish --no-config drive") == ["41\tdead: too long", "42"])
  }

  /// Types the line into a zsh of its own, whose `compadd` tells what it is given.
  @Test(
    "complete in zsh", .enabled(if: isInstalled("zsh")),
    arguments: lines + [("memctl queue --fields id,c", ["created"])])
  func zsh(line: String, candidates: [String]) {
    let sandbox = sandbox(.zsh)
    sandbox.write(
      """
      autoload -U compinit && compinit -D -u
      bindkey '^I' complete-word
      source ./completions
      compadd() {
        if [[ ${@[1,(i)(-|--)]} != *-(O|A|D)\\ * ]]; then
          local -a hits
          builtin compadd -A hits "$@"
          print -rl -- '' "HIT "$^hits
        fi
        builtin compadd "$@"
      }
      finish() { print -l '' DONE }
      comppostfuncs=(finish)
      print READY
      """, to: "setup")
    sandbox.write(
      """
      zmodload zsh/zpty
      zpty shell zsh -f -i
      zpty -w shell 'PROMPT=; stty -echo; source ./setup'
      zpty -r shell output '*READY*'
      zpty -w -n shell '\(line)'$'\\t'
      zpty -r shell output '*DONE*'
      print -r -- "$output" | tr -d '\\r' | sed -n 's/^HIT \\(..*\\)/\\1/p' | sort -u
      """, to: "drive")
    #expect(sandbox.run("zsh -f drive") == candidates)
  }
}
