#!/usr/bin/env bash
# Each channel against somebody else's program for the same protocol: it checks what we sign, and signs what we check.
set -euo pipefail
cd "$(dirname "$0")/../.."
export PATH="$PWD/.tools/bin:${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"

cargo build -p florin-server
export FLORIN_PROGRAM="${CARGO_TARGET_DIR:-$PWD/target}/debug/florin"
npm run --silent test --prefix server/tests/conformance
