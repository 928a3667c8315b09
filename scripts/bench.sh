#!/usr/bin/env bash
# Prints the figures that this project promises, each with its command.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/.tools/bin:${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"

echo '# bytes of the widget: make widget && scripts/budget.sh'
make --no-print-directory widget
scripts/budget.sh

# Everything below runs over loopback on this machine's cores: generator, server, sandbox and database share them.
measure() {
    printf '\n# %s\n' "$*"
    "$@"
}

printf '\n# building the server and its bench for release\n'
cargo build --release -p florin-server -p florin-bench
bench=${CARGO_TARGET_DIR:-target}/release/florin-bench

measure npm run --silent check --prefix e2e/bench
FLORIN_BIN=$(realpath "${bench%-bench}") measure npm run --silent bench --prefix e2e/bench
measure "$bench" polls --sessions 10000
measure "$bench" payments --database sqlite
measure "$bench" payments --database postgres
measure "$bench" webhooks --database sqlite
measure "$bench" webhooks --database postgres
measure "$bench" seen
for database in sqlite postgres; do
    measure "$bench" load --database $database
    measure "$bench" overload --database $database
    measure "$bench" endpoints --database $database
    measure "$bench" hanging --database $database
done
measure "$bench" shoppers
measure "$bench" slow
