import CommandLine
import Glibc
import JSON
import MemctlCore
import System

struct ImportCommand: Command {
  private static let from = Option<ImportFormat>(
    "from", .choice("NAME"), help: "the format of the files", defaultText: "detected")
  private static let category = Option(
    "category", short: "c", .category, help: "the category of memories that have none",
    defaultText: Category.default)
  private static let duplicates = Flag(
    "duplicates", help: "also import memories whose text is already in the cache")
  private static let asNew = Flag(
    "as-new", help: "import memories of an export or a server as new ones")
  private static let split = Flag("split", help: "store a text that is too long in several parts")
  private static let strict = Flag("strict", help: "import nothing unless everything can be")
  private static let dryRun = Flag("dry-run", help: "show what would be imported, without doing it")
  private static let files = Operands(.file("FILE"), .oneOrMore)

  static let spec = CommandSpec(
    "import", summary: "import memories from files",
    discussion: [
      """
      Reads files, the markdown files in folders, or stdin for -. Files compressed with gzip can be \
      read directly. The memories are queued as memctl store would; memctl sync sends them. memctl \
      undo takes an import back, except what is restored from an export.
      """,
      "The formats; memctl recognizes the format unless it is ambiguous:",
      .definitions([
        ("jsonl", "JSON Lines, as memctl export and memctl list --json write them"),
        ("json", "an array of memories, or an object with such an array as memories"),
        ("memctl", "the folder that memctl export --markdown writes"),
        ("claude-code", "what Claude Code remembers: ~/.claude/projects/*/memory/*.md"),
        ("claude-mem", "observations and summaries in an export of claude-mem"),
        (
          "basic-memory",
          "notes of basic-memory: each observation is a memory, and so is the text around them"
        ),
        ("markdown", "MEMORY.md, CLAUDE.md and the like: each item of a list, and each paragraph"),
      ]),
      """
      A JSON memory has content, and may have category, tags, expanded_keywords, importance, \
      is_sensitive, created_at and updated_at. A category that the server does not know becomes a \
      tag, and the memory gets the category from --category.
      """,
      """
      Anything that cannot be imported is reported with its line number; the rest is imported, and the \
      exit code is 65. A memory is skipped if the cache already has one with the same text. An import \
      that was interrupted can be run again.
      """,
      """
      An export is restored as it was, with its ids, if it is of the same server and this cache has \
      not pulled anything yet. Then only memories that were unsent in the export have to be sent, \
      after looking for them on the server. An unsent change of a memory is not sent: if the server \
      has another text, memctl sync takes that and moves the change to the trash.
      """,
      """
      Other files with ids of the server, such as the folder of memctl export --markdown, are imported \
      once memctl sync has brought what the server has, so that nothing is sent twice.
      """,
    ],
    options: [
      from.spec, category.spec, duplicates.spec, split.spec, strict.spec, dryRun.spec,
      asNew.spec,
    ],
    operands: [files.spec],
    examples: [
      CommandExample("memctl import --dry-run notes.jsonl", shows: "see what would be imported"),
      CommandExample(
        "memctl import --split ~/.claude/projects", shows: "take over what Claude Code remembers"),
      CommandExample("memctl --db new.db import backup.jsonl.gz", shows: "restore a backup"),
    ])

  private let sources: [ImportSource]
  private var options = ImportOptions()

  init(_ arguments: ParsedCommand) throws {
    sources = arguments[Self.files].map { $0 == "-" ? .descriptor(STDIN_FILENO) : .path($0) }
    options.format = arguments[Self.from]
    options.category = try arguments[Self.category].map(Self.known) ?? options.category
    options.keepsDuplicates = arguments[Self.duplicates]
    options.asNew = arguments[Self.asNew]
    options.splitsLongTexts = arguments[Self.split]
    options.isStrict = arguments[Self.strict]
    options.isRehearsal = arguments[Self.dryRun]
  }

  private static func known(_ name: String) throws -> String {
    try MemoryFields(content: "-", category: name).validated().category
  }

  func run(_ context: Context) throws -> ExitCode {
    guard options.isRehearsal else { return try run(context, with: context.cache(.create)) }
    let cache: Cache
    do {
      cache = try context.cache(.read)
    } catch let problem as Problem where problem.kind == .notFound {
      printError("memctl: \(problem.message.printable) yet")
      return try rehearseWithoutCache(context)
    }
    return try run(context, with: cache)
  }

  /// What an import would do may be the first question of all, and a rehearsal creates no cache.
  private func rehearseWithoutCache(_ context: Context) throws -> ExitCode {
    let parent = try context.configuration.get().temporaryFolder
    let folder: String
    do throws(SystemError) {
      folder = try Folder.makeTemporary(in: parent, prefix: "memctl-import-")
    } catch {
      throw Problem(
        .file, "cannot write to \(parent): \(error)", hint: "TMPDIR names another folder")
    }
    let path = "\(folder)/memory.db"
    defer {
      for suffix in ["", "-wal", "-shm"] { unlink(path + suffix) }
      rmdir(folder)
    }
    return try run(context, with: Cache(path: path))
  }

  private func run(_ context: Context, with cache: Cache) throws -> ExitCode {
    let settings = try context.configuration.get()
    Signals.cancel(context.cancellation)
    let line = context.progressLine
    defer { line?.end() }
    var options = options
    options.isForServer = try settings.keySource() != nil
    let report: ImportReport
    do {
      report = try cache.importMemories(
        from: sources, options, temporaryFolder: settings.temporaryFolder,
        cancellation: context.cancellation,
        progress: { line?.draw("read \(grouped($0))") },
        tell: { problem in
          printError("\(line == nil ? "" : "\r\u{1B}[K")memctl: \(problem.text.printable)")
        })
    } catch let problem as Problem where problem.kind == .refused {
      throw Problem(
        .refused, problem.message,
        hint: """
          memctl sync brings what the server has, and importing again skips that; --as-new imports \
          memories that the server does not have
          """)
    }
    line?.end()
    let problems = report.problems(options)
    context.output.write(
      Report(
        command: "import", members: report.members(options), summary: report.summary(options),
        problems: problems),
      quiet: context.isQuiet)
    return ExitCode(problems)
  }
}

extension ImportFormat: ArgumentValue {}

extension ImportProblem {
  /// `line 77 of notes.jsonl: content has 1,612 characters (limit 1,400)`
  fileprivate var text: String { "\(place.map { "\($0): " } ?? "")\(reason)" }

  /// `line 77 of notes.jsonl`
  private var place: String? {
    switch (line, file) {
    case (let line?, let file?): "line \(line) of \(file)"
    case (let line?, nil): "line \(line)"
    case (nil, let file): file
    }
  }
}

extension ImportReport {
  fileprivate func members(_ options: ImportOptions) -> [JSONValue.Member] {
    func number(_ count: Int) -> JSONValue { .integer(Int64(count)) }
    return [
      .init("dry_run", .bool(options.isRehearsal)), .init("added", number(added)),
      .init("restored", number(restored)), .init("unsent_changes", number(unsentChanges)),
      .init("skipped", number(skipped)),
      .init("refused", number(refused)), .init("queued", number(queued)),
      .init(
        "refusals",
        .array(
          refusals.map { refusal in
            [
              "file": refusal.file.map { .string($0) } ?? .null,
              "line": refusal.line.map { .integer(Int64($0)) } ?? .null,
              "reason": .string(refusal.reason),
            ]
          })),
    ]
  }

  fileprivate func summary(_ options: ImportOptions) -> [String] {
    let isPlan = options.isRehearsal
    var parts = ["\(isPlan ? "would add" : "added") \(grouped(added))"]
    if restored > 0 { parts[0] += " (\(grouped(restored)) as they are on the server)" }
    if skipped > 0 {
      parts.append("\(isPlan ? "skip" : "skipped") \(grouped(skipped)) already in the cache")
    }
    // Each of them has been told.
    if refused > 0 { parts.append("\(isPlan ? "refuse" : "refused") \(grouped(refused))") }
    var lines = [parts.joined(separator: ", ")]
    if queued > 0, !isPlan {
      lines.append("\(grouped(queued)) queued for the server; memctl sync sends them")
    }
    if unsentChanges > 0 {
      lines.append(
        "\(grouped(unsentChanges)) with a change that was not sent; where the server has another text,"
          + " memctl sync takes that and moves the change to the trash")
    }
    return lines
  }

  fileprivate func problems(_ options: ImportOptions) -> [Problem] {
    var problems: [Problem] = []
    if isInterrupted {
      problems.append(
        Problem(
          .interrupted, "the import was interrupted",
          hint: options.isRehearsal || added == 0
            ? "nothing was changed"
            : "what was added stays; the same command again imports the rest"))
    }
    if refused > 0 {
      let isStrict = options.isStrict && !options.isRehearsal
      problems.append(
        Problem(
          .invalidInput,
          "\(grouped(refused)) could not be imported" + (isStrict ? ", so nothing was" : ""),
          hint: hint(options)))
    }
    return problems
  }

  private func hint(_ options: ImportOptions) -> Hint? {
    func has(_ text: String) -> Bool { refusals.contains { $0.reason.contains(text) } }
    if has("its format is not recognized") {
      let names = ImportFormat.allCases.map(\.rawValue).joined(separator: ", ")
      return "--from names the format: \(names)"
    }
    if has("its content is hidden") {
      return "memctl export --reveal writes sensitive memories as well"
    }
    if has("characters (limit"), !options.splitsLongTexts {
      return "--split stores a text that is too long in several parts"
    }
    if has("gzip data is damaged") { return nil }
    return options.isStrict || options.isRehearsal
      ? "fix these lines and import again"
      : "fix these lines and import again; what was imported is skipped"
  }
}
