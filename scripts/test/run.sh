# Runs parts, all of them even when one fails, and ends with a summary. A part's log stays in target/test-logs.

# run_parts PART …
run_parts() {
    local part started logs=$PWD/target/test-logs
    rm -rf "$logs"
    mkdir -p "$logs"
    for part in "$@"; do
        printf '\n=== %s: %s\n' "$part" "$("about_$part")"
        started=$SECONDS
        "part_$part" </dev/null 2>&1 | tee "$logs/$part.log"
        record "$part" "${PIPESTATUS[0]}" "$((SECONDS - started))" "$logs/$part.log"
    done
    summary
}
