import Glibc
import JSON
import MemctlCore

/// What a command has to say when it is done.
struct Report {
  /// Nil if the command line names none.
  let command: String?
  /// The members of the JSON report between its head and its errors, in their order.
  var members: [JSONValue.Member] = []
  /// The lines for a terminal.
  var summary: [String] = []
  var problems: [Problem] = []
}

extension Output {
  /// Writes the report; its problems go to standard error as text, and into the JSON report.
  ///
  /// - Parameter quiet: leaves the report out, unless it is a JSON report of problems.
  func write(_ report: Report, quiet: Bool) {
    switch shape {
    case .json where !quiet || !report.problems.isEmpty:
      json(
        [
          .init("schema", 1),
          .init("command", report.command.map { .string($0) } ?? nil),
          .init("ok", .bool(report.problems.isEmpty)),
        ] + report.members + [.init("errors", .array(report.problems.map(\.json)))])
    case .tabs where !quiet: for member in report.members { writeFlat(member, prefix: "") }
    case .table where !quiet: for text in report.summary { line(text) }
    case .json, .tabs, .table: break
    }
    finish()
    for problem in report.problems { printProblem(problem) }
  }

  /// `push.sent<TAB>3`: the JSON report, one line per value.
  private func writeFlat(_ member: JSONValue.Member, prefix: String) {
    // Anybody may have chosen the name of a category.
    let name = prefix + member.name.escapedField
    switch member.value {
    case .object(let members):
      for inner in members { writeFlat(inner, prefix: "\(name).") }
    case .array(let values):
      for value in values { writeFlat(.init(member.name, value), prefix: prefix) }
    case .null: line("\(name)\t")
    case .string(let text): line("\(name)\t\(text.escapedField)")
    case let value: line("\(name)\t\(value.text)")
    }
  }
}

/// Writes a problem to standard error: what happened, and what to do next.
func printProblem(_ problem: Problem, program: String = "memctl") {
  printMessage("\(program): \(problem.message)")
  if let hint = problem.hint { printMessage("hint: \(hint.text)") }
}

/// Writes a sentence to standard error: on a terminal its words whole, anywhere else in one line.
func printMessage(_ text: String) {
  let width = isatty(STDERR_FILENO) == 1 ? Terminal.width(of: STDERR_FILENO) ?? 80 : Int.max
  printError(text.printable.wrapped(toWidth: width).joined(separator: "\n"))
}

extension Problem {
  var json: JSONValue {
    [
      "kind": .string(kind.rawValue), "message": .string(message),
      "hint": hint.map { .string($0.text) } ?? nil,
    ]
  }
}
