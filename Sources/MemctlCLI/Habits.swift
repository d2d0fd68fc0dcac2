import CommandLine

extension Habits {
  private static let keyHint =
    "others can see a command line; memctl login keeps a key, MEMORY_API_KEY and --api-key-file give one"

  static let all = Habits(
    commands: [
      "add": "store", "create": "store", "insert": "store", "new": "store", "put": "store",
      "remember": "store", "save": "store", "write": "store",
      "del": "delete", "forget": "delete", "remove": "delete", "rm": "delete",
      "change": "edit", "modify": "edit", "update": "edit",
      "history": "log", "journal": "log", "revert": "undo", "rollback": "undo",
      "all": "list", "ls": "list",
      "find": "search", "grep": "search", "lookup": "search", "query": "search",
      "cat": "show", "get": "show", "read": "show", "view": "show",
      "count": "counts",
      "info": "status", "st": "status", "stat": "status", "state": "status",
      "auth": "login", "init": "login", "signin": "login",
      "configure": "config", "settings": "config", "diagnose": "doctor",
      "check": "verify", "compare": "verify", "diff": "verify",
      "load": "import", "backup": "export", "dump": "export",
      "download": "pull", "fetch": "pull", "send": "push", "upload": "push",
      "daemon": "watch", "pending": "queue",
      "bin": "trash", "recover": "trash restore", "remote": "origin",
      "fix": "repair", "completion": "completions", "man": "help", "server": "serve",
      "prompt": "repl", "shell": "repl",
      "queue delete": "queue drop", "queue remove": "queue drop", "queue rm": "queue drop",
      "queue ls": "queue list", "trash ls": "trash list", "trash empty": "trash purge",
    ],
    options: ["api-key": keyHint, "key": keyHint, "password": keyHint, "token": keyHint])
}
