extension JSONTopic {
  /// In the order of the help.
  static let tables: [JSONTable] = [
    .report("sync", keys: [.init("push", "see push"), .init("pull", "see pull")]),
    .report("push", keys: [dryRun] + push + [plan]),
    .report("pull", keys: [dryRun] + pull + [losses]),
    .report(
      "resync",
      keys: [
        dryRun, .init("push", "see push"), .init("pull", "see pull"),
        .init("deleted", "memories deleted from the cache"),
        .init("kept", "memories that the server lacks and that memctl keeps"),
        .init("refused", "whether a safety check refused the server's answer"), plan, losses,
      ]),
    .report(
      "verify",
      keys: [
        .init("equal", "whether there is no difference"),
        .init("memories", "memories in the cache"),
        .init("memories_on_server", "memories that the server has"),
        .init("differences", "how many there are"),
        .init("by_kind", "an object with the number of differences of each kind"),
        .init(
          "first_differences",
          """
          a list of the first of them, each with kind, memory_id, server_id, fields (a list of those \
          that differ), entry_id, reason, content (its beginning) and step, the command that resolves it
          """),
        .init("pending_ops", "entries in the queue, which are no differences"),
        .init("withheld", "orphans whose entry was dropped, which are no differences"),
        .init("redacted", "memories that agree apart from a credential that the server removed"),
      ]),
    .report(
      "wait",
      keys: [
        .init("arrived", "a list of the ids in the cache of the memories that are on the server"),
        .init("server_ids", "a list of their ids on the server"),
        .init("waiting", "a list of the ids in the cache of the others"),
      ]),
    .line(
      "watch",
      keys: [
        .init("schema", "as in a report"), .init("command", "watch"),
        .init("time", "when the cycle ended"), .init("cycle", "sync or resync"),
        .init("ok", "as in a report"), .init("push", "see push; null if the cycle did not begin"),
        .init("pull", "see pull; null if the cycle did not get that far"),
        .init("deleted", "only after a resync: see resync", isAlwaysThere: false),
        .init("kept", "only after a resync: see resync", isAlwaysThere: false),
        .init("refused", "only after a resync: see resync", isAlwaysThere: false),
        .init("errors", "as in a report"),
      ]),
    .report("status", keys: status), .report("counts", keys: counts),
    .report(
      "doctor",
      keys: [
        .init("failures", "checks that found something that does not work"),
        .init("warnings", "checks that found something that may not"),
        .init("fixed", "with --fix, what was mended"),
        .init(
          "findings",
          "a list of all findings, each with check, verdict (ok, fixed, warning, failure), message, hint"
        ),
      ]),
    .report(
      "login",
      keys: [
        .init("server", "the address that was kept"),
        .init("account", "the account that the key belongs to"),
        .init("accepted", "whether the server accepts the key"),
        .init("configuration", "the path of the file that keeps them"),
      ]),
    .line("config list", keys: setting), .report("config get", keys: setting),
    .report("config set", keys: setting), .report("config unset", keys: setting),
    queueList, queueExport,
    queueExport.extended(
      for: "queue show",
      by: [.init("explanation", "what happened to the entry, and what would help, in sentences")]),
    .report("queue retry", keys: [.init("retried", "entries that are due again")]),
    .report(
      "queue edit",
      keys: [
        .init("id", "the entry"), .init("memory_id", "the memory's id in the cache"), serverID,
        .init("queued", "whether the entry is still in the queue, or a dead letter again"),
      ]),
    .report(
      "queue settle",
      keys: [
        .init("id", "the entry"), .init("result", "linked, queued, deleting, trashed or ended"),
      ]),
    .report(
      "queue drop",
      keys: [
        .init("dropped", "entries removed from the queue"),
        .init("withheld", "those whose memory stays in the cache alone"),
      ]),
    .report("queue add", keys: [.init("added", "memories that were queued"), queued]),
    .report(
      "store",
      keys: [
        .init("id", "the memory's id in the cache"), serverID,
        .init("queued", "whether its entry is still in the queue"), queuedBecause,
      ]),
    .report(
      "edit",
      keys: [
        .init("id", "the memory's id in the cache"), serverID,
        .init("changed", "whether the memory is another now"),
        .init("queued", "whether the entry of the change is still in the queue"), queuedBecause,
      ]),
    .report(
      "import",
      keys: [
        dryRun, .init("added", "memories written to the cache"),
        .init("restored", "those that are linked to the server as they were in an export"),
        .init("unsent_changes", "those of them with a change that the export had not sent"),
        .init("skipped", "memories left out because the cache already has their text"),
        .init("refused", "how much could not be imported"),
        .init("queued", "entries that memctl sync sends"),
        .init("refusals", "a list of the first 1,000, each with file, line and reason"),
      ]),
    .line(
      "export",
      keys: [.init("id", "the memory's id in the cache")] + memory + [
        .init("address", "the server that the cache belongs to"),
        .init("account", "the account that the cache belongs to"),
        .init(
          "tags_text", "only if the list does not say it all: the tags as they are stored",
          isAlwaysThere: false),
        .init("unsent", "only if true: a change has not reached the server", isAlwaysThere: false),
        .init("withheld", "only if true: its store was dropped", isAlwaysThere: false),
      ]),
    .report(
      "delete",
      keys: [.init("deleted", "memories removed from the cache"), queued, queuedBecause]),
    .report(
      "undo",
      keys: [
        .init("id", "the change that was undone"), .init("action", "see log"),
        .init("count", "see log"), .init("memory_id", "see log"),
        .init("unaffected", "memories that were already as they had been before the change"),
        queued, queuedBecause,
      ]),
    .line(
      "log",
      keys: [
        .init("id", "the change's id"),
        .init("action", "store, edit, delete, import, drop or restore"),
        .init(
          "state",
          "on_server, queued, in_doubt, rejected, only_here, gone or undone: what became of it"),
        .init("states", "an object with the number of memories in each state"),
        .init("made_at", "when it was made"), .init("undone_at", "when it was undone"),
        .init("count", "memories or entries that it was about"),
        .init("memory_id", "the first memory's id in the cache"),
        .init(
          "content", "the first memory's text; null if it is sensitive, unless --reveal is given"),
      ]),
    list,
    list.extended(
      for: "search",
      by: [
        .init(
          "rank",
          "the number by which it was ranked, the higher the better; null if the words were not looked up"
        )
      ]),
    .line(
      "trash list",
      keys: [
        .init("id", "the version's id in the trash"), .init("reason", "deleted or overwritten"),
        .init("trashed_at", "when it was deleted or overwritten"),
        .init("memory_id", "the memory's id in the cache"),
      ] + memory),
    .report(
      "trash restore",
      keys: [
        .init("restored", "versions brought back"),
        .init("memory_ids", "a list of the memories' ids in the cache"), queued, queuedBecause,
      ]),
    .report("trash purge", keys: [.init("purged", "versions removed from the trash")]),
    .report(
      "origin show",
      keys: origin + [
        .init("compared_at", "when the cache was last compared with all of the server")
      ]
    ),
    .report("origin move", keys: origin + [.init("found", "memories found under the same ids")]),
    .report(
      "origin adopt",
      keys: origin + [
        .init("queued", "memories queued for the server"),
        .init("found", "memories that the server had already"),
        .init("dropped", "deletes and changes for the former server that were dropped"),
      ]),
    .report(
      "repair",
      keys: [
        .init("repaired", "false if the cache was not damaged")
      ]
        + [
          ("memories", "memories rescued"), ("entries", "queue entries rescued"),
          ("versions", "versions in the trash rescued"),
          ("incomplete", "a list of the tables of which parts were lost"),
          ("kept_at", "the path of the damaged file"),
        ].map { .init($0, "only after a repair: \($1)", isAlwaysThere: false) }),
    .report("version", keys: [.init("version", "memctl's version")]),
  ]

  private static let dryRun = JSONTable.Key(
    "dry_run", "only in a dry run: true", isAlwaysThere: false)
  private static let plan = JSONTable.Key(
    "plan", "only in a dry run: what would be sent, each with id, op, and memory_id or server_id",
    isAlwaysThere: false)
  private static let losses = JSONTable.Key(
    "losses",
    "only in a dry run: what would be overwritten or deleted, each with op, memory_id and server_id",
    isAlwaysThere: false)

  static let push: [JSONTable.Key] = [
    .init("sent", "requests sent"),
    .init("acknowledged", "entries that the server acknowledged"),
    .init("adopted", "memories that were on the server already, and were linked"),
    .init("cancelled", "entries that had become pointless, and were removed without being sent"),
    .init("in_doubt", "entries in doubt now"),
    .init("deferred", "entries that wait for a later attempt now"),
    .init("dead_letters", "entries that became dead letters in this push"),
    .init("pending_ops", "entries in the queue now, without dead letters"),
  ]

  static let pull: [JSONTable.Key] = [
    .init("received", "records in the server's answer"),
    .init("inserted", "memories that are new in the cache"),
    .init("updated", "memories that were changed in the cache"),
    .init("unchanged", "memories that were equal"),
    .init("deleted", "memories deleted from the cache"),
    .init("reassigned", "memories whose server id the server has given to another one"),
    .init("skipped", "records that could not be read"),
    .init("skipped_reasons", "a list of what was wrong with the first of them"),
    .init("watermark", "the server's time up to which the cache is complete"),
  ]

  private static let setting: [JSONTable.Key] = [
    .init("name", "the setting's name in the configuration file"),
    .init("value", "the value that is in effect; null for a key"),
    .init("is_set", "whether there is a value"),
    .init("source", "where it comes from: an option, a variable, a file, or default"),
  ]

  private static let counts: [JSONTable.Key] = [
    .init("total", "memories"),
    .init("by_category", "an object with the number of memories in each category"),
    .init("orphans_no_server_id", "orphans: memories without a server id"),
    .init("pending_ops", "entries in the queue, without dead letters"),
    .init("in_doubt", "those of them that are in doubt"),
    .init("dead_letters", "dead letters"),
    .init("last_sync_ts", "the watermark: the server's time up to which the cache is complete"),
    .init("auth_failed", "whether the server refused the key last"),
    .init("last_sync_success", "whether the last sync reached its end"),
    .init("last_success_at", "when a sync last reached its end"),
    .init(
      "last_error",
      "what stopped a sync since then, with at, during (push, pull or sync), kind and message"),
    .init("withheld", "orphans whose entry was dropped, so that nothing sends them"),
    .init("skipped", "records of the server that could not be read and are asked for again"),
    .init("reason", "why nothing is synced at present, as a sentence; null if nothing is known"),
  ]

  private static let status: [JSONTable.Key] = [
    .init("state", "converged, waiting or attention, as memctl status --check prints it"),
    .init("server", "the server's address"), .init("server_source", "where that is set"),
    .init("key_source", "where the key is; null if there is none"),
    .init("reachable", "whether the server answered; null if it was not asked"),
    .init("key_accepted", "whether it accepts the key; null if it did not say"),
    .init("server_problem", "what went wrong, as an error; null if nothing did"),
    .init("account", "the account that the key belongs to, or else the cache"),
    .init("cache", "the path of the cache"), .init("cache_source", "where that is set"),
    .init("cache_bytes", "its size with the log beside it; null if there is no cache yet"),
    .init("total", "memories"),
    .init(
      "queue",
      "for each of pending, deferred, in_doubt and dead: count, and oldest_at, the time of the oldest"
    ),
    .init("last_sync_ts", "the watermark: the server's time up to which the cache is complete"),
    .init("last_success_at", "when a sync last reached its end"),
    .init("last_error", "what stopped a sync since then, with at, during, kind and message"),
    .init("in_use_by", "other processes that use the cache, each with pid, name and syncing"),
    .init(
      "concerns",
      "what keeps the cache and the server apart, each with needs_user, message and hint"),
  ]

  private static let list = JSONTable.line(
    "list", "show", keys: [.init("id", "the memory's id in the cache")] + memory)
  private static let queueList = JSONTable.line("queue list", keys: entry)
  private static let queueExport = queueList.extended(for: "queue export", by: exported)

  private static let entry: [JSONTable.Key] = [
    .init("id", "the entry's id"), .init("op", "store, update or delete"),
    .init("state", "pending, deferred, in_doubt or dead"),
    .init("memory_id", "for a store: the memory's id in the cache"),
    .init("server_id", "for an update or a delete: the memory's id on the server"),
    .init("category", "the memory's category"),
    .init("bytes", "the length of the payload in bytes"),
    .init("attempts", "answers so far that were not an acknowledgement"),
    .init("created_at", "when it was queued"),
    .init("last_sent_at", "when it was last sent"),
    .init("next_attempt_at", "when it is tried again"),
    .init("last_error", "the last answer, with kind, status and message"),
    .init("candidates", "a list of the server ids that an entry in doubt may have got"),
    .init("content", "the memory's text; null if it is sensitive, unless --reveal is given"),
  ]

  private static let exported: [JSONTable.Key] = [
    tags, keywords, importance, isSensitive,
    .init("payload", "with --reveal, the payload of an entry that cannot be read"),
  ]

  private static let memory: [JSONTable.Key] = [
    serverID, .init("content", "its text; null if it is sensitive, unless --reveal is given"),
    .init("category", "its category"), tags, keywords, importance, isSensitive,
    .init("created_at", "when it was written"), .init("updated_at", "when it was last changed"),
  ]

  private static let serverID = JSONTable.Key(
    "server_id", "the memory's id on the server; null until it has one")
  private static let tags = JSONTable.Key("tags", "a list of its tags")
  private static let keywords = JSONTable.Key(
    "expanded_keywords", "further words that a search finds it by")
  private static let importance = JSONTable.Key("importance", "from 0 to 1")
  private static let isSensitive = JSONTable.Key("is_sensitive", "true or false")

  private static let queued = JSONTable.Key(
    "queued", "entries of theirs that are still in the queue")

  private static let queuedBecause = JSONTable.Key(
    "queued_because",
    "why it only waits, with kind, message and hint as in errors; null if nothing waits")

  private static let origin: [JSONTable.Key] = [
    .init("address", "the server that the cache belongs to"),
    .init("account", "the account that the cache belongs to"),
  ]
}
