# Runs parts, all of them even when one fails, and ends with a summary. A part's log stays in target/test-logs.

# run_parts PART …
# A part whose name ends with `&` goes on beside the next ones, up to the word `wait`: it waits for clocks and for processes that come
# up again more than it works. What it says is printed when it has ended.
run_parts() {
    local part logs=$PWD/target/test-logs
    rm -rf "$logs"
    mkdir -p "$logs"
    for part in "$@"; do
        case $part in
            *\&) begin_part "${part%&}" ;;
            wait) await_parts ;;
            *) run_part "$part" ;;
        esac
    done
    await_parts
    summary
}

# run_part PART
run_part() {
    local started=$SECONDS
    announce "$1"
    "part_$1" </dev/null 2>&1 | tee "$logs/$1.log"
    record "$1" "${PIPESTATUS[0]}" "$((SECONDS - started))" "$logs/$1.log"
}

announce() { printf '\n=== %s: %s\n' "$1" "$("about_$1")"; }

beside=()

# begin_part PART
begin_part() {
    local started=$SECONDS
    printf '\n=== %s begins, beside the next\n' "$1"
    {
        "part_$1" </dev/null >"$logs/$1.log" 2>&1
        echo "$? $((SECONDS - started))" >"$logs/$1.ended"
    } &
    beside+=("$1")
}

await_parts() {
    local part status took
    [ ${#beside[@]} -gt 0 ] || return 0
    wait
    for part in "${beside[@]}"; do
        announce "$part"
        cat "$logs/$part.log"
        # Whoever was killed has left no word.
        read -r status took <"$logs/$part.ended" || status=1
        record "$part" "$status" "${took:-0}" "$logs/$part.log"
    done
    beside=()
}
