# fish completion for memctl-serve, made from its table of commands

# Whether the line so far matches the pattern $argv[1] of COMMAND:NUMBER OF OPERANDS.
function __memctl-serve_at
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
                case ':--listen' ':--store' ':--keys'
                    set is_value true
            end
        else
            switch (string join ' ' -- $command "$word")
                case 
                    set -a command "$word"
                case '*'
                    set operands (math $operands + 1)
            end
        end
    end
    string match -q -- $argv[1] "$command:$operands"
end

# The values of the kind $argv[1] that what is being typed can become.
function __memctl-serve_dynamic
    set -l typed (commandline -ct | string replace -r '^--[^=]*=' '')
    memctl-serve __complete $argv[1] "$typed" 2>/dev/null </dev/null
end

complete -c memctl-serve -f
complete -c memctl-serve -l help -s h -d 'show help for the program or a command'
complete -c memctl-serve -l version -d 'show the version'
complete -c memctl-serve -n '__memctl-serve_at \':*\'' -l listen -r -f -d 'address to listen on; port 0 picks a free one'
complete -c memctl-serve -n '__memctl-serve_at \':*\'' -l store -r -F -d 'the server\'s own database file'
complete -c memctl-serve -n '__memctl-serve_at \':*\'' -l keys -r -F -d 'JSON file of users and their keys; without it, MEMORY_API_KEY is the only key'
complete -c memctl-serve -n '__memctl-serve_at \':*\'' -l log -d 'write a line per request to stderr: time, method, path, status, ms, bytes'
