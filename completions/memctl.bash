# bash completion for memctl, made from its table of commands

# Sets commands and options: what may follow the command $1.
_memctl_command() {
  case $1 in
    '') commands='sync push pull resync verify wait watch status counts doctor login config queue store edit delete undo log list search show import export trash origin repair repl serve completions help version' options='' ;;
    'sync') commands='' options='--until-converged --timeout' ;;
    'push') commands='' options='-n --limit --dry-run' ;;
    'pull') commands='' options='--dry-run' ;;
    'resync') commands='' options='--dry-run --force' ;;
    'verify') commands='' options='-n --limit' ;;
    'wait') commands='' options='--timeout' ;;
    'watch') commands='' options='-i --interval' ;;
    'status') commands='' options='--check --offline' ;;
    'counts') commands='' options='' ;;
    'doctor') commands='' options='--fix --offline' ;;
    'login') commands='' options='--force' ;;
    'config') commands='list get set unset' options='' ;;
    'config list') commands='' options='' ;;
    'config get') commands='' options='' ;;
    'config set') commands='' options='' ;;
    'config unset') commands='' options='' ;;
    'queue') commands='list show retry edit export settle drop add' options='--dead -n --limit --fields --reveal' ;;
    'queue list') commands='' options='--dead -n --limit --fields --reveal' ;;
    'queue show') commands='' options='--fields --reveal' ;;
    'queue retry') commands='' options='--all' ;;
    'queue edit') commands='' options='--content -c --category -t --tags --keywords --importance --sensitive --no-sensitive' ;;
    'queue export') commands='' options='--dead --reveal' ;;
    'queue settle') commands='' options='--is --none' ;;
    'queue drop') commands='' options='' ;;
    'queue add') commands='' options='' ;;
    'store') commands='' options='-c --category -t --tags --keywords --importance --sensitive' ;;
    'edit') commands='' options='--content -c --category -t --tags --keywords --importance --sensitive --no-sensitive' ;;
    'delete') commands='' options='-y --yes --purge' ;;
    'undo') commands='' options='--force' ;;
    'log') commands='' options='-n --limit --fields --reveal' ;;
    'list') commands='' options='-c --category -t --tag --since --until --pending --orphans -n --limit --sort --fields --reveal' ;;
    'search') commands='' options='-c --category -t --tag --since --until -n --limit --sort --fields --reveal' ;;
    'show') commands='' options='--fields --reveal' ;;
    'import') commands='' options='--from -c --category --duplicates --split --strict --dry-run --as-new' ;;
    'export') commands='' options='-c --category -t --tag --since --until --markdown -f --force --reveal' ;;
    'trash') commands='list restore purge' options='-n --limit --fields --reveal' ;;
    'trash list') commands='' options='-n --limit --fields --reveal' ;;
    'trash restore') commands='' options='--as-new --all' ;;
    'trash purge') commands='' options='' ;;
    'origin') commands='show move adopt' options='' ;;
    'origin show') commands='' options='' ;;
    'origin move') commands='' options='' ;;
    'origin adopt') commands='' options='--force' ;;
    'repair') commands='' options='' ;;
    'repl') commands='' options='-c --command -f --file --no-rc' ;;
    'serve') commands='' options='--listen --store --keys --log' ;;
    'completions') commands='' options='' ;;
    'help') commands='' options='' ;;
    'version') commands='' options='' ;;
  esac
  options+=' --db --api-url --api-key-file --format --json -q --quiet -v --verbose --color --no-input -h --help --version'
}

# Sets kind: what stands after COMMAND:OPTION, or as COMMAND:NUMBER OF OPERANDS BEFORE.
_memctl_kind() {
  case $1 in
    *:--db) kind='file' ;;
    *:--api-url) kind='text' ;;
    *:--api-key-file) kind='file' ;;
    *:--format) kind='words table tsv json' ;;
    *:--color) kind='words auto always never' ;;
    'sync:'--timeout) kind='text' ;;
    'push:'-n | 'push:'--limit) kind='text' ;;
    'verify:'-n | 'verify:'--limit) kind='text' ;;
    'wait:'--timeout) kind='text' ;;
    'wait:'[0-9]*) kind='dynamic memory' ;;
    'watch:'-i | 'watch:'--interval) kind='text' ;;
    'login:0') kind='text' ;;
    'config get:0') kind='words db api-url api-key-file api-key api-key-command sync-interval sync-disabled timeout lock-timeout lock-file keep-permissions allow-http ca-file client-cert client-key' ;;
    'config set:0') kind='words db api-url api-key-file api-key api-key-command sync-interval sync-disabled timeout lock-timeout lock-file keep-permissions allow-http ca-file client-cert client-key' ;;
    'config set:1') kind='text' ;;
    'config unset:0') kind='words db api-url api-key-file api-key api-key-command sync-interval sync-disabled timeout lock-timeout lock-file keep-permissions allow-http ca-file client-cert client-key' ;;
    'queue:'-n | 'queue:'--limit) kind='text' ;;
    'queue:'--fields) kind='list id op state memory_id server_id category bytes attempts created_at last_sent_at next_attempt_at last_error candidates content' ;;
    'queue list:'-n | 'queue list:'--limit) kind='text' ;;
    'queue list:'--fields) kind='list id op state memory_id server_id category bytes attempts created_at last_sent_at next_attempt_at last_error candidates content' ;;
    'queue show:'--fields) kind='list id op state memory_id server_id category bytes attempts created_at last_sent_at next_attempt_at last_error candidates content tags expanded_keywords importance is_sensitive payload explanation' ;;
    'queue show:'[0-9]*) kind='dynamic entry' ;;
    'queue retry:'[0-9]*) kind='dynamic entry' ;;
    'queue edit:'--content) kind='text' ;;
    'queue edit:'-c | 'queue edit:'--category) kind='dynamic category' ;;
    'queue edit:'-t | 'queue edit:'--tags) kind='dynamic tags' ;;
    'queue edit:'--keywords) kind='text' ;;
    'queue edit:'--importance) kind='text' ;;
    'queue edit:0') kind='dynamic entry' ;;
    'queue export:'[0-9]*) kind='dynamic entry' ;;
    'queue settle:'--is) kind='text' ;;
    'queue settle:0') kind='dynamic entry' ;;
    'queue drop:'[0-9]*) kind='dynamic entry' ;;
    'queue add:'[0-9]*) kind='dynamic memory' ;;
    'store:'-c | 'store:'--category) kind='dynamic category' ;;
    'store:'-t | 'store:'--tags) kind='dynamic tags' ;;
    'store:'--keywords) kind='text' ;;
    'store:'--importance) kind='text' ;;
    'store:'[0-9]*) kind='text' ;;
    'edit:'--content) kind='text' ;;
    'edit:'-c | 'edit:'--category) kind='dynamic category' ;;
    'edit:'-t | 'edit:'--tags) kind='dynamic tags' ;;
    'edit:'--keywords) kind='text' ;;
    'edit:'--importance) kind='text' ;;
    'edit:0') kind='dynamic memory' ;;
    'edit:1') kind='text' ;;
    'delete:'[0-9]*) kind='dynamic memory' ;;
    'undo:0') kind='dynamic change' ;;
    'log:'-n | 'log:'--limit) kind='text' ;;
    'log:'--fields) kind='list id action state states made_at undone_at count memory_id content' ;;
    'list:'-c | 'list:'--category) kind='dynamic category' ;;
    'list:'-t | 'list:'--tag) kind='dynamic tag' ;;
    'list:'--since) kind='text' ;;
    'list:'--until) kind='text' ;;
    'list:'-n | 'list:'--limit) kind='text' ;;
    'list:'--sort) kind='words newest oldest updated importance' ;;
    'list:'--fields) kind='list id server_id content category tags expanded_keywords importance is_sensitive created_at updated_at' ;;
    'search:'-c | 'search:'--category) kind='dynamic category' ;;
    'search:'-t | 'search:'--tag) kind='dynamic tag' ;;
    'search:'--since) kind='text' ;;
    'search:'--until) kind='text' ;;
    'search:'-n | 'search:'--limit) kind='text' ;;
    'search:'--sort) kind='words relevance importance' ;;
    'search:'--fields) kind='list id server_id content category tags expanded_keywords importance is_sensitive created_at updated_at rank' ;;
    'search:'[0-9]*) kind='text' ;;
    'show:'--fields) kind='list id server_id content category tags expanded_keywords importance is_sensitive created_at updated_at' ;;
    'show:'[0-9]*) kind='dynamic memory' ;;
    'import:'--from) kind='words jsonl json memctl claude-code claude-mem basic-memory markdown' ;;
    'import:'-c | 'import:'--category) kind='dynamic category' ;;
    'import:'[0-9]*) kind='file' ;;
    'export:'-c | 'export:'--category) kind='dynamic category' ;;
    'export:'-t | 'export:'--tag) kind='dynamic tag' ;;
    'export:'--since) kind='text' ;;
    'export:'--until) kind='text' ;;
    'export:'--markdown) kind='directory' ;;
    'export:0') kind='file' ;;
    'trash:'-n | 'trash:'--limit) kind='text' ;;
    'trash:'--fields) kind='list id reason trashed_at memory_id server_id content category tags expanded_keywords importance is_sensitive created_at updated_at' ;;
    'trash list:'-n | 'trash list:'--limit) kind='text' ;;
    'trash list:'--fields) kind='list id reason trashed_at memory_id server_id content category tags expanded_keywords importance is_sensitive created_at updated_at' ;;
    'trash restore:'[0-9]*) kind='dynamic trash' ;;
    'trash purge:'[0-9]*) kind='dynamic trash' ;;
    'origin move:0') kind='text' ;;
    'repl:'-c | 'repl:'--command) kind='text' ;;
    'repl:'-f | 'repl:'--file) kind='file' ;;
    'serve:'--listen) kind='text' ;;
    'serve:'--store) kind='file' ;;
    'serve:'--keys) kind='file' ;;
    'completions:0') kind='words bash zsh fish' ;;
    'help:'[0-9]*) kind='dynamic help' ;;
    *) kind= ;;
  esac
}

# Fills COMPREPLY with the values of kind $1. Where bash only lists them, each has its description,
# on a line of its own.
_memctl_dynamic() {
  local value description lines=() width=${COLUMNS:-80}
  while IFS=$'\t' read -r value description; do
    [[ $value == "$lead$cur"* ]] || continue
    printf -v value %q "${value#"$lead"}"
    value=${value//\\,/,}
    COMPREPLY+=("$value")
    [[ ! $description ]] || value+="  $description"
    printf -v value '%-*s' $((width / 2 + 1)) "${value:0:width - 1}"
    lines+=("$value")
  done < <(memctl __complete "$1" "$lead$cur" 2>/dev/null </dev/null)
  compopt -o nosort
  [[ ${COMP_TYPE-} != 63 || ${#lines[@]} -lt 2 ]] || COMPREPLY=("${lines[@]}")
}

_memctl() {
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
  _memctl_command ''
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
      _memctl_kind "$command:$word"
      [[ ! $kind ]] || option=$word
    elif [[ " $commands " == *" $word "* ]]; then
      command=${command:+$command }$word
      _memctl_command "$command"
    else
      operands=$((operands + 1))
    fi
  done

  if [[ $option ]]; then
    [[ $cur != = ]] || cur=
    _memctl_kind "$command:$option"
  elif [[ ! $ended && $cur == --*=* ]]; then
    # Unless COMP_WORDBREAKS says otherwise.
    prefix=${cur%%=*}=
    cur=${cur#*=}
    _memctl_kind "$command:${prefix%=}"
  elif [[ ! $ended && $cur == -* ]]; then
    kind="words $options"
  elif [[ $commands ]]; then
    kind="words $commands"
  else
    _memctl_kind "$command:$operands"
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
    'dynamic '*) _memctl_dynamic "${kind#dynamic }" ;;
  esac
  COMPREPLY=("${COMPREPLY[@]/#/$prefix}")
}

complete -F _memctl memctl
