# fish completion for memctl, made from its table of commands

# Whether the line so far matches the pattern $argv[1] of COMMAND:NUMBER OF OPERANDS.
function __memctl_at
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
                case '*:--db' '*:--api-url' '*:--api-key-file' '*:--format' '*:--color' 'sync:--timeout' 'push:-n' 'push:--limit' 'verify:-n' 'verify:--limit' 'wait:--timeout' 'watch:-i' 'watch:--interval' 'queue:-n' 'queue:--limit' 'queue:--fields' 'queue list:-n' 'queue list:--limit' 'queue list:--fields' 'queue show:--fields' 'queue edit:--content' 'queue edit:-c' 'queue edit:--category' 'queue edit:-t' 'queue edit:--tags' 'queue edit:--keywords' 'queue edit:--importance' 'queue settle:--is' 'store:-c' 'store:--category' 'store:-t' 'store:--tags' 'store:--keywords' 'store:--importance' 'list:-c' 'list:--category' 'list:-t' 'list:--tag' 'list:--since' 'list:--until' 'list:-n' 'list:--limit' 'list:--sort' 'list:--fields' 'search:-c' 'search:--category' 'search:-t' 'search:--tag' 'search:--since' 'search:--until' 'search:-n' 'search:--limit' 'search:--sort' 'search:--fields' 'show:--fields' 'import:--from' 'import:-c' 'import:--category' 'export:-c' 'export:--category' 'export:-t' 'export:--tag' 'export:--since' 'export:--until' 'export:--markdown' 'trash:-n' 'trash:--limit' 'trash:--fields' 'trash list:-n' 'trash list:--limit' 'trash list:--fields' 'repl:-c' 'repl:--command' 'repl:-f' 'repl:--file' 'serve:--listen' 'serve:--store' 'serve:--keys'
                    set is_value true
            end
        else
            switch (string join ' ' -- $command "$word")
                case 'sync' 'push' 'pull' 'resync' 'verify' 'wait' 'watch' 'status' 'counts' 'doctor' 'login' 'config' 'config list' 'config get' 'config set' 'config unset' 'queue' 'queue list' 'queue show' 'queue retry' 'queue edit' 'queue export' 'queue settle' 'queue drop' 'queue add' 'store' 'delete' 'list' 'search' 'show' 'import' 'export' 'trash' 'trash list' 'trash restore' 'trash purge' 'origin' 'origin show' 'origin move' 'origin adopt' 'repair' 'repl' 'serve' 'completions' 'help' 'version'
                    set -a command "$word"
                case '*'
                    set operands (math $operands + 1)
            end
        end
    end
    string match -q -- $argv[1] "$command:$operands"
end

# The values of the kind $argv[1] that what is being typed can become.
function __memctl_dynamic
    set -l typed (commandline -ct | string replace -r '^--[^=]*=' '')
    memctl __complete $argv[1] "$typed" 2>/dev/null </dev/null
end

complete -c memctl -f
complete -c memctl -l db -r -F -d 'the cache to use'
complete -c memctl -l api-url -r -f -d 'the server\'s address'
complete -c memctl -l api-key-file -r -F -d 'a file whose first line is the key for the server'
complete -c memctl -l format -r -f -a 'table tsv json' -d 'the format of results; see memctl help formats'
complete -c memctl -l json -d 'the same as --format json'
complete -c memctl -l quiet -s q -d 'write no report, only errors'
complete -c memctl -l verbose -s v -d 'print the cache and server in use to stderr'
complete -c memctl -l color -r -f -a 'auto always never' -d 'when to use colour'
complete -c memctl -l no-input -d 'never ask for confirmation'
complete -c memctl -l help -s h -d 'show help for the program or a command'
complete -c memctl -l version -d 'show the version'
complete -c memctl -n '__memctl_at \':0\'' -a sync -d 'send the queue, then fetch what changed on the server'
complete -c memctl -n '__memctl_at \':0\'' -a push -d 'send the queue'
complete -c memctl -n '__memctl_at \':0\'' -a pull -d 'fetch what changed on the server and apply it'
complete -c memctl -n '__memctl_at \':0\'' -a resync -d 'push what the server lacks, then make the cache equal to the server'
complete -c memctl -n '__memctl_at \':0\'' -a verify -d 'compare the cache with the server, changing neither'
complete -c memctl -n '__memctl_at \':0\'' -a wait -d 'send memories, and return when they are on the server'
complete -c memctl -n '__memctl_at \':0\'' -a watch -d 'keep syncing until stopped'
complete -c memctl -n '__memctl_at \':0\'' -a status -d 'show where everything stands: server, key, cache, queue, last sync'
complete -c memctl -n '__memctl_at \':0\'' -a counts -d 'count memories, queue entries and dead letters'
complete -c memctl -n '__memctl_at \':0\'' -a doctor -d 'check everything that can be wrong on this machine, and say what to do'
complete -c memctl -n '__memctl_at \':0\'' -a login -d 'give the server\'s address and your key, try them and keep them'
complete -c memctl -n '__memctl_at \':0\'' -a config -d 'show the settings and where each comes from, and change them'
complete -c memctl -n '__memctl_at \':0\'' -a queue -d 'inspect what the server has not acknowledged yet, and act on it'
complete -c memctl -n '__memctl_at \':0\'' -a store -d 'store a memory'
complete -c memctl -n '__memctl_at \':0\'' -a delete -d 'delete memories here and on the server'
complete -c memctl -n '__memctl_at \':0\'' -a list -d 'list memories'
complete -c memctl -n '__memctl_at \':0\'' -a search -d 'find memories by their words, the best first'
complete -c memctl -n '__memctl_at \':0\'' -a show -d 'show memories in full'
complete -c memctl -n '__memctl_at \':0\'' -a import -d 'import memories from files'
complete -c memctl -n '__memctl_at \':0\'' -a export -d 'write memories to a file, for a backup or another program'
complete -c memctl -n '__memctl_at \':0\'' -a trash -d 'see what a sync overwrote or deleted, and restore it'
complete -c memctl -n '__memctl_at \':0\'' -a origin -d 'see or change which server the cache belongs to'
complete -c memctl -n '__memctl_at \':0\'' -a repair -d 'rescue what can be read of a damaged cache'
complete -c memctl -n '__memctl_at \':0\'' -a repl -d 'run commands at a prompt or from a script'
complete -c memctl -n '__memctl_at \':0\'' -a serve -d 'run the embedded API server'
complete -c memctl -n '__memctl_at \':0\'' -a completions -d 'print the completion script for a shell'
complete -c memctl -n '__memctl_at \':0\'' -a help -d 'show help for a command or a topic'
complete -c memctl -n '__memctl_at \':0\'' -a version -d 'show the version'
complete -c memctl -n '__memctl_at \'sync:*\'' -l until-converged -d 'repeat until the queue is empty'
complete -c memctl -n '__memctl_at \'sync:*\'' -l timeout -r -f -d 'give up after S seconds'
complete -c memctl -n '__memctl_at \'push:*\'' -l limit -s n -r -f -d 'send at most N entries'
complete -c memctl -n '__memctl_at \'push:*\'' -l dry-run -d 'show what would be sent, without sending it'
complete -c memctl -n '__memctl_at \'pull:*\'' -l dry-run -d 'show what would change, without changing it'
complete -c memctl -n '__memctl_at \'resync:*\'' -l dry-run -d 'show what would change, without changing it'
complete -c memctl -n '__memctl_at \'resync:*\'' -l force -d 'proceed even if a safety check refuses'
complete -c memctl -n '__memctl_at \'verify:*\'' -l limit -s n -r -f -d 'show at most N differences'
complete -c memctl -n '__memctl_at \'wait:*\'' -l timeout -r -f -d 'give up after S seconds'
complete -c memctl -n '__memctl_at \'wait:*\'' -f -a '(__memctl_dynamic memory)'
complete -c memctl -n '__memctl_at \'watch:*\'' -l interval -s i -r -f -d 'seconds between cycles'
complete -c memctl -n '__memctl_at \'status:*\'' -l check -d 'say in one word, and by the exit code, whether everything is on the server'
complete -c memctl -n '__memctl_at \'status:*\'' -l offline -d 'do not ask the server'
complete -c memctl -n '__memctl_at \'doctor:*\'' -l fix -d 'mend what can be mended without losing anything'
complete -c memctl -n '__memctl_at \'doctor:*\'' -l offline -d 'do not ask the server'
complete -c memctl -n '__memctl_at \'login:*\'' -l force -d 'keep address and key even if the server refuses them or cannot be reached'
complete -c memctl -n '__memctl_at \'login:0\'' -f
complete -c memctl -n '__memctl_at \'config:0\'' -a list -d 'list every setting, its value and where it comes from'
complete -c memctl -n '__memctl_at \'config:0\'' -a get -d 'print the value of a setting'
complete -c memctl -n '__memctl_at \'config:0\'' -a set -d 'set a value in the configuration file'
complete -c memctl -n '__memctl_at \'config:0\'' -a unset -d 'remove a setting from the configuration file'
complete -c memctl -n '__memctl_at \'config get:0\'' -f -a 'db api-url api-key-file api-key api-key-command sync-interval sync-disabled timeout lock-timeout lock-file allow-http ca-file client-cert client-key'
complete -c memctl -n '__memctl_at \'config set:0\'' -f -a 'db api-url api-key-file api-key api-key-command sync-interval sync-disabled timeout lock-timeout lock-file allow-http ca-file client-cert client-key'
complete -c memctl -n '__memctl_at \'config set:1\'' -f
complete -c memctl -n '__memctl_at \'config unset:0\'' -f -a 'db api-url api-key-file api-key api-key-command sync-interval sync-disabled timeout lock-timeout lock-file allow-http ca-file client-cert client-key'
complete -c memctl -n '__memctl_at \'queue:*\'' -l dead -d 'only dead letters'
complete -c memctl -n '__memctl_at \'queue:*\'' -l limit -s n -r -f -d 'show at most N'
complete -c memctl -n '__memctl_at \'queue:*\'' -l fields -r -f -a '(__fish_append , id op state memory_id server_id category bytes attempts created_at last_sent_at next_attempt_at last_error candidates content)' -d 'write only these fields, separated by commas, in this order'
complete -c memctl -n '__memctl_at \'queue:*\'' -l reveal -d 'show the content of sensitive memories'
complete -c memctl -n '__memctl_at \'queue:0\'' -a list -d 'list the entries, oldest first'
complete -c memctl -n '__memctl_at \'queue:0\'' -a show -d 'explain what an entry is, what happened to it and what it is waiting for'
complete -c memctl -n '__memctl_at \'queue:0\'' -a retry -d 'make entries due at once, dead letters included'
complete -c memctl -n '__memctl_at \'queue:0\'' -a edit -d 'change an entry and send it'
complete -c memctl -n '__memctl_at \'queue:0\'' -a export -d 'write entries as JSON Lines, with everything they carry'
complete -c memctl -n '__memctl_at \'queue:0\'' -a settle -d 'tell memctl whether an entry in doubt has arrived'
complete -c memctl -n '__memctl_at \'queue:0\'' -a drop -d 'give up entries without sending them'
complete -c memctl -n '__memctl_at \'queue:0\'' -a add -d 'queue memories that the server lacks and that have no queue entry'
complete -c memctl -n '__memctl_at \'queue list:*\'' -l dead -d 'only dead letters'
complete -c memctl -n '__memctl_at \'queue list:*\'' -l limit -s n -r -f -d 'show at most N'
complete -c memctl -n '__memctl_at \'queue list:*\'' -l fields -r -f -a '(__fish_append , id op state memory_id server_id category bytes attempts created_at last_sent_at next_attempt_at last_error candidates content)' -d 'write only these fields, separated by commas, in this order'
complete -c memctl -n '__memctl_at \'queue list:*\'' -l reveal -d 'show the content of sensitive memories'
complete -c memctl -n '__memctl_at \'queue show:*\'' -l fields -r -f -a '(__fish_append , id op state memory_id server_id category bytes attempts created_at last_sent_at next_attempt_at last_error candidates content tags expanded_keywords importance is_sensitive payload explanation)' -d 'write only these fields, separated by commas, in this order'
complete -c memctl -n '__memctl_at \'queue show:*\'' -l reveal -d 'show the content of sensitive memories'
complete -c memctl -n '__memctl_at \'queue show:*\'' -f -a '(__memctl_dynamic entry)'
complete -c memctl -n '__memctl_at \'queue retry:*\'' -l all -d 'every entry, except those meant for another server'
complete -c memctl -n '__memctl_at \'queue retry:*\'' -f -a '(__memctl_dynamic entry)'
complete -c memctl -n '__memctl_at \'queue edit:*\'' -l content -r -f -d 'the memory\'s text, or - to read it from stdin'
complete -c memctl -n '__memctl_at \'queue edit:*\'' -l category -s c -r -f -a '(__memctl_dynamic category)' -d 'the category'
complete -c memctl -n '__memctl_at \'queue edit:*\'' -l tags -s t -r -f -a '(__memctl_dynamic tags)' -d 'comma-separated tags'
complete -c memctl -n '__memctl_at \'queue edit:*\'' -l keywords -r -f -d 'more words that a search should find it by'
complete -c memctl -n '__memctl_at \'queue edit:*\'' -l importance -r -f -d 'from 0 to 1'
complete -c memctl -n '__memctl_at \'queue edit:*\'' -l sensitive -d 'hide it on screens; the server removes only credentials'
complete -c memctl -n '__memctl_at \'queue edit:*\'' -l no-sensitive -d 'show it on screens and in the server\'s lists'
complete -c memctl -n '__memctl_at \'queue edit:0\'' -f -a '(__memctl_dynamic entry)'
complete -c memctl -n '__memctl_at \'queue export:*\'' -l dead -d 'only dead letters'
complete -c memctl -n '__memctl_at \'queue export:*\'' -l reveal -d 'write sensitive texts, and payloads that cannot be read'
complete -c memctl -n '__memctl_at \'queue export:*\'' -f -a '(__memctl_dynamic entry)'
complete -c memctl -n '__memctl_at \'queue settle:*\'' -l is -r -f -d 'it arrived as this memory on the server'
complete -c memctl -n '__memctl_at \'queue settle:*\'' -l none -d 'it did not arrive; send it again'
complete -c memctl -n '__memctl_at \'queue settle:0\'' -f -a '(__memctl_dynamic entry)'
complete -c memctl -n '__memctl_at \'queue drop:*\'' -f -a '(__memctl_dynamic entry)'
complete -c memctl -n '__memctl_at \'queue add:*\'' -f -a '(__memctl_dynamic memory)'
complete -c memctl -n '__memctl_at \'store:*\'' -l category -s c -r -f -a '(__memctl_dynamic category)' -d 'the category'
complete -c memctl -n '__memctl_at \'store:*\'' -l tags -s t -r -f -a '(__memctl_dynamic tags)' -d 'comma-separated tags'
complete -c memctl -n '__memctl_at \'store:*\'' -l keywords -r -f -d 'more words that a search should find it by'
complete -c memctl -n '__memctl_at \'store:*\'' -l importance -r -f -d 'from 0 to 1'
complete -c memctl -n '__memctl_at \'store:*\'' -l sensitive -d 'hide it on screens; the server removes only credentials'
complete -c memctl -n '__memctl_at \'store:0\'' -f
complete -c memctl -n '__memctl_at \'delete:*\'' -f -a '(__memctl_dynamic memory)'
complete -c memctl -n '__memctl_at \'list:*\'' -l category -s c -r -f -a '(__memctl_dynamic category)' -d 'only memories in this category'
complete -c memctl -n '__memctl_at \'list:*\'' -l tag -s t -r -f -a '(__memctl_dynamic tag)' -d 'only memories with this tag; if repeated, with all of them'
complete -c memctl -n '__memctl_at \'list:*\'' -l since -r -f -d 'only memories written since then: 30d, 12h or 2026-11-01'
complete -c memctl -n '__memctl_at \'list:*\'' -l until -r -f -d 'only memories written until then, a day included'
complete -c memctl -n '__memctl_at \'list:*\'' -l pending -d 'only memories of which a change waits in the queue'
complete -c memctl -n '__memctl_at \'list:*\'' -l orphans -d 'only memories without an id on the server'
complete -c memctl -n '__memctl_at \'list:*\'' -l limit -s n -r -f -d 'show at most N'
complete -c memctl -n '__memctl_at \'list:*\'' -l sort -r -f -a 'newest oldest updated importance' -d 'the order of the list'
complete -c memctl -n '__memctl_at \'list:*\'' -l fields -r -f -a '(__fish_append , id server_id content category tags expanded_keywords importance is_sensitive created_at updated_at)' -d 'write only these fields, separated by commas, in this order'
complete -c memctl -n '__memctl_at \'list:*\'' -l reveal -d 'show the content of sensitive memories'
complete -c memctl -n '__memctl_at \'search:*\'' -l category -s c -r -f -a '(__memctl_dynamic category)' -d 'only memories in this category'
complete -c memctl -n '__memctl_at \'search:*\'' -l tag -s t -r -f -a '(__memctl_dynamic tag)' -d 'only memories with this tag; if repeated, with all of them'
complete -c memctl -n '__memctl_at \'search:*\'' -l since -r -f -d 'only memories written since then: 30d, 12h or 2026-11-01'
complete -c memctl -n '__memctl_at \'search:*\'' -l until -r -f -d 'only memories written until then, a day included'
complete -c memctl -n '__memctl_at \'search:*\'' -l limit -s n -r -f -d 'find at most N'
complete -c memctl -n '__memctl_at \'search:*\'' -l sort -r -f -a 'relevance importance' -d 'what counts most'
complete -c memctl -n '__memctl_at \'search:*\'' -l fields -r -f -a '(__fish_append , id server_id content category tags expanded_keywords importance is_sensitive created_at updated_at rank)' -d 'write only these fields, separated by commas, in this order'
complete -c memctl -n '__memctl_at \'search:*\'' -l reveal -d 'show the content of sensitive memories'
complete -c memctl -n '__memctl_at \'search:*\'' -f
complete -c memctl -n '__memctl_at \'show:*\'' -l fields -r -f -a '(__fish_append , id server_id content category tags expanded_keywords importance is_sensitive created_at updated_at)' -d 'write only these fields, separated by commas, in this order'
complete -c memctl -n '__memctl_at \'show:*\'' -l reveal -d 'show the content of sensitive memories'
complete -c memctl -n '__memctl_at \'show:*\'' -f -a '(__memctl_dynamic memory)'
complete -c memctl -n '__memctl_at \'import:*\'' -l from -r -f -a 'jsonl json memctl claude-code claude-mem basic-memory markdown' -d 'the format of the files'
complete -c memctl -n '__memctl_at \'import:*\'' -l category -s c -r -f -a '(__memctl_dynamic category)' -d 'the category of memories that have none'
complete -c memctl -n '__memctl_at \'import:*\'' -l duplicates -d 'import memories whose text is already here, too'
complete -c memctl -n '__memctl_at \'import:*\'' -l split -d 'store a text that is too long in several parts'
complete -c memctl -n '__memctl_at \'import:*\'' -l strict -d 'import nothing unless everything can be'
complete -c memctl -n '__memctl_at \'import:*\'' -l dry-run -d 'show what would be imported, without doing it'
complete -c memctl -n '__memctl_at \'import:*\'' -l as-new -d 'import an export of this server\'s cache like any other file'
complete -c memctl -n '__memctl_at \'import:*\'' -F
complete -c memctl -n '__memctl_at \'export:*\'' -l category -s c -r -f -a '(__memctl_dynamic category)' -d 'only memories in this category'
complete -c memctl -n '__memctl_at \'export:*\'' -l tag -s t -r -f -a '(__memctl_dynamic tag)' -d 'only memories with this tag; if repeated, with all of them'
complete -c memctl -n '__memctl_at \'export:*\'' -l since -r -f -d 'only memories written since then: 30d, 12h or 2026-11-01'
complete -c memctl -n '__memctl_at \'export:*\'' -l until -r -f -d 'only memories written until then, a day included'
complete -c memctl -n '__memctl_at \'export:*\'' -l markdown -r -f -a '(__fish_complete_directories)' -d 'write a markdown file for each memory into a folder'
complete -c memctl -n '__memctl_at \'export:*\'' -l force -s f -d 'replace a file that exists'
complete -c memctl -n '__memctl_at \'export:*\'' -l reveal -d 'write sensitive memories with their content; a backup needs it'
complete -c memctl -n '__memctl_at \'export:0\'' -F
complete -c memctl -n '__memctl_at \'trash:*\'' -l limit -s n -r -f -d 'show at most N'
complete -c memctl -n '__memctl_at \'trash:*\'' -l fields -r -f -a '(__fish_append , id reason trashed_at memory_id server_id content category tags expanded_keywords importance is_sensitive created_at updated_at)' -d 'write only these fields, separated by commas, in this order'
complete -c memctl -n '__memctl_at \'trash:*\'' -l reveal -d 'show the content of sensitive memories'
complete -c memctl -n '__memctl_at \'trash:0\'' -a list -d 'list what a sync overwrote or deleted, latest first'
complete -c memctl -n '__memctl_at \'trash:0\'' -a restore -d 'restore versions, here and on the server'
complete -c memctl -n '__memctl_at \'trash:0\'' -a purge -d 'remove versions from the trash for good; without IDs, all of them'
complete -c memctl -n '__memctl_at \'trash list:*\'' -l limit -s n -r -f -d 'show at most N'
complete -c memctl -n '__memctl_at \'trash list:*\'' -l fields -r -f -a '(__fish_append , id reason trashed_at memory_id server_id content category tags expanded_keywords importance is_sensitive created_at updated_at)' -d 'write only these fields, separated by commas, in this order'
complete -c memctl -n '__memctl_at \'trash list:*\'' -l reveal -d 'show the content of sensitive memories'
complete -c memctl -n '__memctl_at \'trash restore:*\'' -l as-new -d 'make each version a new memory, and keep the present one'
complete -c memctl -n '__memctl_at \'trash restore:*\'' -l all -d 'restore the latest version of each memory'
complete -c memctl -n '__memctl_at \'trash restore:*\'' -f -a '(__memctl_dynamic trash)'
complete -c memctl -n '__memctl_at \'trash purge:*\'' -f -a '(__memctl_dynamic trash)'
complete -c memctl -n '__memctl_at \'origin:0\'' -a show -d 'show which server and account the cache belongs to'
complete -c memctl -n '__memctl_at \'origin:0\'' -a move -d 'tell memctl that the server has a new address'
complete -c memctl -n '__memctl_at \'origin:0\'' -a adopt -d 'send everything in the cache to a new, empty server'
complete -c memctl -n '__memctl_at \'origin move:0\'' -f
complete -c memctl -n '__memctl_at \'origin adopt:*\'' -l force -d 'proceed even if the server has memories'
complete -c memctl -n '__memctl_at \'repl:*\'' -l command -s c -r -f -d 'run this command and exit'
complete -c memctl -n '__memctl_at \'repl:*\'' -l file -s f -r -F -d 'run the commands in a file, or - for stdin, and exit'
complete -c memctl -n '__memctl_at \'repl:*\'' -l no-rc -d 'do not read replrc'
complete -c memctl -n '__memctl_at \'serve:*\'' -l listen -r -f -d 'the address to listen on; port 0 picks a free one'
complete -c memctl -n '__memctl_at \'serve:*\'' -l store -r -F -d 'the server\'s own database file'
complete -c memctl -n '__memctl_at \'serve:*\'' -l keys -r -F -d 'a JSON file of users and their keys; without it, MEMORY_API_KEY is the only key'
complete -c memctl -n '__memctl_at \'serve:*\'' -l log -d 'write a line per request to stderr'
complete -c memctl -n '__memctl_at \'completions:0\'' -f -a 'bash zsh fish'
complete -c memctl -n '__memctl_at \'help:*\'' -f -a '(__memctl_dynamic help)'
