/// A script for fish 3.4 and later.
struct FishCompletion {
  let table: CommandTable

  var script: String {
    let name = table.program.name
    let commands = table.visibleNodes.dropFirst().map(\.key.fishQuoted)
    return """
      # fish completion for \(name), made from its table of commands

      # Whether the line so far matches the pattern $argv[1] of COMMAND:NUMBER OF OPERANDS.
      function __\(name)_at
          set -l words (commandline -opc)
          set -e words[1]
          set -l command
          set -l operands 0
          set -l is_value false
          set -l ended false
          for word in $words
              if $is_value
                  set is_value false
              else if not $ended; and test "$word" = --
                  set ended true
              else if not $ended; and string match -q -- '-?*' "$word"
                  switch "$command:$word"
                      case \(valueOptions.joined(separator: " "))
                          set is_value true
                  end
              else
                  switch (string join ' ' -- $command "$word")
                      case \(commands.joined(separator: " "))
                          set -a command "$word"
                      case '*'
                          set operands (math $operands + 1)
                  end
              end
          end
          string match -q -- $argv[1] "$command:$operands"
      end

      # The values of the kind $argv[1] that what is being typed can become.
      function __\(name)_dynamic
          set -l typed (commandline -ct | string replace -r '^--[^=]*=' '')
          \(name) \(Completions.command) $argv[1] "$typed" 2>/dev/null </dev/null
      end

      complete -c \(name) -f
      \(lines.joined(separator: "\n"))

      """
  }

  /// The options that take the next word, as patterns of `COMMAND:OPTION`.
  private var valueOptions: [String] {
    let patterns = { (prefix: String, options: [OptionSpec]) in
      options.filter { $0.value != nil }.flatMap(\.spellings)
        .map { "\(prefix):\($0)".fishQuoted }
    }
    return patterns("*", table.visibleGlobalOptions)
      + table.visibleNodes.flatMap { patterns($0.key, $0.spec.completableOptions) }
  }

  private var lines: [String] {
    table.visibleGlobalOptions.map { line(for: $0, at: nil) }
      + table.visibleNodes.flatMap(lines)
  }

  private func lines(of node: CommandNode) -> [String] {
    node.spec.completableOptions.map { line(for: $0, at: "\(node.key):*") }
      + node.spec.visibleSubcommands.map {
        line(at: "\(node.key):0", ["-a", $0.name, "-d", $0.summary.fishQuoted])
      }
      + node.spec.operands.enumerated().map { index, operand in
        let count = operand.isVariadic ? "*" : "\(index)"
        return line(at: "\(node.key):\(count)", candidates(for: operand.value))
      }
  }

  private func line(for option: OptionSpec, at pattern: String?) -> String {
    let short = option.short.map { ["-s", "\($0)"] } ?? []
    let value = option.value.map { ["-r"] + candidates(for: $0) } ?? []
    return line(
      at: pattern, ["-l", option.name] + short + value + ["-d", option.help.fishQuoted])
  }

  private func line(at pattern: String?, _ words: [String]) -> String {
    let name = table.program.name
    let condition = pattern.map { ["-n", "__\(name)_at \($0.fishQuoted)".fishQuoted] } ?? []
    return (["complete", "-c", name] + condition + words).joined(separator: " ")
  }

  /// Files only where the value is one.
  private func candidates(for value: ValueSpec) -> [String] {
    switch value.kind {
    case .text, .integer, .number: ["-f"]
    case .choice(let choices): ["-f", "-a", choices.joined(separator: " ").fishQuoted]
    case .list(let choices):
      ["-f", "-a", "'(__fish_append , \(choices.joined(separator: " ")))'"]
    case .file: ["-F"]
    case .directory: ["-f", "-a", "'(__fish_complete_directories)'"]
    case .dynamic(let name):
      ["-f", "-a", "'(__\(table.program.name)_dynamic \(name))'"]
    }
  }
}

extension String {
  /// The text as one word of fish.
  fileprivate var fishQuoted: String { "'\(escaping("\\'"))'" }
}
