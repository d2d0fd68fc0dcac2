import CommandLine
import JSON
import MemctlCore

struct DoctorCommand: Command {
  private static let fix = Flag("fix", help: "mend what can be mended without losing anything")
  private static let offline = Flag("offline", help: "do not ask the server")

  static let spec = CommandSpec(
    "doctor", summary: "check everything that can be wrong on this machine, and say what to do",
    discussion: [
      """
      Looks at the settings and the environment, the cache (permissions, disk, content, full-text \
      index, lock, leftovers), the other programs that use it, the key, and the server (address, \
      connection, certificate, account, clock). Exits with 1 if something does not work; a warning \
      (!) alone does not count.
      """,
      """
      With --fix, takes access to the cache, the configuration and the key file away from others, \
      rebuilds a damaged full-text index, folds a long log into the cache, and removes what a memctl \
      that was killed left behind.
      """,
    ],
    options: [fix.spec, offline.spec],
    examples: [
      CommandExample("memctl doctor", shows: "find out why something does not work"),
      CommandExample("memctl doctor --fix", shows: "mend what can be mended"),
    ])

  private let fixes: Bool
  private let asksServer: Bool

  init(_ arguments: ParsedCommand) {
    fixes = arguments[Self.fix]
    asksServer = !arguments[Self.offline]
  }

  /// What memctl reads besides the variables of the settings.
  private static let otherVariables = ["MEMCTL_PAGER"]

  func run(_ context: Context) throws -> ExitCode {
    Signals.cancel(context.cancellation)
    let doctor = Doctor(
      try context.configuration.sources(), otherVariables: Self.otherVariables,
      asksServer: asksServer, fixes: fixes, cancellation: context.cancellation)
    let output = context.output
    var findings: [Finding] = []
    doctor.examine { finding in
      findings.append(finding)
      guard output.shape != .json, !context.isQuiet || finding.verdict == .failure else { return }
      output.write(finding)
    }
    func count(_ verdict: Finding.Verdict) -> JSONValue {
      .integer(Int64(findings.count { $0.verdict == verdict }))
    }
    if output.shape == .json {
      output.write(
        Report(
          command: "doctor",
          members: [
            .init("failures", count(.failure)), .init("warnings", count(.warning)),
            .init("fixed", count(.fixed)), .init("findings", .array(findings.map(\.json))),
          ]), quiet: context.isQuiet)
    }
    return findings.contains { $0.verdict == .failure } ? .isFalse : .success
  }
}

extension Finding {
  fileprivate var json: JSONValue {
    [
      "check": .string(subject), "verdict": .string(verdict.rawValue), "message": .string(text),
      "hint": hint.map { .string($0.text) } ?? nil,
    ]
  }
}

extension Output {
  /// Writes a line for people, with the hint below it, or one with tabs.
  fileprivate func write(_ finding: Finding) {
    if shape == .tabs {
      let fields = [
        finding.verdict.rawValue, finding.subject, finding.text, finding.hint?.text ?? "",
      ]
      return line(fields.map(\.escapedField).joined(separator: "\t"))
    }
    let mark =
      switch finding.verdict {
      case .ok: "✓"
      case .fixed: style.bold("✓")
      case .warning: style.yellow("!")
      case .failure: style.red("✗")
      }
    let fixed = finding.verdict == .fixed ? "fixed: " : ""
    line("\(mark) \(style.label(finding.subject))\(fixed)\(finding.text.printable)")
    if let hint = finding.hint {
      line(String(repeating: " ", count: 15) + hint.text.printable)
    }
  }
}
