#!/usr/bin/env bash
# Prints the figures that this project promises, each with its command.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/.tools/bin:${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"

echo '# bytes of the widget: make widget && scripts/budget.sh'
make --no-print-directory widget
scripts/budget.sh
