/// A script for bash 4.4 and later, with or without the bash-completion package.
struct BashCompletion {
  let table: CommandTable

  var script: String {
    let name = table.program.name
    let function = "_" + table.identifier
    return """
      # bash completion for \(name), made from its table of commands

      # Sets commands and options: what may follow the command $1.
      \(function)_command() {
        case $1 in
      \(table.visibleNodes.map(commandCase).joined(separator: "\n"))
        esac
        options+=' \(spellings(table.visibleGlobalOptions))'
      }

      # Sets kind: what stands after COMMAND:OPTION, or as COMMAND:NUMBER OF OPERANDS BEFORE.
      \(function)_kind() {
        case $1 in
      \((globalCases + table.visibleNodes.flatMap(kindCases)).joined(separator: "\n"))
          *) kind= ;;
        esac
      }

      # Fills COMPREPLY with the values of kind $1. Where bash only lists them, each has its description,
      # on a line of its own.
      \(function)_dynamic() {
        local value description lines=() width=${COLUMNS:-80}
        while IFS=$'\\t' read -r value description; do
          [[ $value == "$lead$cur"* ]] || continue
          printf -v value %q "${value#"$lead"}"
          value=${value//\\\\,/,}
          COMPREPLY+=("$value")
          [[ ! $description ]] || value+="  $description"
          printf -v value '%-*s' $((width / 2 + 1)) "${value:0:width - 1}"
          lines+=("$value")
        done < <(\(name) \(Completions.command) "$1" "$lead$cur" 2>/dev/null </dev/null)
        compopt -o nosort
        [[ ${COMP_TYPE-} != 63 || ${#lines[@]} -lt 2 ]] || COMPREPLY=("${lines[@]}")
      }

      \(function)() {
        local cur=${COMP_WORDS[COMP_CWORD]} prefix='' command='' option='' ended='' operands=0
        local commands options kind word i lead='' end=$COMP_CWORD
        COMPREPLY=()
        # Bash splits server:6 at the colon.
        if [[ ${COMP_WORDBREAKS-} == *:* ]]; then
          if [[ $cur == : ]]; then
            end=$((COMP_CWORD - 1)) cur=
          elif ((COMP_CWORD > 2)) && [[ ${COMP_WORDS[COMP_CWORD - 1]} == : ]]; then
            end=$((COMP_CWORD - 2))
          fi
          ((end == COMP_CWORD)) || lead=${COMP_WORDS[end]}:
        fi
        \(function)_command ''
        for ((i = 1; i < end; i++)); do
          word=${COMP_WORDS[i]}
          if [[ $word == : ]]; then
            # What follows it is part of the word before.
            i=$((i + 1))
          elif [[ $option ]]; then
            # Bash splits --option=value at the equals sign.
            [[ $word == = ]] || option=
          elif [[ ! $ended && $word == -- ]]; then
            ended=1
          elif [[ ! $ended && $word == -?* ]]; then
            \(function)_kind "$command:$word"
            [[ ! $kind ]] || option=$word
          elif [[ " $commands " == *" $word "* ]]; then
            command=${command:+$command }$word
            \(function)_command "$command"
          else
            operands=$((operands + 1))
          fi
        done

        if [[ $option ]]; then
          [[ $cur != = ]] || cur=
          \(function)_kind "$command:$option"
        elif [[ ! $ended && $cur == --*=* ]]; then
          # Unless COMP_WORDBREAKS says otherwise.
          prefix=${cur%%=*}=
          cur=${cur#*=}
          \(function)_kind "$command:${prefix%=}"
        elif [[ ! $ended && $cur == -* ]]; then
          kind="words $options"
        elif [[ $commands ]]; then
          kind="words $commands"
        else
          \(function)_kind "$command:$operands"
        fi

        case $kind in
          'words '*) mapfile -t COMPREPLY < <(compgen -W "${kind#words }" -- "$cur") ;;
          'list '*)
            # Only the last word of the list is being typed.
            [[ $cur != *,* ]] || prefix=$prefix${cur%,*},
            cur=${cur##*,}
            compopt -o nospace
            mapfile -t COMPREPLY < <(compgen -W "${kind#list }" -- "$cur")
            ;;
          file) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
          directory) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur") ;;
          'dynamic '*) \(function)_dynamic "${kind#dynamic }" ;;
        esac
        COMPREPLY=("${COMPREPLY[@]/#/$prefix}")
      }

      complete -F \(function) \(name)

      """
  }

  private func commandCase(_ node: CommandNode) -> String {
    let commands = node.spec.visibleSubcommands.map(\.name).joined(separator: " ")
    let options = spellings(node.spec.completableOptions)
    return "    '\(node.key)') commands='\(commands)' options='\(options)' ;;"
  }

  private func spellings(_ options: [OptionSpec]) -> String {
    options.flatMap(\.spellings).joined(separator: " ")
  }

  private var globalCases: [String] { kindCases(of: table.visibleGlobalOptions, after: "*:") }

  private func kindCases(_ node: CommandNode) -> [String] {
    kindCases(of: node.spec.completableOptions, after: "'\(node.key):'")
      + node.spec.operands.enumerated().map { index, operand in
        let pattern = operand.isVariadic ? "'\(node.key):'[0-9]*" : "'\(node.key):\(index)'"
        return "    \(pattern)) kind='\(kind(operand.value))' ;;"
      }
  }

  private func kindCases(of options: [OptionSpec], after prefix: String) -> [String] {
    options.compactMap { option in
      option.value.map { value in
        let patterns = option.spellings.map { prefix + $0 }.joined(separator: " | ")
        return "    \(patterns)) kind='\(kind(value))' ;;"
      }
    }
  }

  private func kind(_ value: ValueSpec) -> String {
    switch value.kind {
    case .text, .integer, .number: "text"
    case .list(let choices): "list \(choices.joined(separator: " "))"
    case .choice(let choices): "words \(choices.joined(separator: " "))"
    case .file: "file"
    case .directory: "directory"
    case .dynamic(let name): "dynamic \(name)"
    }
  }
}
