import CommandLine
import MemctlCore
import System

/// What a command works with. The cache is opened and the settings are read when they are first asked
/// for, so that `--help` touches no disk and `queue` no network.
struct Context {
  /// All commands.
  let table: CommandTable
  let arguments: ParsedCommand
  let environment: Environment
  let terminal: Terminal
  let output: Output
  let isQuiet: Bool
  let cancellation = Cancellation()
  let configuration: ConfigurationReader
  let cache: CacheOpener
  let synchronizer: SynchronizerMaker
  let delivery: Delivery
  let confirm: Confirmation
  /// Tells what takes long; nil where it would be in the way.
  let progressLine: ProgressLine?
  let secretInput: SecretInput
  /// Whether an editor can be opened for the user.
  let mayEdit: Bool

  init(_ arguments: ParsedCommand, in table: CommandTable, _ environment: Environment) {
    self.arguments = arguments
    self.table = table
    self.environment = environment
    let color = arguments[GlobalOptions.color] ?? .auto
    terminal = Terminal(color: color, environment: environment.variables)
    output = Output(terminal, shape: GlobalOptions.shape(arguments))
    isQuiet = arguments[GlobalOptions.quiet]
    let commentary = Commentary(isOn: arguments[GlobalOptions.verbose])
    configuration = ConfigurationReader(arguments, environment)
    cache = CacheOpener(
      configuration, cancellation, commentary)
    synchronizer = SynchronizerMaker(
      configuration, cache, cancellation, commentary,
      showsProgress: terminal.showsProgress && !isQuiet)
    delivery = Delivery(configuration, synchronizer, commentary)
    progressLine = terminal.showsProgress && !isQuiet ? ProgressLine() : nil
    confirm = Confirmation(
      mayAsk: terminal.isInputTerminal && terminal.isErrorTerminal
        && !arguments[GlobalOptions.noInput], cancellation: cancellation)
    secretInput = SecretInput(
      terminal: terminal, cancellation: cancellation, mayAsk: !arguments[GlobalOptions.noInput])
    mayEdit =
      terminal.isInputTerminal && terminal.isOutputTerminal && !arguments[GlobalOptions.noInput]
  }

  /// Says something on standard error that is no error.
  func remark(_ text: String) {
    if !isQuiet { printMessage("memctl: \(text)") }
  }
}
