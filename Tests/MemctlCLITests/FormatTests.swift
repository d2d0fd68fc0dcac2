import Foundation
import MemctlCore
import SQLite
import TestSupport
import Testing

@testable import MemctlCLI

@Suite("The format of results")
struct FormatTests {
  private let home: Home

  init() throws {
    home = try Home()
    try home.addSamples()
  }

  @Test("is what --format says, wherever results go, and --json is short for one of them")
  func format() throws {
    let table = try home.memctl("list", "--format", "table").output
    #expect(table.hasPrefix("ID  SERVER  CATEGORY"))
    #expect(try home.memctl("counts", "--format=table").output.hasPrefix("memories"))
    let lines = try home.memctl("list").output
    #expect(try home.onTerminal("list", "--format=tsv").text.replacing("\r\n", with: "\n") == lines)
    let json = try home.memctl("list", "--json").output
    for arguments in [["--format=json"], ["--format", "json", "--json"]] {
      #expect(try home.start(["list"] + arguments).finish().output == json)
    }
  }

  @Test("cannot be two at once, nor one that there is not")
  func contradiction() throws {
    let both = try home.memctl("list", "--json", "--format", "table")
    #expect(both.message == "--json and --format table contradict each other")
    #expect(both.status == 64)
    #expect(try both.json.map { $0["ok"] as? Bool } == [false])
    let unknown = try home.memctl("list", "--format", "jsn")
    #expect(unknown.message == "--format takes one of table, tsv, json, not 'jsn'")
    #expect(unknown.hint?.contains("did you mean 'json'?") == true)
    #expect(try home.memctl("nonsense", "--format=json").json.count == 1)
  }

  @Test("is a table as wide as COLUMNS says, or else as wide as it needs to be")
  func width() throws {
    let text = String(repeating: "word ", count: 60) + "end"
    _ = try Cache(path: home.database).store(MemoryFields(content: text), at: .now)
    let wide = try home.memctl("list", "--format=table").output
    #expect(wide.contains(text))
    let narrow = try home.memctl("list", "--format=table", adding: ["COLUMNS": "60"]).output
    #expect(narrow.split(separator: "\n").map(\.count).max() == 60)
    let terminal = try home.onTerminal(
      "list", "--color=never", columns: 100, adding: ["COLUMNS": "60"]
    ).text
    #expect(terminal.split(whereSeparator: \.isNewline).map(\.count).max() == 60)
    for columns in ["0", "-1", "x", ""] {
      #expect(
        try home.memctl("list", "--format=table", adding: ["COLUMNS": columns]).output == wide)
    }
  }

  @Test("has the fields that --fields names, in their order, in all of them")
  func fields() throws {
    let tabs = try home.memctl("list", "--fields", "tags,id", "-n", "3").output
    #expect(tabs == "\t3\n\t2\nstyle,tabs\t1\n")
    let json = try home.memctl("list", "--json", "--fields=tags,id", "--sort", "oldest").output
    #expect(json.hasPrefix("{\"tags\":[\"style\",\"tabs\"],\"id\":1}\n"))
    let table = try home.memctl("list", "--format=table", "--fields=importance,id").output
    #expect(table == "IMPORTANCE  ID\n       0.5   3\n      0.25   2\n       0.5   1\n")
    #expect(
      try home.memctl("show", "1", "2", "--fields", "id,content").output
        == "1\tPrefers tabs\n2\tTwo lines:\\nand a\\ttab \\\\\n")
    #expect(try home.memctl("show", "3", "--fields=content").output == "\n")
    #expect(
      try home.memctl("show", "1", "--json", "--fields", "content").output
        == "{\"content\":\"Prefers tabs\"}\n")
    #expect(
      try home.memctl("show", "1", "--format=table", "--fields=id,content").output
        == "id           1\n\nPrefers tabs\n")
    #expect(try home.memctl("queue", "--fields", "memory_id,state", "-n1").output == "1\tpending\n")
    #expect(try home.memctl("queue", "show", "1", "--fields=op").output == "store\n")
    try home.memctl("trash", "--fields", "reason,content")
  }

  @Test("has no field that there is not: the error names the nearest one, and all")
  func unknownField() throws {
    let ended = try home.memctl("list", "--fields", "id,contents")
    #expect(ended.message.hasPrefix("--fields takes some of id, server_id, content, category"))
    #expect(ended.message.hasSuffix("not 'contents'"))
    #expect(ended.hint?.contains("did you mean 'content'?") == true)
    #expect(ended.status == 64)
    for list in ["", "id,", "id,id", "id;content", "ID"] {
      #expect(try home.memctl("list", "--fields", list).status == 64, "\(list)")
    }
    #expect(try home.memctl("list", "--fields", "id, tags").status == 0)
  }

  @Test("can be read by a shell without losing empty fields, as the help says")
  func shell() throws {
    let script = """
      "$0" list --fields id,tags,content | tr '\\t' '\\037' |
        while IFS=$'\\037' read -r id tags content; do echo "$id: $tags"; done
      """
    #expect(try home.memctl("help", "formats").output.contains("tr '\\t' '\\037' |"))
    let shell = try ChildProgram(
      URL(filePath: "/bin/bash"), ["-c", script, builtProduct("memctl").path],
      environment: home.environment, folder: home.folder)
    #expect(shell.finish().output == "3: \n2: \n1: style,tabs\n")
  }

  @Test("has the columns of a list that exist, each once")
  func columns() {
    func check<Row>(_ columns: Columns<Row>) {
      let names = columns.all.map(\.name)
      #expect(Set(names).count == names.count)
      for list in [columns.tabs, columns.table, columns.page] {
        #expect(Set(list).count == list.count)
        #expect(list.filter { !names.contains($0) } == [])
      }
    }
    check(MemoryRow.columns)
    check(EntryView.columns)
    check(EntryView.inFull)
    #expect(EntryView.columns.named(EntryView.deadTable).count == EntryView.deadTable.count)
    check(TrashRow.columns)
  }
}

@Suite("Times for people")
struct TimeTests {
  /// 2026-11-27 03:30 in Tokyo, where it is another day than in UTC.
  private let now = Timestamp("2026-11-26T18:30:00Z")!

  @Test(
    "are what a person would say",
    arguments: [
      ("2026-11-26T18:29:58.123456Z", "now"), ("2026-11-26T18:27:00Z", "3 min ago"),
      ("2026-11-26T19:00:00Z", "in 30 min"), ("2026-11-26T17:30:00.999Z", "59 min ago"),
      ("2026-11-26T17:29:00Z", "02:29"), ("2026-11-26T15:00:00Z", "00:00"),
      ("2026-11-26T14:59:59Z", "yesterday 23:59"), ("2026-11-25T14:59:59Z", "2026-11-25 23:59"),
      ("2026-11-27T15:00:00Z", "tomorrow 00:00"), ("2026-11-26T14:00:00-03:00", "02:00"),
    ])
  func text(_ time: String, _ text: String) {
    let shown = Timestamp(time)?.forPeople(at: now) { _ in 9 * 3_600 }
    #expect(shown == text)
  }

  @Test("that are none are shown as they are")
  func noTime() {
    #expect("not a time".forPeople(at: now) == "not a time")
    #expect("not a time".distance(to: now) == "not a time")
  }

  @Test("have no microseconds where people read them, and all where programs do")
  func precision() throws {
    let home = try Home()
    try home.addSamples()
    for command in [["show", "1"], ["queue", "show", "1"], ["list"], ["queue"]] {
      let shown = try home.start(command + ["--format=table"]).finish().output
      #expect(!shown.contains("+00:00"), "\(command)")
      #expect(try home.start(command).finish().output.contains("+00:00"), "\(command)")
    }
  }
}
