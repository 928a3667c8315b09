# How setup speaks: one line before each thing it installs, and on failure what to do.

stop() {
    printf 'setup: %s\n' "$@" >&2
    exit 1
}

# take_step NAME NUMBER TOTAL
take_step() {
    "has_$1" && return
    local title started=$SECONDS
    title=$("title_$1")
    printf 'setup: %s of %s: %s\n' "$2" "$3" "$title"
    "add_$1"
    "has_$1" || stop "$title: installed, and still not found." "Please report this with the lines above."
    printf 'setup: %s of %s: done in %s s\n' "$2" "$3" "$((SECONDS - started))"
}

# Runs a command that may be long-winded: its output is shown only if it fails.
quietly() {
    local log status=0
    log=$(mktemp)
    "$@" >"$log" 2>&1 </dev/null || status=$?
    [ "$status" -eq 0 ] || tail -n 30 "$log" >&2
    rm -f "$log"
    return "$status"
}

found() {
    command -v "$1" >/dev/null 2>&1
}

# at_least WANTED FOUND, both dotted numbers.
at_least() {
    [ "$(printf '%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]
}
