/// Every command of the prompt itself. Add new ones here.
enum PromptCommands {
  /// In the order of the help.
  static let all: [any PromptCommand.Type] = [
    PromptHelpCommand.self, ModeCommand.self, OutputCommand.self, OnceCommand.self,
    ReadCommand.self, TimerCommand.self, BailCommand.self, RepeatCommand.self, SetCommand.self,
    SettingsCommand.self, ShellCommand.self, ClearCommand.self, QuitCommand.self,
  ]
}
