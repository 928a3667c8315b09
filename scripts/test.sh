#!/usr/bin/env bash
# Runs the tests part by part, all of them even when one fails, and ends with a summary.
#
#   scripts/test.sh check        the fast parts
#   scripts/test.sh all          every part
#   scripts/test.sh browser …    just these parts
set -uo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/.tools/bin:${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"

. scripts/test/parts.sh
. scripts/test/count.sh

check_parts=(format lint lint_widget unit unit_widget)
all_parts=(setup format lint lint_widget lint_browser licences rust rust_widget fuzz widget budget browser)

case "${1:-all}" in
    check) parts=("${check_parts[@]}") ;;
    all) parts=("${all_parts[@]}") ;;
    *) parts=("$@") ;;
esac

logs=$PWD/target/test-logs
rm -rf "$logs"
mkdir -p "$logs"

for part in "${parts[@]}"; do
    printf '\n=== %s: %s\n' "$part" "$("about_$part")"
    started=$SECONDS
    "part_$part" </dev/null 2>&1 | tee "$logs/$part.log"
    record "$part" "${PIPESTATUS[0]}" "$((SECONDS - started))" "$logs/$part.log"
done

summary
