# bash completion for memctl-serve, made from its table of commands

# Sets commands and options: what may follow the command $1.
_memctl_serve_command() {
  case $1 in
    '') commands='' options='--listen --store --keys --log' ;;
  esac
  options+=' -h --help --version'
}

# Sets kind: what stands after COMMAND:OPTION, or as COMMAND:NUMBER OF OPERANDS BEFORE.
_memctl_serve_kind() {
  case $1 in
    ':'--listen) kind='text' ;;
    ':'--store) kind='file' ;;
    ':'--keys) kind='file' ;;
    *) kind= ;;
  esac
}

# Fills COMPREPLY with the values of kind $1. Where bash only lists them, each has its description,
# on a line of its own.
_memctl_serve_dynamic() {
  local value description lines=() width=${COLUMNS:-80}
  while IFS=$'\t' read -r value description; do
    [[ $value == "$lead$cur"* ]] || continue
    printf -v value %q "${value#"$lead"}"
    value=${value//\\,/,}
    COMPREPLY+=("$value")
    [[ ! $description ]] || value+="  $description"
    printf -v value '%-*s' $((width / 2 + 1)) "${value:0:width - 1}"
    lines+=("$value")
  done < <(memctl-serve __complete "$1" "$lead$cur" 2>/dev/null </dev/null)
  compopt -o nosort
  [[ ${COMP_TYPE-} != 63 || ${#lines[@]} -lt 2 ]] || COMPREPLY=("${lines[@]}")
}

_memctl_serve() {
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
  _memctl_serve_command ''
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
      _memctl_serve_kind "$command:$word"
      [[ ! $kind ]] || option=$word
    elif [[ " $commands " == *" $word "* ]]; then
      command=${command:+$command }$word
      _memctl_serve_command "$command"
    else
      operands=$((operands + 1))
    fi
  done

  if [[ $option ]]; then
    [[ $cur != = ]] || cur=
    _memctl_serve_kind "$command:$option"
  elif [[ ! $ended && $cur == --*=* ]]; then
    # Unless COMP_WORDBREAKS says otherwise.
    prefix=${cur%%=*}=
    cur=${cur#*=}
    _memctl_serve_kind "$command:${prefix%=}"
  elif [[ ! $ended && $cur == -* ]]; then
    kind="words $options"
  elif [[ $commands ]]; then
    kind="words $commands"
  else
    _memctl_serve_kind "$command:$operands"
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
    'dynamic '*) _memctl_serve_dynamic "${kind#dynamic }" ;;
  esac
  COMPREPLY=("${COMPREPLY[@]/#/$prefix}")
}

complete -F _memctl_serve memctl-serve
