# Adds up what the test runners counted themselves.

passed=0 failed=0 skipped=0
lines=()
failures=()

# record PART STATUS SECONDS LOG
record() {
    local p f s verdict=ok
    read -r p f s < <(counts "$1" "$4")
    # Nothing is skipped silently: a skipped test is a failed part.
    [ "$2" -eq 0 ] && [ "$f" -eq 0 ] && [ "$s" -eq 0 ] || verdict=FAILED
    # A part that broke before any test failed counts as one failure.
    [ "$verdict" = ok ] || [ "$f" -gt 0 ] || f=1
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
    [ "$verdict" = ok ] || mapfile -t -O "${#failures[@]}" failures < <(failed_tests "$1" "$4")
    lines+=("$(printf '%-14s %-7s %6s s  %5s passed %4s failed %4s skipped' "$1" "$verdict" "$3" "$p" "$f" "$s")")
}

# Prints: passed failed skipped
counts() {
    case "$1" in
        unit* | rust* | kill | points | soak*) rust_counts "$2" ;;
        package) node_counts "$2" ;;
        browser) browser_counts "$2" ;;
        *) echo 0 0 0 ;;
    esac
}

# "test result: ok. 12 passed; 0 failed; 0 ignored; …", once for each program of tests.
rust_counts() {
    awk '/^test result: / { for (i = 2; i <= NF; i++) n[$i] += $(i - 1) } END { print n["passed;"] + 0, n["failed;"] + 0, n["ignored;"] + 0 }' "$1"
}

# Node's closing lines: "ℹ pass 5", "ℹ fail 0", "ℹ skipped 0", "ℹ todo 0".
node_counts() {
    awk '/^ℹ (pass|fail|cancelled|skipped|todo) / { n[$2] += $3 } END { print n["pass"] + 0, n["fail"] + n["cancelled"] + 0, n["skipped"] + n["todo"] + 0 }' "$1"
}

# Playwright's closing lines: "  12 passed (1.2m)", "  1 failed", "  1 flaky", "  1 skipped", "  1 did not run".
browser_counts() {
    sed 's/\x1b\[[0-9;]*m//g' "$1" | awk '
        /^ +[0-9]+ passed/ { p = $1 }
        /^ +[0-9]+ (failed|interrupted|flaky)$/ { f += $1 }
        /^ +[0-9]+ (skipped|did not run)$/ { s += $1 }
        END { print p + 0, f + 0, s + 0 }'
}

# The names of the tests that failed, as each runner prints them, at most ten of a part; of one without names its last words.
failed_tests() {
    local names
    names=$(sed 's/\x1b\[[0-9;]*m//g' "$2" | case "$1" in
        browser) sed -nE 's/^ +✘ +[0-9]+ (.*)$/\1/p' ;;
        package) sed -nE 's/^ *✖ (.*)$/\1/p' ;;
        *) sed -nE 's/^test (.*) \.\.\. FAILED$/\1/p' ;;
    esac | sort -u | head -n 10)
    printf '%s\n' "${names:-$(grep -v '^ *$' "$2" | tail -n 3)}" | sed "s/^/$1: /"
    reasons "$1" "$2"
}

# What went wrong, in the runner's own words: the first lines of each failure, thirty of a part at most.
reasons() {
    sed 's/\x1b\[[0-9;]*m//g' "$2" | case "$1" in
        browser) awk '
            /^  [0-9]+\) / { told = 0; inside = 1 }
            /^ +at / || /^    attachment / { inside = 0 }
            inside && NF && told++ < 12' ;;
        package) awk '/^✖ failing tests:/ { inside = 1 } inside && NF' ;;
        *) awk '/^---- .* stdout ----$/ { told = 0; inside = 1 } /^failures:$/ { inside = 0 } inside && NF && told++ < 6' ;;
    esac | head -n 30 | sed 's/^/    /'
}

# The end of a log is what people are shown of it, so the failures' names stand there.
summary() {
    printf '\n=== summary\n'
    printf '%s\n' "${lines[@]}"
    [ ${#failures[@]} -eq 0 ] || printf '\nFailed:%s\n' "$(printf '\n  %s' "${failures[@]}")"
    printf '\n%s passed, %s failed\n' "$passed" "$failed"
    [ "$failed" -eq 0 ]
}
