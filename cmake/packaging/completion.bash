# SPDX-License-Identifier: Apache-2.0
#
# Completes the options of pleach's programs, as their --help lists them, and names of files.

_pleach_options() {
    local IFS=$'\n' options
    COMPREPLY=()
    [[ $2 == -* ]] || return
    options=$("$1" --help 2>/dev/null | grep -oE -- '(^|[ ,])--[a-z0-9-]+' | grep -oE -- '--.*' | sort -u)
    COMPREPLY=($(compgen -W "$options" -- "$2"))
}
complete -o bashdefault -o default -F _pleach_options @PLEACH_PROGRAM@
