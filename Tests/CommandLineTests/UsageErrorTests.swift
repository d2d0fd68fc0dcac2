import CommandLine
import Testing

@Suite("A usage error")
struct UsageErrorTests {
  @Test(
    "names the thing and the next command to type",
    arguments: [
      ("psuh", "unknown command 'psuh'", "did you mean 'push'? otherwise: memctl --help"),
      ("zzz", "unknown command 'zzz'", "memctl --help"),
      ("pu", "unknown command 'pu'", "memctl --help"),
      (
        "queue shwo", "unknown command 'queue shwo'",
        "did you mean 'queue show'? otherwise: memctl queue --help"
      ),
      ("key", "'key' needs a subcommand", "memctl key --help"),
      (
        "push --dryrun", "unknown option '--dryrun'",
        "did you mean '--dry-run'? otherwise: memctl push --help"
      ),
      ("push --secrte", "unknown option '--secrte'", "memctl push --help"),
      ("--limit 5", "the command is missing that --limit belongs to", "memctl --help"),
      ("--limit 5 key add", "unknown option '--limit'", "memctl key add --help"),
      (
        "--limit many push", "--limit takes a whole number of at least 1, not 'many'",
        "memctl push --help"
      ),
      ("--limit 1 push -n 2", "-n is given twice", "memctl push --help"),
      ("--limit", "--limit needs a value: N", "memctl --help"),
      (
        "--limti 5 push", "unknown option '--limti'",
        "did you mean '--limit'? otherwise: memctl --help"
      ),
      ("push -x", "unknown option '-x'", "memctl push --help"),
      (
        "store -5", "unknown option '-5'",
        "put -- before text that begins with a dash: memctl store -- TEXT"
      ),
      ("push --limit", "--limit needs a value: N", "memctl push --help"),
      ("push -n", "-n needs a value: N", "memctl push --help"),
      ("push --dry-run=yes", "--dry-run takes no value", "memctl push --help"),
      ("push -n 1 --limit 2", "--limit is given twice", "memctl push --help"),
      ("-q push --quiet", "--quiet is given twice", "memctl push --help"),
      (
        "push -n many", "-n takes a whole number of at least 1, not 'many'", "memctl push --help"
      ),
      ("push -n 0", "-n takes a whole number of at least 1, not '0'", "memctl push --help"),
      (
        "store --importance nan", "--importance takes a number from 0 to 1, not 'nan'",
        "memctl store --help"
      ),
      (
        "--color allways push", "--color takes one of auto, always, never, not 'allways'",
        "did you mean 'always'? otherwise: memctl --help"
      ),
      (
        "export xml", "export takes one of jsonl, csv, not 'xml'",
        "memctl export jsonl|csv [FILE]; memctl export --help explains it"
      ),
      (
        "export cvs", "export takes one of jsonl, csv, not 'cvs'",
        "did you mean 'csv'? otherwise: memctl export --help"
      ),
      (
        "queue show", "missing operand ID",
        "memctl queue show ID; memctl queue show --help explains it"
      ),
      (
        "queue drop", "missing operand ID",
        "memctl queue drop ID...; memctl queue drop --help explains it"
      ),
      ("push now", "unexpected operand 'now'", "memctl push --help"),
      ("queue show 1 2", "unexpected operand '2'", "memctl queue show --help"),
      (
        "store prefers it's tabs", "unexpected operand 'it's'",
        #"quote a text that has blanks: memctl store 'prefers it'\''s tabs'"#
      ),
      (
        "push -q --db a path", "unexpected operand 'path'",
        "quote a value that has blanks: --db 'a path'"
      ),
      ("--db x push now", "unexpected operand 'now'", "memctl push --help"),
      ("-c x key add now", "unknown option '-c'", "memctl key add --help"),
      ("push -n 5 6", "unexpected operand '6'", "memctl push --help"),
      ("rm", "unknown command 'rm'", "did you mean 'queue drop'? otherwise: memctl --help"),
      ("add", "unknown command 'add'", "did you mean 'key add'? otherwise: memctl --help"),
      ("-h add", "unknown command 'add'", "did you mean 'key add'? otherwise: memctl --help"),
      (
        "queue rm 4", "unknown command 'queue rm'",
        "did you mean 'queue drop'? otherwise: memctl queue --help"
      ),
      ("--token xyz push", "there is no option '--token'", "use a file"),
      ("push --token=xyz", "there is no option '--token'", "use a file"),
    ])
  func usageError(line: String, message: String, hint: String) {
    let error = #expect(throws: UsageError.self) {
      try CommandTable.sample.parse(line.split(separator: " ").map(String.init))
    }
    #expect(error?.message == message)
    #expect(error?.hint == hint)
  }

  @Test("about a text that begins with a dash names --, also where it has blanks")
  func dashedText() {
    for word in ["-5 degrees", "- a list", "--no more", "-foo bar"] {
      let error = #expect(throws: UsageError.self) {
        try CommandTable.sample.parse(["store", word])
      }
      #expect(
        error?.hint == "put -- before text that begins with a dash: memctl store -- TEXT", "\(word)"
      )
    }
  }

  @Test(
    "names the command that the line got as far as",
    arguments: [
      ("pusch", []), ("push --limit 0", ["push"]), ("queue shwo", ["queue"]),
      ("queue --dead shwo", ["queue"]), ("queue --dead --limit", ["queue", "list"]),
      ("store -5", ["store"]),
    ])
  func path(line: String, path: [String]) {
    let error = #expect(throws: UsageError.self) {
      try CommandTable.sample.parse(line.split(separator: " ").map(String.init))
    }
    #expect(error?.path == path)
  }
}
