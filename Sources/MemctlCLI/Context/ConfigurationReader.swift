import CommandLine
import Glibc
import MemctlCore

/// Puts the settings together out of options, environment and files, once or whenever it is told to.
final class ConfigurationReader {
  private let arguments: ParsedCommand
  private let environment: Environment
  private lazy var result = Result { try Configuration(sources()) }

  init(_ arguments: ParsedCommand, _ environment: Environment) {
    self.arguments = arguments
    self.environment = environment
  }

  /// - Throws: `Problem`.
  func get() throws -> Configuration { try result.get() }

  /// Reads the files again.
  ///
  /// - Throws: `Problem`; then the settings stay as they were.
  func reload() throws {
    let fresh = try Configuration(sources())
    _ = try fresh.server(at: fresh.serverAddress())
    _ = try fresh.syncInterval()
    result = .success(fresh)
  }

  /// Changes the configuration file, and keeps all lines that are about other settings.
  ///
  /// - Throws: `Problem`; then the file is as it was.
  func change(_ changes: [Setting: String?], isChecked: Bool = true) throws {
    try SettingsFile.change(
      try get().filePath, isSecret: changes[.apiKey] ?? nil != nil
    ) {
      // What another memctl has written meanwhile is kept as well.
      try Configuration(sources()).file(changing: changes, isChecked: isChecked)
    }
    result = Result { try Configuration(sources()) }
  }

  /// What the settings are read from.
  ///
  /// - Throws: `Problem`.
  func sources() throws -> Configuration.Sources {
    let variables =
      Setting.allCases.flatMap(\.variables) + ["HOME", "MEMORY_HOME", "XDG_CONFIG_HOME"]
    if let name = variables.first(where: environment.unreadable.contains) {
      throw Problem(
        .configuration, "the environment variable \(name) is not valid UTF-8",
        hint: "set \(name) to valid UTF-8")
    }
    return Configuration.Sources(
      options: try options(), environment: environment.variables, home: environment.home,
      readFile: SettingsFile.read, checkFile: SettingsFile.check,
      fileExists: { access($0, F_OK) == 0 }, runCommand: KeyCommand.run)
  }

  private func options() throws -> [Setting: String] {
    var options: [Setting: String] = [:]
    for (setting, option) in [
      (Setting.db, GlobalOptions.db), (.apiURL, GlobalOptions.apiURL),
      (.apiKeyFile, GlobalOptions.apiKeyFile),
    ] {
      options[setting] = arguments[option]
      if options[setting] == "" {
        throw Problem(
          .usage, "--\(option.spec.name) is empty", hint: "is the variable you passed empty?")
      }
    }
    return options
  }
}
