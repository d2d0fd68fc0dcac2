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
      ("--limit 5 push", "unknown option '--limit'", "memctl --help"),
      ("push -x", "unknown option '-x'", "memctl push --help"),
      (
        "store -5", "unknown option '-5'",
        "put -- before text that begins with a dash: memctl store -- TEXT"
      ),
      ("queue --dead list", "unexpected operand 'list'", "memctl queue list --help"),
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
        "export xml", "jsonl|csv takes one of jsonl, csv, not 'xml'", "memctl export --help"
      ),
      ("queue show", "missing operand ID", "memctl queue show --help"),
      ("queue drop", "missing operand ID", "memctl queue drop --help"),
      ("push now", "unexpected operand 'now'", "memctl push --help"),
      ("queue show 1 2", "unexpected operand '2'", "memctl queue show --help"),
    ])
  func usageError(line: String, message: String, hint: String) {
    let error = #expect(throws: UsageError.self) {
      try CommandTable.sample.parse(line.split(separator: " ").map(String.init))
    }
    #expect(error?.message == message)
    #expect(error?.hint == hint)
  }

  @Test(
    "names the command that the line got as far as",
    arguments: [
      ("pusch", []), ("push --limit 0", ["push"]), ("queue shwo", ["queue"]),
      ("queue --dead list", ["queue", "list"]), ("store -5", ["store"]),
    ])
  func path(line: String, path: [String]) {
    let error = #expect(throws: UsageError.self) {
      try CommandTable.sample.parse(line.split(separator: " ").map(String.init))
    }
    #expect(error?.path == path)
  }
}
