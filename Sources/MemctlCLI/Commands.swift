import CommandLine

/// Every command of memctl. A new one is a file in `Commands` and a line here.
enum Commands {
  /// The commands in the order of the help, with their paths.
  static let all: [(path: [String], type: any Command.Type)] = [
    (["sync"], SyncCommand.self),
    (["push"], PushCommand.self),
    (["pull"], PullCommand.self),
    (["resync"], ResyncCommand.self),
    (["verify"], VerifyCommand.self),
    (["wait"], WaitCommand.self),
    (["watch"], WatchCommand.self),
    (["status"], StatusCommand.self),
    (["counts"], CountsCommand.self),
    (["doctor"], DoctorCommand.self),
    (["login"], LoginCommand.self),
    (["config", "list"], ConfigListCommand.self),
    (["config", "get"], ConfigGetCommand.self),
    (["config", "set"], ConfigSetCommand.self),
    (["config", "unset"], ConfigUnsetCommand.self),
    (["queue", "list"], QueueListCommand.self),
    (["queue", "show"], QueueShowCommand.self),
    (["queue", "retry"], QueueRetryCommand.self),
    (["queue", "edit"], QueueEditCommand.self),
    (["queue", "export"], QueueExportCommand.self),
    (["queue", "settle"], QueueSettleCommand.self),
    (["queue", "drop"], QueueDropCommand.self),
    (["queue", "add"], QueueAddCommand.self),
    (["store"], StoreCommand.self),
    (["edit"], EditCommand.self),
    (["delete"], DeleteCommand.self),
    (["undo"], UndoCommand.self),
    (["log"], LogCommand.self),
    (["list"], ListCommand.self),
    (["search"], SearchCommand.self),
    (["show"], ShowCommand.self),
    (["import"], ImportCommand.self),
    (["export"], ExportCommand.self),
    (["trash", "list"], TrashListCommand.self),
    (["trash", "restore"], TrashRestoreCommand.self),
    (["trash", "purge"], TrashPurgeCommand.self),
    (["origin", "show"], OriginShowCommand.self),
    (["origin", "move"], OriginMoveCommand.self),
    (["origin", "adopt"], OriginAdoptCommand.self),
    (["repair"], RepairCommand.self),
    (["repl"], ReplCommand.self),
    (["serve"], ServeCommand.self),
    (["completions"], CompletionsCommand.self),
    (["help"], HelpCommand.self),
    (["version"], VersionCommand.self),
    ([Completions.command], CompleteCommand.self),
    (["__man"], ManCommand.self),
  ]

  static let table = CommandTable(
    program: CommandSpec(
      "memctl",
      summary: "keep an AI assistant's memories on every machine, and never lose one",
      discussion: [
        """
        memctl keeps memories (facts, preferences, decisions) in a local SQLite cache and syncs \
        them with a server. Writing works offline: what the server does not have yet waits in a \
        queue. Reading never needs the network.
        """,
        "Run without a command on a terminal, memctl opens an interactive prompt (see memctl help repl).",
      ],
      subcommands: groups,
      examples: [
        CommandExample("memctl store 'Prefers tabs' -c preferences", shows: "store a memory"),
        CommandExample("memctl sync", shows: "send what is queued, then fetch what is new"),
        CommandExample("memctl queue", shows: "see what the server does not have yet"),
      ]),
    globalOptions: GlobalOptions.all, topics: Topics.all, habits: Habits.all)

  private static var groups: [CommandSpec] {
    var specs: [CommandSpec] = []
    for (path, type) in all where specs.last?.name != path[0] {
      specs.append([queue, trash, origin, config].first { $0.name == path[0] } ?? type.spec)
    }
    return specs
  }

  private static func members(of group: String) -> [any Command.Type] {
    all.filter { $0.path.count == 2 && $0.path[0] == group }.map(\.type)
  }

  private static let queue = CommandSpec(
    "queue", summary: "inspect what the server has not acknowledged yet, and act on it",
    subcommands: members(of: "queue"), defaultName: "list",
    examples: [
      CommandExample("memctl queue", shows: "list every entry, oldest first"),
      CommandExample("memctl queue --dead", shows: "list only dead letters"),
      CommandExample("memctl queue show 41", shows: "explain what happened to entry 41"),
      CommandExample("memctl queue retry --all", shows: "make every entry due at the next sync"),
    ])

  private static let trash = CommandSpec(
    "trash", summary: "see what was overwritten or deleted, and restore it",
    subcommands: members(of: "trash"), defaultName: "list",
    discussion: [
      """
      When another machine changes or deletes a memory, a sync does the same here. The previous \
      version is kept for 30 days, up to the latest 100,000 versions, and so is what you edit or \
      delete here, unless you give memctl delete --purge.
      """
    ],
    examples: [
      CommandExample("memctl trash", shows: "list what was overwritten or deleted, latest first"),
      CommandExample("memctl trash restore 7", shows: "restore the previous text"),
      CommandExample("memctl trash restore 7 --as-new", shows: "keep both versions"),
    ])

  private static let config = CommandSpec(
    "config", summary: "show the settings and where each comes from, and change them",
    subcommands: members(of: "config"), defaultName: "list",
    discussion: ["memctl help environment describes the settings."],
    examples: [
      CommandExample("memctl config", shows: "list every setting"),
      CommandExample("memctl config set timeout 30", shows: "wait longer for the server"),
      CommandExample("memctl config unset timeout", shows: "use the default again"),
    ])

  private static let origin = CommandSpec(
    "origin", summary: "see or change which server the cache belongs to",
    subcommands: members(of: "origin"), defaultName: "show",
    discussion: [
      """
      A cache belongs to the server and the account that it was filled from, because its ids mean \
      other memories anywhere else. Any other server or account is refused until you say what it is.
      """
    ],
    examples: [
      CommandExample("memctl origin", shows: "show the server and the account"),
      CommandExample(
        "memctl origin move https://memory.example.org", shows: "the server has a new name"),
      CommandExample(
        "memctl origin adopt", shows: "queue everything for a new, empty server"),
    ])
}
