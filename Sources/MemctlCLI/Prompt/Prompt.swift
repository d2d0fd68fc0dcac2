import CReadline
import CommandLine
import Glibc
import MemctlCore
import System

/// memctl's prompt on a terminal: takes lines, and has the session run what is typed.
final class Prompt {
  private let session: Session
  private let history: PromptHistory
  private let state: PromptState
  private let sync: AutomaticSync
  private var typed: TypedText
  private var shown = PromptText.continued

  init(_ session: Session) {
    let context = session.context
    self.session = session
    history = PromptHistory(
      History(home: session.home, environment: context.environment.variables))
    state = PromptState(context.configuration, Style(isOn: context.terminal.usesColor))
    sync = AutomaticSync(
      options: context.arguments.words(for: GlobalOptions.places), session.signals.queue)
    typed = TypedText(home: session.home)
  }

  /// Takes lines until the user or the system ends it; returns the exit code.
  ///
  /// - Parameter startScript: what to run first; nil for nothing.
  func run(startScript: Script?) -> ExitCode {
    let settings = TerminalSettings()
    let completer = Completer(
      session.table.all, CompletionCandidates(session.table.program, state.openCache))
    LineEditor.prepare(
      signals: session.signals.queue,
      completer: { [unowned self] in completer.complete($0, after: typed.splitter) },
      layOut: { [unowned self] in $0.layout(session.context.terminal) })
    let lines = history.load()
    greet(isFirstTime: lines == nil)
    LineEditor.remember(allOf: lines ?? [])
    if let startScript { _ = ScriptRunner(session: session).run(startScript) }
    while session.end == nil { takeCommand() }
    sync.stop()
    settings?.restore()
    return session.end!
  }

  private func greet(isFirstTime: Bool) {
    if session.context.isQuiet { return }
    if isFirstTime {
      printError(
        """
        memctl \(Version.text): your assistant's memories, on this machine and on the server.
        Try  store 'Prefers tabs',  then  list;  help  and  .help  explain the rest.
        Tab completes, Ctrl-R searches the history, Ctrl-D leaves.
        """)
      return
    }
    do {
      printError(try state.summary())
    } catch {
      if let problem = error as? Problem { session.tell(problem) }
    }
  }

  // MARK: Lines

  private func takeCommand() {
    sync.adjust(isWanted: session.settings.syncsByItself && state.reasonNotToSync == nil)
    for line in sync.takeNews() { printError(session.context.output.style.dim(line)) }
    shown = typed.isOpen ? .continued : state.prompt()
    beginRow()
    LineEditor.begin(shown)
    guard let line = waitForLine() else { return }
    do {
      guard let lists = try typed.add(line) else { return }
      history.keep(typed.entries)
      for list in lists {
        _ = session.run(list)
        if session.signals.haveInterrupted || session.end != nil { break }
      }
      // What was written need not wait, and a server that has answered is back.
      if state.hasChanged { sync.hurry() }
    } catch {
      history.keep(typed.entries)
      session.tell(Problem(error))
    }
    typed.clear()
  }

  /// Moves the cursor to the beginning of a row: the next one if something is before it, such as ^C or
  /// a text without a line break. Writing one space less than the row has columns does that.
  private func beginRow() {
    let terminal = session.context.terminal
    guard terminal.showsProgress else { return }
    let blanks = String(repeating: " ", count: terminal.width - 1)
    printError("\(blanks)\r\u{1B}[K", terminator: "")
  }

  /// The next line; nil if a key has abandoned it, or the session ends.
  private func waitForLine() -> String? {
    while true {
      var polls = [STDIN_FILENO, session.signals.queue.descriptor, sync.descriptor].map {
        pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
      }
      let count = poll(&polls, nfds_t(polls.count), LineEditor.hasKey ? 0 : Self.glance)
      if polls[1].revents != 0, !handleSignals() { return nil }
      if polls[2].revents != 0, !sync.hear() { session.settings.syncsByItself = false }
      if count == 0 || polls[2].revents != 0 { refresh(onlyIfChanged: count == 0) }
      guard polls[0].revents != 0 || LineEditor.hasKey else { continue }
      switch LineEditor.read() {
      case .typing: continue
      case .line(let line): return line
      case .unreadableLine:
        typed.clear()
        session.tell(
          Problem(
            .invalidInput, "the line is not valid UTF-8, so nothing was done",
            hint: "set the terminal to UTF-8"))
        return nil
      case .end:
        printError("")
        if typed.isOpen { typed.clear() } else { session.quit = .success }
        return nil
      }
    }
  }

  /// Milliseconds after which the prompt checks whether another process has changed the cache.
  private static let glance: Int32 = 1_000

  /// False if the session ends.
  private func handleSignals() -> Bool {
    let queue = session.signals.queue
    while let number = queue.next() {
      switch number {
      case SIGINT:
        typed.clear()
        shown = state.prompt()
        LineEditor.clear(shown)
      case SIGWINCH: creadline_resize()
      case SIGTSTP:
        creadline_suspend()
        queue.letting(SIGTSTP) { _ = kill(getpid(), SIGTSTP) }
        creadline_resume()
      case SIGTERM, SIGHUP:
        creadline_abandon()
        printError("")
        session.signals.note(number)
        return false
      case SIGCHLD: sync.reap()
      default: break
      }
    }
    return true
  }

  /// Brings the prompt up to date without disturbing what is being typed.
  private func refresh(onlyIfChanged: Bool) {
    if creadline_is_searching() { return }
    let news = sync.takeNews()
    if !news.isEmpty { LineEditor.writeAbove(news.map(session.context.output.style.dim)) }
    if typed.isOpen || onlyIfChanged && !state.hasChanged { return }
    let prompt = state.prompt()
    if prompt == shown { return }
    shown = prompt
    LineEditor.setPrompt(prompt)
  }
}
