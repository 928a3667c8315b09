#!/usr/bin/env bash
# Runs the tests part by part, all of them even when one fails, and ends with a summary.
#
#   scripts/test.sh check        the fast parts
#   scripts/test.sh all          every part
#   scripts/test.sh browser …    just these parts
set -uo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/.tools/bin:${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"

. scripts/test/scratch.sh
. scripts/test/parts.sh
. scripts/test/count.sh
. scripts/test/run.sh

check_parts=(format lint lint_widget unit unit_widget)
all_parts=(setup format lint lint_widget lint_browser licences rust kill\& conformance rust_widget fuzz widget budget package points wait browser)

case "${1:-all}" in
    check) parts=("${check_parts[@]}") ;;
    all) parts=("${all_parts[@]}") ;;
    *) parts=("$@") ;;
esac

run_parts "${parts[@]}"
