import CommandLine

/// Help that belongs to no command.
enum Topics {
  static let all = [exitCodes, environment, ids, JSONTopic.topic]

  private static let exitCodes = HelpTopic(
    "exit-codes", summary: "what the exit code of a command means",
    text: [
      .definitions([
        ("0", "done"),
        ("1", "what was asked is not so"),
        ("64", "the command line makes no sense"),
        (
          "65",
          "the server rejected something, an entry needs your decision, or the input is not valid"
        ),
        ("66", "there is no such memory, entry or file"),
        ("70", "a bug in memctl"),
        ("74", "the local file: disk full, damaged, read-only, of a newer version"),
        (
          "75",
          """
          try again, nothing is lost: offline, overloaded, stopped by a proxy, another process is \
          syncing, or entries wait for a later attempt
          """
        ),
        ("76", "the server's answer makes no sense, or a guard refused it"),
        ("77", "the server does not accept the key, or does not let it fetch"),
        (
          "78",
          """
          configuration: no key, a bad address, plain http to a foreign host, a certificate that is \
          not accepted
          """
        ),
        ("130, 143", "interrupted; what was on its way is settled and saved"),
      ]),
      "Where several hold, the one that you must act on first: 74, 78, 77, 76, 65, 75.",
    ])

  private static let environment = HelpTopic(
    "environment", summary: "variables and files that memctl reads",
    text: [
      "An option goes before the environment, that before the configuration file.",
      .definitions([
        ("MEMORY_DB", "the cache"),
        ("MEMORY_HOME", "the folder of memory/memory.db, where MEMORY_DB is not set"),
        ("MEMORY_API_URL", "the server's address, also CLAUDE_MEMORY_API_URL"),
        ("MEMORY_API_KEY", "the key for the server, also CLAUDE_MEMORY_API_KEY"),
        (
          "MEMCTL_API_KEY_FILE",
          "the file whose first line is the key; it is refused if others can read it"
        ),
        ("MEMORY_SYNC_INTERVAL", "seconds between the cycles of watch (60)"),
        ("MEMORY_SYNC_DISABLE", "1 turns syncing off"),
        ("MEMCTL_TIMEOUT", "seconds for a whole exchange with the server (15)"),
        ("MEMCTL_LOCK_TIMEOUT", "seconds to wait for another memctl that is syncing (30)"),
        (
          "MEMCTL_LOCK_FILE",
          """
          the file that memctl locks while it syncs, where the file system of the cache has no locks; \
          one for each cache, the same for all that use it
          """
        ),
        ("MEMCTL_ALLOW_HTTP", "hosts, separated by commas, that may get the key over plain http"),
        (
          "MEMCTL_CA_FILE",
          """
          the authorities that may vouch for an https server, in PEM form; where it is not set, \
          CURL_CA_BUNDLE, SSL_CERT_FILE and SSL_CERT_DIR are used as curl uses them
          """
        ),
        (
          "MEMCTL_CLIENT_CERT, MEMCTL_CLIENT_KEY",
          "the certificate, and its key, for a server that asks its clients for one, in PEM form"
        ),
        ("MEMCTL_PAGER", "the program that shows what is longer than the screen; none by default"),
        ("PAGER", "the same at memctl's prompt, where MEMCTL_PAGER is not set (less)"),
        ("http_proxy, https_proxy, no_proxy", "proxies, as curl reads them"),
        ("NO_COLOR, CLICOLOR_FORCE, TERM", "whether to use colour"),
        (
          "~/.config/memctl/config",
          """
          lines of name = value, with or without quotes around the value; refused if others can \
          write it; the names are db, api-url, api-key-file, sync-interval, \
          sync-disabled, timeout, lock-timeout, lock-file, allow-http, ca-file, client-cert, client-key
          """
        ),
        ("~/.config/memctl/replrc", "commands that run before the first prompt of memctl repl"),
        ("~/.local/state/memctl/history", "what was typed at the prompt"),
        (
          "~/.claude.json",
          "looked at last for a key: that of this system's MCP server; up to 64 MiB are read"
        ),
      ]),
    ])

  private static let ids = HelpTopic(
    "ids", summary: "how memories and queue entries are named",
    text: [
      """
      A number names a memory by its id in the local cache; server:42 names one by its id on the \
      server. Entries of the queue have numbers of their own, which memctl queue shows.
      """
    ])
}
