/// What the commands of a prompt or a script set for those that follow.
struct SessionSettings {
  /// What `.mode` asks for; nil for the shape that suits the place where results go.
  var mode: Output.Shape?
  /// Where results go instead of standard output.
  var output: OutputFile?
  /// The same for the next command alone.
  var outputOnce: OutputFile?
  var showsTime = false
  var stopsAtError = true
  /// Whether the prompt syncs in the background.
  var syncsByItself = true

  init(mode: Output.Shape?) { self.mode = mode }
}
