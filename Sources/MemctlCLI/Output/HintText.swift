import MemctlCore

// The one place that puts what the core hints at into the words of a command line.

extension Hint {
  /// The sentence with each step as the command to type.
  var text: String { parts.map(\.text).joined() }
}

extension Hint.Part {
  fileprivate var text: String {
    switch self {
    case .text(let text): text
    case .step(let step): step.commandLine
    case .setting(let setting): setting.name
    case .field(let field): field.options
    case .serverID(let id): "server:\(id.rawValue)"
    }
  }
}

extension Hint.Step {
  /// `memctl queue show 7`
  var commandLine: String { "memctl " + arguments }

  private var arguments: String {
    switch self {
    case .sync: "sync"
    case .push: "push"
    case .watch: "watch"
    case .resync(let force, let rehearsed):
      "resync" + (force ? " --force" : "") + (rehearsed ? " --dry-run" : "")
    case .list: "list"
    case .show(let id): "show \(id.rawValue)"
    case .store: "store"
    case .delete(let id): "delete server:\(id.rawValue)"
    case .log: "log"
    case .undo(let id, let force): "undo \(id.rawValue)" + (force ? " --force" : "")
    case .queue: "queue"
    case .deadLetters: "queue --dead"
    case .showEntry(let id): "queue show \(id.rawValue)"
    case .retry(let id): "queue retry \(id.rawValue)"
    case .retryAll: "queue retry --all"
    case .edit(let id): "queue edit \(id.rawValue)"
    case .drop(let id): "queue drop \(id.rawValue)"
    case .enqueue(let id): "queue add \(id.rawValue)"
    case .export(let id): "queue export \(id.rawValue) --reveal"
    case .settle(let id, nil): "queue settle \(id.rawValue)"
    case .settle(let id, .missing): "queue settle \(id.rawValue) --none"
    case .settle(let id, .arrived(let memory)):
      "queue settle \(id.rawValue) --is server:\(memory.rawValue)"
    case .moveOrigin(let address): "origin move \(address)"
    case .adoptOrigin(let force): "origin adopt" + (force ? " --force" : "")
    case .repair: "repair"
    case .login: "login"
    case .doctor: "doctor"
    case .doctorFix: "doctor --fix"
    }
  }
}

extension Setting {
  /// What a person would give it with: an option, or else the variable.
  fileprivate var name: String {
    switch self {
    case .db, .apiKeyFile: "--\(rawValue)"
    case .apiURL: "\(variables[0]) or --\(rawValue)"
    default: variables[0]
    }
  }
}

extension MemoryField {
  /// `--sensitive or --no-sensitive`
  fileprivate var options: String {
    if case .flag = defaultValue { return "--\(label) or --no-\(label)" }
    return "--\(label)"
  }
}
