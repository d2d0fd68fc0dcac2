import Foundation
import TestSupport
import Testing

/// What people put memctl into: shell scripts, with the real binary, server and tools.
@Suite("Pipelines")
struct PipelineTests {
  private let home: Home

  init() throws { home = try Home.withServer() }

  /// Runs a script with bash, where each part of a pipeline may fail it and `memctl` is on the path.
  private func shell(
    _ script: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> ChildProgram.Ended {
    let programs = builtProduct("memctl").deletingLastPathComponent().path
    let environment = [
      "PATH": "\(programs):/usr/bin:/bin", "GIT_CONFIG_GLOBAL": "/dev/null",
      "GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@localhost", "GIT_COMMITTER_NAME": "A",
      "GIT_COMMITTER_EMAIL": "a@localhost",
    ]
    let ended = try ChildProgram(
      URL(filePath: "/bin/bash"), ["-uo", "pipefail", "-c", script],
      environment: home.environment.merging(environment) { $1 }, folder: home.folder
    ).finish()
    home.check(ended.output + ended.errors, of: [script], sourceLocation)
    return ended
  }

  @Test("cron hears of what needs somebody, and of nothing else")
  func cron() throws {
    let job = "memctl sync --quiet || test $? -eq 75"
    try home.memctl("store", "A fact")
    let quiet = try shell(job)
    #expect(quiet.output + quiet.errors == "")
    #expect(quiet.status == 0)

    home.stopServer()
    #expect(try shell("\(job) 2>/dev/null").status == 0)

    home.environment["MEMORY_API_KEY"] = nil
    let keyless = try shell(job)
    #expect(keyless.errors.contains("key"))
    #expect(keyless.status == 1)
  }

  @Test("a git hook stores the message of each commit")
  func gitHook() throws {
    let ended = try shell(
      #"""
      git init -q project && cd project
      cat > .git/hooks/post-commit <<'END'
      #!/bin/sh
      git log -1 --format=%B | memctl store --quiet -c decisions -t "git,$(basename "$PWD")" -
      END
      chmod +x .git/hooks/post-commit
      git commit -q --allow-empty -m "Use SQLite" -m "It is on every machine."
      memctl list --json -t project | jq -r '.content, .category, (.tags | join("+"))'
      """#)
    #expect(ended.errors == "")
    #expect(ended.output == "Use SQLite\n\nIt is on every machine.\ndecisions\ngit+project\n")
  }

  @Test("xargs stores many at once, each of them once")
  func parallelStores() throws {
    let ended = try shell(
      #"""
      seq 24 | sed 's/^/Fact /' | tr '\n' '\0' | xargs -0 -n 1 -P 4 memctl store --quiet &&
        memctl sync --quiet && memctl list --json | jq -r .content | sort -V | uniq -c | wc -l
      memctl counts --json | jq -c '[.total, .pending_ops, .orphans_no_server_id]'
      """#)
    #expect(ended.errors == "")
    #expect(ended.output == "24\n[24,0,0]\n")
  }

  @Test("what list selects, xargs deletes, and more than ten only when told to")
  func deleteSelection() throws {
    let ended = try shell(
      #"""
      for i in $(seq 12); do memctl store --quiet -c gotchas "Gotcha $i"; done
      memctl store --quiet "A fact"
      memctl list -c gotchas --fields id | xargs memctl delete
      echo "refused: $?"
      memctl list -c gotchas --fields id | xargs memctl delete -y
      memctl list --fields content
      memctl undo
      memctl list -c gotchas --fields id | wc -l
      """#)
    let lines = ended.output.split(separator: "\n")
    #expect(lines.first == "refused: 123", "xargs reports any failure as 123")
    #expect(lines.contains("A fact"))
    #expect(lines.last == "12")
    #expect(!ended.output.contains("Gotcha 3\n"))
  }

  @Test("an export goes through gzip and comes back as the same rows")
  func backup() throws {
    let ended = try shell(
      #"""
      memctl store --quiet "A fact" -t a,b --importance 0.7
      memctl store --quiet $'Two\nlines\t"quoted" \\ é' -c lessons
      memctl export | gzip > backup.jsonl.gz
      memctl --db new.db import backup.jsonl.gz --quiet
      diff <(memctl list --json --fields content,category,tags,importance,created_at) \
        <(memctl --db new.db list --json --fields content,category,tags,importance,created_at) && echo same
      """#)
    #expect(ended.errors == "")
    #expect(ended.output == "same\n")
  }

  @Test("jq reads the events of watch as they come")
  func watchEvents() throws {
    let ended = try shell(
      #"""
      memctl watch --json --interval 0.1 | head -n 2 | jq -r '[.cycle, .ok] | @csv'
      """#)
    #expect(ended.output == "\"resync\",true\n\"sync\",true\n")
    #expect(ended.errors == "")
  }

  @Test("a script waits until the server has what it stored")
  func waiting() throws {
    let ended = try shell(
      #"""
      id=$(memctl store --json "A fact" | jq .id) && memctl wait "$id" --timeout 30 --quiet &&
        memctl show "$id" --json | jq .server_id
      """#)
    #expect(ended.errors == "")
    #expect(ended.output == "1\n")
  }

  @Test("a shell prompt learns whether something waits from an exit code")
  func promptStatus() throws {
    let status = try shell(
      #"""
      memctl sync --quiet
      memctl status --check --offline >/dev/null; echo $?
      MEMORY_API_URL=http://127.0.0.1:1 memctl store --quiet "A fact"
      memctl status --check --offline >/dev/null; echo $?
      """#)
    #expect(status.output == "0\n1\n")
  }

  @Test("a shell loop reads fields that it names")
  func readLoop() throws {
    let ended = try shell(
      #"""
      memctl store --quiet "A fact" -t a
      memctl list --fields id,category,content | while IFS=$'\t' read -r id category content; do
        echo "$id is in $category: $content"
      done
      """#)
    #expect(ended.output == "1 is in facts: A fact\n")
  }

  @Test("a table goes through a pipe when it is asked for")
  func tableInPipe() throws {
    let ended = try shell(
      "memctl store --quiet 'A fact'; COLUMNS=60 memctl list --format table | cat")
    #expect(ended.output.hasPrefix("ID  SERVER  CATEGORY"))
  }
}
