import CommandLine
import JSON
import MemctlCore
import System

struct StatusCommand: Command {
  private static let check = Flag(
    "check", help: "say in one word, and by the exit code, whether everything is on the server")
  private static let offline = Flag("offline", help: "do not ask the server")

  static let spec = CommandSpec(
    "status", summary: "show where everything stands: server, key, cache, queue, last sync",
    discussion: [
      """
      Asks the server once, for at most 3 seconds, whether it accepts the key. The exit code is 0, \
      whatever the answer. IN USE BY lists other programs that have the cache open; those of other \
      users are not seen.
      """,
      """
      --check is for scripts and shell prompts. It reads nothing but the cache, which takes a few \
      milliseconds, and prints one word (nothing with --quiet):
      """,
      .definitions([
        ("converged (0)", "everything is on the server, and the last sync finished"),
        (
          "waiting (1)",
          "entries are queued, or the last sync did not finish; memctl goes on by itself"
        ),
        (
          "attention (2)",
          """
          you have to act: no key, a refused key, a dead letter, an entry in doubt that only you can \
          settle, or a sync that a safety check or a setting stopped
          """
        ),
      ]),
    ],
    options: [check.spec, offline.spec],
    examples: [
      CommandExample("memctl status", shows: "see what to do next, if anything"),
      CommandExample(
        "memctl status --check -q || echo 'not everything is on the server'",
        shows: "act on it in a script"),
    ])

  private let isCheck: Bool
  private let isOffline: Bool

  init(_ arguments: ParsedCommand) {
    isCheck = arguments[Self.check]
    isOffline = arguments[Self.offline] || isCheck
  }

  func run(_ context: Context) throws -> ExitCode {
    if isCheck, context.output.shape != .json {
      let standing = Standing(try concerns(context, try cache(context)?.syncState()))
      if !context.isQuiet { context.output.line(standing.rawValue) }
      return standing.exitCode
    }
    let status = try Status(context, try cache(context), asksServer: !isOffline)
    context.output.write(status.report(context.output), quiet: context.isQuiet)
    return isCheck ? status.standing.exitCode : .success
  }

  /// Nil if there is no cache yet.
  private func cache(_ context: Context) throws -> Cache? {
    do {
      return try context.cache(.read)
    } catch let problem as Problem where problem.kind == .notFound {
      return nil
    }
  }

  private func concerns(_ context: Context, _ state: SyncState?) throws -> [Concern] {
    try Concern.all(context.configuration.get(), state ?? .new)
  }
}

/// Whether everything is on the server, in a word.
enum Standing: String {
  case converged, waiting, attention

  init(_ concerns: [Concern]) {
    self =
      concerns.isEmpty
      ? .converged : concerns.contains(where: \.needsUser) ? .attention : .waiting
  }

  var exitCode: ExitCode {
    switch self {
    case .converged: .success
    case .waiting: .isFalse
    case .attention: .needsUser
    }
  }
}
