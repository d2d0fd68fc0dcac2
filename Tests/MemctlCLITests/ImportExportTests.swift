import Foundation
import TestSupport
import Testing

@Suite("memctl import and export") struct ImportExportTests {
  private let home: Home

  init() throws { home = try Home() }

  private func write(_ name: String, _ text: String) throws {
    let url = home.folder.appending(path: name)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: url)
  }

  private func contents(_ home: Home) throws -> [String] {
    try home.memctl("list", "--json", "--sort", "oldest").json.compactMap {
      $0["content"] as? String
    }
  }

  private static let lines = """
    {"content":"a","tags":["x"]}
    {"content":"a"}
    {"content":"\(String(repeating: "x", count: 1_612))"}
    {"content":"b","category":"decision"}

    """

  @Test("say what would be, then do it, and name what is refused by its line")
  func plan() throws {
    try write("notes.jsonl", Self.lines)
    let first = try home.memctl("import", "--dry-run", "notes.jsonl")
    #expect(first.output.hasPrefix("dry_run\ttrue\nadded\t2\n"))
    #expect(first.message == "there is no cache at \(home.database) yet")
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: home.folder.path) == ["notes.jsonl"])
    try home.memctl("store", "b")
    try home.play(
      "import", "import --dry-run notes.jsonl", "import --strict notes.jsonl", "list --sort oldest",
      "import notes.jsonl --json", "import notes.jsonl -q", "import --split - notes.jsonl")
    #expect(try contents(home).count == 4)
  }

  @Test("are one change, however many memories it has, which undo takes back")
  func undo() throws {
    try home.memctl("store", "a")
    let lines = (1...2_100).map { "{\"content\":\"m\($0)\"}\n" }.joined()
    try home.memctl("import", "-", input: .pipe(lines))
    let undone = try home.memctl("undo", "--json").json[0]
    #expect(undone["action"] as? String == "import")
    #expect(undone["count"] as? Int == 2_100)
    #expect(try contents(home) == ["a"])
    #expect(try home.memctl("queue", "--json").json.count == 1)
  }

  @Test("fit into a pipeline with gzip, and a new cache has the same lines")
  func pipeline() throws {
    try home.addSamples()
    let program = builtProduct("memctl").path
    let pipe = try ChildProgram(
      URL(filePath: "/bin/sh"),
      [
        "-c",
        """
        set -e
        "$0" export --reveal | gzip > x.gz
        "$0" --db new.db import x.gz > /dev/null
        "$0" --db new.db export --reveal > new.jsonl
        "$0" --db new.db import - < x.gz > again
        "$0" export --reveal | cmp - new.jsonl && echo same
        """, program,
      ], environment: home.environment, folder: home.folder
    ).finish()
    #expect(pipe.output == "same\n")
    #expect(pipe.errors == "")
    #expect(pipe.status == 0)
  }

  @Test("restore a backup, which then syncs without sending anything twice")
  func backup() throws {
    let home = try Home.withServer()
    for text in ["one", "two"] { try home.memctl("store", text) }
    try home.memctl("sync")
    home.environment["MEMORY_SYNC_DISABLE"] = "1"
    try home.memctl("store", "three")
    let backup = home.folder.path + "/backup.jsonl.gz"
    #expect(try home.memctl("export", backup).errors == "memctl: \(backup): 3 exported\n")
    home.environment["MEMORY_SYNC_DISABLE"] = nil
    // Sent only after the backup was made.
    try home.memctl("sync")
    let other = try home.neighbour()
    let restored = try other.memctl("import", backup, "--json").json[0]
    #expect(restored["restored"] as? Int == 2)
    #expect(restored["queued"] as? Int == 1)
    let synced = try other.memctl("sync", "--json").json[0]
    #expect((synced["push"] as? [String: Any])?["adopted"] as? Int == 1)
    #expect(try contents(other).sorted() == ["one", "three", "two"])
    // What it restored is no change of this cache's, and is on the server.
    #expect(try other.memctl("undo").status == 66)
    let third = try home.neighbour()
    try third.memctl("sync")
    #expect(try contents(third).sorted() == ["one", "three", "two"])
  }

  @Test("overwrite nobody's newer text with an old change, which goes to the trash")
  func oldChange() throws {
    let home = try Home.withServer()
    try home.memctl("store", "v0")
    try home.memctl("sync")
    let other = try home.neighbour()
    try other.memctl("sync")
    home.environment["MEMORY_SYNC_DISABLE"] = "1"
    try home.memctl("edit", "1", "--content", "v1")
    let backup = home.folder.path + "/backup.jsonl"
    try home.memctl("export", backup)
    try other.memctl("edit", "1", "--content", "v2")
    try other.memctl("sync")
    let restored = try home.neighbour()
    let report = try restored.memctl("import", backup, "--json").json[0]
    #expect(report["unsent_changes"] as? Int == 1)
    #expect(report["queued"] as? Int == 0)
    try restored.memctl("push")
    try restored.memctl("sync")
    #expect(try contents(restored) == ["v2"])
    #expect(try restored.memctl("trash", "--json").json.map { $0["content"] as? String } == ["v1"])
  }

  @Test("send nothing that came from the server a second time, from whatever file")
  func fromServer() throws {
    let home = try Home.withServer()
    for text in ["one", "two"] { try home.memctl("store", text) }
    try home.memctl("sync")
    try home.memctl("export", "--markdown", "tree")
    try Data(home.memctl("list", "--json").output.utf8)
      .write(to: home.folder.appending(path: "list.jsonl"))
    let foreign =
      #"{"id":1,"server_id":2,"content":"of some server","address":null,"account":null}"#
    try Data(foreign.utf8).write(to: home.folder.appending(path: "foreign.jsonl"))
    let other = try home.neighbour()
    #expect(try other.memctl("import", home.folder.path + "/foreign.jsonl").status == 76)
    for file in ["tree", "list.jsonl"] {
      let path = home.folder.path + "/" + file
      let refused = try other.memctl("import", path)
      #expect(refused.status == 76)
      #expect(
        refused.message
          == "the server may have these memories already: their ids are not in this cache yet")
      #expect(refused.hint?.hasPrefix("memctl sync brings what the server has") == true)
      #expect(try contents(other) == [])
    }
    try other.memctl("sync")
    for file in ["tree", "list.jsonl"] {
      let report = try other.memctl("import", home.folder.path + "/" + file, "--json").json[0]
      #expect(report["skipped"] as? Int == 2)
      #expect(report["queued"] as? Int == 0)
    }
    try home.memctl("delete", "1", "--yes")
    try home.memctl("sync")
    try other.memctl("sync")
    let again = try other.memctl("import", "--as-new", home.folder.path + "/tree", "--json").json[0]
    #expect(again["queued"] as? Int == 1)
  }

  @Test("write a file as a whole, for the owner alone, and replace none unasked")
  func file() throws {
    try home.memctl("store", "one")
    try home.play("export", "export x.jsonl", "export x.jsonl", "export x.jsonl --force -q")
    let path = home.folder.path + "/x.jsonl"
    #expect(
      try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o600)
    let there = try home.memctl("export", "/nonexistent/x.jsonl")
    #expect(there.message == "cannot write /nonexistent/x.jsonl: No such file or directory")
    #expect(there.status == 74)
    #expect(try home.memctl("export", "--markdown", "d", "x").status == 64)
    #expect(try home.memctl("export", "").message == "the file name is empty")
    mkfifo(home.folder.path + "/pipe", 0o600)
    let pipe = try home.memctl("export", "--force", "pipe")
    #expect(pipe.message == "pipe is a pipe or a device, and only files are replaced")
    #expect(pipe.hint == "redirect the output there instead")
    #expect(pipe.status == 74)
  }

  @Test("hide what is sensitive, say so, and take no line without its content")
  func sensitive() throws {
    try home.memctl("store", Home.secret, "--sensitive")
    let exported = try home.memctl("export")
    #expect(try exported.json[0]["content"] is NSNull)
    #expect(
      exported.errors == """
        memctl: 1 sensitive memory exported without content, so this is not a complete backup
        hint: --reveal writes them as well

        """)
    let other = try Home()
    let refused = try other.memctl("import", "-", input: .pipe(exported.output))
    #expect(refused.status == 65)
    #expect(refused.message == "line 1: its content is hidden, because it is sensitive")
    let whole = try home.start(["export", "--reveal"]).finish().output
    try other.memctl("import", "-", input: .pipe(whole))
    let memory = try other.memctl("list", "--json").json[0]
    #expect(memory["is_sensitive"] as? Bool == true)
    #expect(try home.memctl("export", "--markdown", "tree").hint == "--reveal writes them as well")
    #expect(!FileManager.default.fileExists(atPath: home.folder.path + "/tree/facts"))
  }

  @Test("read folders of Claude Code and basic-memory, and name each file that is neither")
  func folders() throws {
    try write(
      "projects/x/memory/feedback_mocks.md",
      "---\nname: no-mocks\ndescription: Real databases\ntype: feedback\n---\n\nUse a real database.\n"
    )
    try write("projects/x/memory/MEMORY.md", "- [Mocks](feedback_mocks.md) — no mocks\n")
    try write(
      "projects/y/coffee.md",
      "---\ntitle: Coffee\ntype: note\npermalink: coffee\n---\n# Coffee\n\n- [fact] Grind it fresh\n"
    )
    try write("projects/y/other.md", "Just text.\n")
    let ended = try home.memctl("import", "projects")
    #expect(ended.status == 65)
    #expect(ended.message == "projects/y/other.md: its format is not recognized")
    #expect(
      ended.hint
        == "--from names the format: jsonl, json, memctl, claude-code, claude-mem, basic-memory, markdown"
    )
    #expect(try contents(home).sorted() == ["Grind it fresh", "Use a real database."])
    let forced = try home.memctl("import", "--from=markdown", "projects/y/other.md")
    #expect(forced.status == 0)
    #expect(try contents(home).count == 3)
  }

  @Test("keep a tree of files that comes back with the same fields")
  func tree() throws {
    try home.addSamples()
    try home.play(
      "export-tree", "export --markdown tree --reveal", "export --markdown tree --reveal",
      "export --markdown tree --tag none", "export --markdown tree --tag x --force")
    try home.memctl("export", "--markdown", "tree", "--reveal")
    let other = try Home()
    try FileManager.default.copyItem(
      at: home.folder.appending(path: "tree"), to: other.folder.appending(path: "tree"))
    try other.memctl("import", "tree")
    func fields(_ home: Home) throws -> Set<String> {
      Set(
        try home.start(["list", "--json", "--reveal"]).finish().json.map { memory in
          [
            "content", "category", "tags", "expanded_keywords", "importance", "is_sensitive",
            "created_at",
          ]
          .map { "\(memory[$0] ?? "")" }.joined(separator: "|")
        })
    }
    #expect(try fields(other) == fields(home))
  }

  @Test(
    "pass over a folder in the mirror that may not be read",
    .enabled(if: Nobody.isPossible, "root may read everything, and needs setpriv to be nobody"))
  func unreadable() throws {
    try home.memctl("store", "one")
    try write("tree/lost+found/x.md", "mine")
    for path in ["", "/tree", "/memory.db"] { Nobody.own(home.folder.path + path) }
    chmod(home.folder.path + "/tree/lost+found", 0)
    let ended = try home.asNobody(["export", "--markdown", "tree"])
    #expect(ended.errors == "memctl: tree: 1 written, 0 removed, 0 unchanged\n")
    chmod(home.folder.path + "/tree/lost+found", 0o700)
  }

  @Test("tell a file that is not there, and read nothing then")
  func missing() throws {
    try write("a.jsonl", "{\"content\":\"a\"}\n")
    let ended = try home.memctl("import", "a.jsonl", "b.jsonl")
    #expect(ended.status == 66)
    #expect(ended.message == "cannot read b.jsonl: No such file or directory")
    #expect(try home.memctl("import", "-c", "nonsense", "a.jsonl").status == 65)
    try write("empty/a.txt", "")
    #expect(
      try home.memctl("import", "empty").message == "there are no markdown files (*.md) in empty")
  }

  @Test("read what a damaged file still has, and tell the damage")
  func damaged() throws {
    try home.memctl(
      "import", "-", input: .pipe((1...50).map { "{\"content\":\"m\($0)\"}\n" }.joined()))
    try home.memctl("export", "x.jsonl.gz")
    let url = home.folder.appending(path: "x.jsonl.gz")
    try Data(contentsOf: url).dropLast(4).write(to: url)
    let other = try Home()
    let ended = try other.memctl("import", url.path)
    #expect(ended.status == 65)
    #expect(ended.message == "\(url.path): its gzip data is damaged: it ends too early")
    #expect(try contents(other).count == 50)
  }

  @Test("of all or nothing read a pipe once, and stdin from where it stands")
  func readOnce() throws {
    try write("x", "{\"content\":\"first\"}\n{\"content\":\"second\"}\n")
    let ended = try ChildProgram(
      URL(filePath: "/bin/sh"),
      [
        "-c",
        """
        cat x | "$0" import --strict /dev/stdin -q && "$0" undo -q && \
        (read -r line; "$0" import - -q; "$0" import --strict - -q) < x
        """, builtProduct("memctl").path,
      ], environment: home.environment, folder: home.folder
    ).finish()
    #expect(ended.errors == "")
    #expect(ended.status == 0)
    #expect(try contents(home) == ["second"])
    let pipe = try home.start(["import", "--strict", "/dev/stdin"], input: .pipe(Self.lines))
    #expect(pipe.finish().status == 65)
    #expect(try contents(home) == ["second"])
  }

  @Test("leave out pipes in a folder, and hear a signal while nobody writes to one")
  func pipes() throws {
    try write("notes/CLAUDE.md", "- one\n")
    mkfifo(home.folder.path + "/notes/pipe.md", 0o600)
    #expect(try home.memctl("import", "notes").status == 0)
    #expect(try contents(home) == ["one"])
    let path = home.folder.path + "/notes/pipe.md"
    for arguments in [["import", path], ["import", "--strict", path]] {
      let program = try home.start(arguments)
      // It can be opened for writing at once as soon as memctl has it open.
      let writer = try FileHandle(forWritingTo: URL(filePath: path))
      program.send(SIGINT)
      #expect(program.finish().status == 130)
      try writer.close()
    }
  }

  @Test("hear a signal while they wait for a pipe, and keep what was read")
  func signal() throws {
    let path = home.folder.path + "/fifo"
    mkfifo(path, 0o600)
    let program = try home.start(["import", "--from=jsonl", path])
    let writer = try FileHandle(forWritingTo: URL(filePath: path))
    // More than a pipe holds, so some of it has been read when it is written.
    let line = "{\"content\":\"\(String(repeating: "x", count: 1_000))\"}\n"
    try writer.write(contentsOf: Data(String(repeating: line, count: 200).utf8))
    program.send(SIGINT)
    let ended = program.finish()
    #expect(ended.status == 130)
    #expect(ended.errors.contains("the import was interrupted"))
    #expect(try contents(home).count == 1)
    try writer.close()
  }
}
