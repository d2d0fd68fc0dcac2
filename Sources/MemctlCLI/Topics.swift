import CommandLine
import MemctlCore

/// Help that belongs to no command.
enum Topics {
  static let all = [exitCodes, environment, ids, formats, JSONTopic.topic]

  private static let exitCodes = HelpTopic(
    "exit-codes", summary: "what the exit code of a command means",
    text: [
      .definitions([
        ("0", "done"),
        ("1", "answered no, declined, or memctl wait timed out"),
        ("2", "status --check: you have to act"),
        ("64", "usage error"),
        (
          "65",
          "the server rejected an entry, an entry needs your decision, or the input is not valid"
        ),
        ("66", "there is no such memory, entry or file"),
        ("70", "a bug in memctl"),
        ("74", "the local file: disk full, damaged, read-only, written by a newer memctl"),
        (
          "75",
          """
          try again, nothing is lost: offline, overloaded, stopped by a proxy, another process is \
          syncing, or entries are waiting for a later attempt
          """
        ),
        ("76", "the server's response is invalid, or a safety check refused to go on"),
        ("77", "the server does not accept the key, or does not let it fetch"),
        (
          "78",
          """
          configuration: no key, a bad address, plain http to another host, a certificate that is not \
          accepted
          """
        ),
        ("130, 143", "interrupted; the current request was finished and saved"),
      ]),
      "If several apply, the most urgent one is returned, in this order: 74, 78, 77, 76, 65, 75.",
    ])

  private static let environment = HelpTopic(
    "environment", summary: "variables and files that memctl reads",
    text: [
      """
      Options take precedence over the environment, and the environment over the configuration file; \
      memctl config shows where each setting comes from. In one place, a key takes precedence over a \
      key file, and a key file over a command. Blanks and line breaks around a key are not part of it.
      """,
      .definitions([
        ("MEMORY_DB", "the path of the cache"),
        ("MEMORY_HOME", "the folder that contains memory/memory.db, if MEMORY_DB is not set"),
        ("MEMORY_API_URL", "the server's address; also CLAUDE_MEMORY_API_URL"),
        ("MEMORY_API_KEY", "the key for the server; also CLAUDE_MEMORY_API_KEY"),
        (
          "MEMCTL_API_KEY_FILE",
          "a file whose first line is the key; refused if others can read it"
        ),
        (
          "MEMCTL_API_KEY_COMMAND",
          """
          a command whose first line of output is the key, such as 'pass show memory'; it is run with \
          sh -c, at most once for a command, and has 60 seconds
          """
        ),
        ("MEMORY_SYNC_INTERVAL", "seconds between the cycles of memctl watch (60)"),
        ("MEMORY_SYNC_DISABLE", "1 turns syncing off"),
        ("MEMCTL_TIMEOUT", "seconds that a request to the server may take (15)"),
        ("MEMCTL_LOCK_TIMEOUT", "seconds to wait for another memctl that is syncing (30)"),
        (
          "MEMCTL_LOCK_FILE",
          """
          the file that memctl locks while it syncs, for a cache on a file system without locks; one \
          file per cache, the same for everyone who uses that cache
          """
        ),
        (
          "MEMCTL_KEEP_PERMISSIONS",
          "1 keeps the permissions of a cache that others can use; otherwise they are taken away"
        ),
        ("MEMCTL_ALLOW_HTTP", "comma-separated hosts that may get the key over plain http"),
        (
          "MEMCTL_CA_FILE",
          """
          the certificate authorities for https servers, in PEM form; if it is not set, \
          CURL_CA_BUNDLE, SSL_CERT_FILE and SSL_CERT_DIR are used as curl uses them
          """
        ),
        (
          "MEMCTL_CLIENT_CERT, MEMCTL_CLIENT_KEY",
          "a certificate and its key in PEM form, for a server that asks for one"
        ),
        (
          "MEMCTL_PAGER, PAGER",
          "the pager for results longer than the screen (less); empty or cat for none"
        ),
        ("http_proxy, https_proxy, no_proxy", "proxies, as in curl"),
        ("NO_COLOR, CLICOLOR_FORCE, TERM", "whether to use colour"),
        ("COLUMNS", "the width of tables and texts, if it is not the terminal's"),
        (
          "~/.config/memctl/config",
          """
          lines of the form name = value, where the value may be quoted, as memctl login and memctl \
          config write them; refused if others can write to it, or read a key in it; the names are \
          \(Setting.allCases.filter(\.isInFile).map(\.rawValue).joined(separator: ", "))
          """
        ),
        ("~/.config/memctl/replrc", "commands to run before the first prompt of memctl repl"),
        ("~/.local/state/memctl/history", "the lines typed at the prompt"),
        (
          "~/.claude.json",
          "searched last for a key, that of this system's MCP server; ignored if over 64 MiB"
        ),
      ]),
    ])

  private static let formats = HelpTopic(
    "formats", summary: "how results are written, and what scripts may rely on",
    text: [
      """
      Without --format, results are tables on a terminal and tab-separated lines anywhere else.
      """,
      .definitions([
        (
          "table",
          """
          for people: columns are cut or left out to fit the terminal, or COLUMNS if that is set; into a \
          pipe or a file without COLUMNS, lines are as long as they need to be. Times are relative or in \
          the local time zone
          """
        ),
        (
          "tsv",
          """
          for scripts: one line per row without a heading, fields separated by tabs. In a field, tabs, \
          line breaks and backslashes are written as \\t, \\n, \\r and \\\\, other control characters as \
          in JSON (\\u001b). What is unknown, hidden or does not apply is an empty field. A report is one \
          line per value: its name, a tab, and the value
          """
        ),
        ("json", "for programs: see memctl help json"),
      ]),
      """
      --fields chooses the fields of a list and their order, in all three formats. Scripts should use it: \
      a later version may add fields to a list that is written without it.
      """,
      .verbatim(["memctl list -c gotchas --fields id | xargs memctl show"]),
      """
      The shell's read treats several tabs as one, so an empty field would vanish. Name fields that are \
      never empty, or turn the tabs into something that read keeps apart:
      """,
      .verbatim([
        "memctl list --fields id,tags,content | tr '\\t' '\\037' |",
        "  while IFS=$'\\037' read -r id tags content; do echo \"$id: $tags\"; done",
      ]),
    ])

  private static let ids = HelpTopic(
    "ids", summary: "how memories and queue entries are named",
    text: [
      """
      A number is the id of a memory in the local cache; server:42 is the id of a memory on the \
      server. Queue entries and versions in the trash have ids of their own, which memctl queue and \
      memctl trash show.
      """
    ])
}
