import CReadline
import CommandLine
import Glibc
import MemctlCore

/// memctl's prompt on a terminal.
final class Prompt {
  private let session: Session
  private let history: History
  private var splitter: ShellSplitter
  private var shown = PromptText.continued
  /// The version of the cache that the prompt tells of.
  private var shownVersion: FileVersion?
  private var sync: BackgroundSync?
  /// Those that were asked to end, and have not been seen to.
  private var endingSyncs: [BackgroundSync] = []
  /// News that came while nothing else may be shown.
  private var news: [String] = []
  private var cache: Cache?
  private var historyFails = false

  init(_ session: Session) {
    self.session = session
    history = History(home: session.home, environment: session.context.environment.variables)
    splitter = ShellSplitter(home: session.home)
  }

  /// Takes lines until the user, or the system, wants to end; returns the code to end with.
  ///
  /// - Parameter startScript: what to run first; nil for nothing.
  func run(startScript: Script?) -> ExitCode {
    var settings = termios()
    let isTerminal = tcgetattr(STDIN_FILENO, &settings) == 0
    let candidates = CompletionCandidates(session.table.program) { [unowned self] in
      try openCache()
    }
    let completer = Completer(session.table.all, candidates)
    LineEditor.prepare(
      signals: session.signals,
      completer: { [unowned self] in completer.complete($0, after: splitter) },
      layOut: { [unowned self] in $0.layout(session.context.terminal) })
    let lines = load()
    greet(isFirstTime: lines == nil)
    LineEditor.remember(allOf: lines ?? [])
    if let startScript { _ = session.run(startScript) }
    while session.end == nil { takeCommand() }
    stopBackgroundSync()
    // A program that was killed may have left it otherwise.
    if isTerminal { tcsetattr(STDIN_FILENO, TCSADRAIN, &settings) }
    return session.end!
  }

  // MARK: Lines

  private func takeCommand() {
    adjustBackgroundSync()
    show(news)
    news = []
    shown = splitter.isOpen ? .continued : currentPrompt()
    beginRow()
    LineEditor.begin(shown)
    guard let line = waitForLine() else { return }
    do {
      typed += typed.isEmpty ? line : "\n" + line
      try splitter.read(line + "\n")
      if splitter.isOpen { return }
      let commands = splitter.takeCommands()
      keep(typed, of: commands)
      for command in commands {
        _ = session.run(command)
        if session.wasInterrupted || session.end != nil { break }
      }
      // What was written is not to wait, and a server that has answered is there again.
      if hasChanged { sync?.hurry() }
    } catch {
      keep(typed, of: [])
      session.tell(Problem(.usage, error.message, hint: error.hint))
    }
    startAnew()
  }

  /// Moves the cursor to the beginning of a row, of the next one if something stands before it: ^C, or
  /// the end of a text without a line break. As many blanks as the row has columns, but one, tell.
  private func beginRow() {
    let terminal = session.context.terminal
    guard terminal.showsProgress else { return }
    let blanks = String(repeating: " ", count: terminal.width - 1)
    printError("\(blanks)\r\u{1B}[K", terminator: "")
  }

  /// The lines of a command that is not complete.
  private var typed = ""

  private func startAnew() {
    splitter = ShellSplitter(home: session.home)
    typed = ""
  }

  /// Nil where there is none: a key has given it up, or the session ends.
  private func waitForLine() -> String? {
    while true {
      var polls = [STDIN_FILENO, session.signals.descriptor, sync?.descriptor ?? -1].map {
        pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
      }
      let count = poll(&polls, nfds_t(polls.count), LineEditor.hasKey ? 0 : Self.glance)
      if polls[1].revents != 0, !handleSignals() { return nil }
      if polls[2].revents != 0 { hearBackgroundSync() }
      if count == 0 || polls[2].revents != 0 { refresh(onlyIfChanged: count == 0) }
      guard polls[0].revents != 0 || LineEditor.hasKey else { continue }
      switch LineEditor.read() {
      case .typing: continue
      case .line(let line): return line
      case .unreadableLine:
        startAnew()
        session.tell(
          Problem(
            .invalidInput, "the line is not valid UTF-8, so nothing was done",
            hint: "let the terminal use UTF-8"))
        return nil
      case .end:
        printError("")
        if splitter.isOpen { startAnew() } else { session.end = .success }
        return nil
      }
    }
  }

  /// Milliseconds after which the prompt looks whether somebody else has changed the cache.
  private static let glance: Int32 = 1_000

  /// False where the line has come to its end.
  private func handleSignals() -> Bool {
    while let number = session.signals.next() {
      switch number {
      case SIGINT:
        startAnew()
        shown = currentPrompt()
        LineEditor.clear(shown)
      case SIGWINCH: creadline_resize()
      case SIGTSTP:
        creadline_suspend()
        session.signals.letting(SIGTSTP) { _ = kill(getpid(), SIGTSTP) }
        creadline_resume()
      case SIGTERM, SIGHUP:
        creadline_abandon()
        printError("")
        session.note(number)
        return false
      case SIGCHLD: endingSyncs.removeAll { $0.end(waits: false) != nil }
      default: break
      }
    }
    return true
  }

  // MARK: History

  private func load() -> [String]? {
    do { return try history.load() } catch { tellOnce(error) }
    return []
  }

  private func keep(_ text: String, of commands: [ShellSplitter.Command]) {
    guard History.keeps(text, of: commands) else { return }
    LineEditor.remember(text)
    do { try history.append(text) } catch { tellOnce(error) }
  }

  private func tellOnce(_ error: any Error) {
    if !historyFails, let problem = error as? Problem { session.tell(problem) }
    historyFails = true
  }

  // MARK: What the prompt tells

  /// Opens it for reading alone. Where the file is missing, perhaps because somebody is replacing it,
  /// none is created.
  private func openCache() throws -> Cache {
    if let cache, cache.isCurrent { return cache }
    cache = nil
    let opened = try Cache(
      path: session.context.configuration.get().databasePath(), access: .read)
    cache = opened
    return opened
  }

  /// Why nothing is synced, whatever the last sync met; nil where it is.
  private var reasonNotToSync: String? {
    guard let configuration = try? session.context.configuration.get() else { return "sync fails" }
    if configuration.isSyncDisabled { return "sync off" }
    guard let key = try? configuration.key() else { return "no key" }
    return key.isEmpty ? "no key" : nil
  }

  /// - Throws: `Problem` where the cache cannot be read.
  private func syncState() throws -> SyncState {
    do {
      return try openCache().syncState()
    } catch let problem as Problem where problem.kind == .notFound {
      return .new
    }
  }

  private func currentPrompt() -> PromptText {
    let state = try? syncState()
    shownVersion = try? cache?.version()
    return PromptText(
      state, reasonNotToSync: reasonNotToSync,
      style: Style(isOn: session.context.terminal.usesColor))
  }

  /// Makes the prompt true, without disturbing what is being typed.
  private func refresh(onlyIfChanged: Bool) {
    if creadline_is_searching() { return }
    if !news.isEmpty {
      LineEditor.writeAbove(news.map(session.context.output.style.dim))
      news = []
    }
    if splitter.isOpen || onlyIfChanged && !hasChanged { return }
    let prompt = currentPrompt()
    if prompt == shown { return }
    shown = prompt
    LineEditor.setPrompt(prompt)
  }

  private var hasChanged: Bool {
    guard let cache, cache.isCurrent else { return true }
    return (try? cache.version()) != shownVersion
  }

  private func show(_ lines: [String]) {
    for line in lines { printError(session.context.output.style.dim(line)) }
  }

  private func greet(isFirstTime: Bool) {
    if session.context.isQuiet { return }
    if isFirstTime {
      printError(
        """
        memctl \(Version.text): your assistant's memories, on this machine and on the server.
        Type  store 'Prefers tabs',  then  list;  help  and  .help  tell the rest.
        Tab completes, Ctrl-R finds what was typed before, Ctrl-D leaves.
        """)
      return
    }
    do {
      let state = try syncState()
      let count = try cache?.memoryCount() ?? 0
      var parts = [count == 1 ? "1 memory" : "\(grouped(count)) memories"]
      parts.append(state.pending == 0 ? "nothing waits" : "\(grouped(state.pending)) to be sent")
      let synced = state.lastSuccess.flatMap { Timestamp($0)?.relative(to: .now) }
      parts.append(synced.map { "synced \($0)" } ?? "never synced")
      printError(parts.joined(separator: ", "))
    } catch {
      if let problem = error as? Problem { session.tell(problem) }
    }
  }

  // MARK: Syncing in the background

  private func adjustBackgroundSync() {
    let isWanted = session.syncsByItself && reasonNotToSync == nil
    if isWanted, sync == nil {
      sync = try? BackgroundSync(
        options: session.context.arguments.words(for: GlobalOptions.places))
    } else if !isWanted {
      stopBackgroundSync()
    }
  }

  private func hearBackgroundSync() {
    guard let sync else { return }
    if let news = sync.news() {
      self.news += news
      return
    }
    let code = sync.end(waits: true)?.exitCode ?? .success
    self.sync = nil
    session.syncsByItself = false
    news.append(
      "sync: stopped with exit code \(code.rawValue); .set autosync on starts it again, sync says what is wrong"
    )
  }

  /// Lets it settle what is on its way; a signal ends the wait.
  private func stopBackgroundSync() {
    guard let sync else { return }
    sync.stop()
    while sync.end(waits: false) == nil {
      session.signals.wait()
      while let number = session.signals.next() {
        if number == SIGINT || number == SIGTERM {
          endingSyncs.append(sync)
          return self.sync = nil
        }
      }
    }
    self.sync = nil
  }
}
