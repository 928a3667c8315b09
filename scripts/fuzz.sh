#!/usr/bin/env bash
# Asks a running server everything that docs/openapi.json allows, and much that it does not, as one of two merchants:
# no 5xx, no answer that the document does not describe, nothing of the other merchant's; and in the end the three books agree.
# scripts/fuzz/run.py says more.
#
#   scripts/fuzz.sh                        some 1,000 random cases after the fixed ones
#   scripts/fuzz.sh --cases 50000 --seed 7
#   scripts/fuzz.sh --cases 1000 --database postgres
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/.tools/bin:${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"

cargo build -p florin-server -p florin-proof
built=${CARGO_TARGET_DIR:-target}/debug
export PYTHONDONTWRITEBYTECODE=1
exec .tools/python/bin/python scripts/fuzz/run.py --florin "$built/florin" --proof "$built/florin-proof" "${@:---cases=1000}"
