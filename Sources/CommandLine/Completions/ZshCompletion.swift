/// A script for zsh, as a file in `fpath` or to be sourced, with one function per command.
struct ZshCompletion {
  let table: CommandTable

  var script: String {
    let name = table.program.name
    return """
      #compdef \(name)
      # zsh completion for \(name), made from its table of commands

      # Completes a name out of commands, or what follows it, where options may stand as well.
      __\(name)_group() {
        local prefix=$1 curcontext=$curcontext state line
        typeset -A opt_args
        shift
        _arguments -s -S -C "$@" '(-): :->command' '(-)*:: :->rest' && return
        case $state in
          command) _describe -t commands command commands ;;
          rest) (( $+functions[${prefix}_$words[1]] )) && ${prefix}_$words[1] ;;
        esac
      }

      __\(name)_dynamic() {
        local -a candidates
        local value description
        while IFS=$'\\t' read -r value description; do
          candidates+=("${value//:/\\\\:}${description:+:$description}")
        done < <(\(name) \(Completions.command) $1 "${(Q)PREFIX}" 2>/dev/null </dev/null)
        _describe -t $1 $1 candidates
      }

      typeset -ga _\(table.identifier)_globals=(
      \(lines(table.visibleGlobalOptions.map(argument)))
      )

      \(table.visibleNodes.map(function).joined(separator: "\n\n"))

      if [[ $funcstack[1] == _\(name) ]]; then
        _\(name) "$@"
      else
        compdef _\(name) \(name)
      fi

      """
  }

  private func function(_ node: CommandNode) -> String {
    let name = (["_\(table.program.name)"] + node.path).joined(separator: "_")
    let globals = "$_\(table.identifier)_globals"
    let options = node.spec.completableOptions.map(argument)
    let operands = node.spec.operands.map(argument)
    if node.spec.subcommands.isEmpty {
      return """
        \(name)() {
          _arguments -s -S \(([globals] + options + operands).joined(separator: continuation))
        }
        """
    }
    let commands = node.spec.visibleSubcommands.map {
      ($0.name + ":" + $0.summary).shellQuoted
    }
    return """
      \(name)() {
        local -a commands=(
      \(lines(commands, indent: "    "))
        )
        __\(table.program.name)_group \(([name, globals] + options).joined(separator: continuation))
      }
      """
  }

  private let continuation = " \\\n    "

  private func lines(_ words: [String], indent: String = "  ") -> String {
    words.map { indent + $0 }.joined(separator: "\n")
  }

  /// An option as `_arguments` describes it: `'(-n --limit)'{-n+,--limit=}'[help]:N: '`.
  private func argument(_ option: OptionSpec) -> String {
    var spellings = ["--\(option.name)" + (option.value == nil ? "" : "=")]
    if let short = option.short {
      spellings.insert("-\(short)" + (option.value == nil ? "" : "+"), at: 0)
    }
    let exclusion =
      option.isRepeatable ? "*" : "(\(option.spellings.joined(separator: " ")))"
    let help = "[\(option.help.escaping("\\]:"))]"
    let rest = (help + (option.value.map { ":" + argument($0) } ?? "")).shellQuoted
    let names = spellings.count == 1 ? spellings[0] : "{\(spellings.joined(separator: ","))}"
    return exclusion.shellQuoted + names + rest
  }

  private func argument(_ operand: OperandSpec) -> String {
    let prefix =
      switch operand.arity {
      case .one: ":"
      case .optional: "::"
      case .oneOrMore, .any, .line: "*:"
      }
    return (prefix + argument(operand.value)).shellQuoted
  }

  /// Message and action.
  private func argument(_ value: ValueSpec) -> String {
    let action =
      switch value.kind {
      case .text, .integer, .number: " "
      case .choice(let choices): "(\(choices.joined(separator: " ")))"
      case .list(let choices): "_values -s , \(value.metavar) \(choices.joined(separator: " "))"
      case .file: "_files"
      case .directory: "_files -/"
      // The space keeps _arguments from adding words of its own before the name.
      case .dynamic(let name): " __\(table.program.name)_dynamic \(name)"
      }
    return value.metavar.escaping("\\:") + ":" + action
  }
}
