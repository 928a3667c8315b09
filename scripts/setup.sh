#!/usr/bin/env bash
# Installs what this checkout lacks, and nothing twice. Silent when nothing is missing.
#
#   scripts/setup.sh run      what building and running needs
#   scripts/setup.sh check    that, and the lints
#   scripts/setup.sh test     that, and the browser, the npm package and the examples, PostgreSQL, the licence check, schemathesis, wechatpayv3 and global-open-sdk-python
#   scripts/setup.sh bench    that, and the checkouts that ours is compared with
#
# A step is two functions: `has_NAME` looks, `add_NAME` installs; `title_NAME` says what it is.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/.tools/bin:${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"

. scripts/setup/say.sh
. scripts/setup/debian.sh
. scripts/setup/compiler.sh
. scripts/setup/cargo-tools.sh
. scripts/setup/node.sh
. scripts/setup/python.sh

run_steps=(build_packages compiler node trunk wasm_bindgen widget_npm)
test_steps=(lints test_packages cargo_deny package_npm examples_npm e2e_npm conformance_npm emvco_npm schemathesis wechatpayv3 antom_sdk)

steps=("${run_steps[@]}")
case "${1:-test}" in
    run) ;;
    check) steps+=(lints) ;;
    test) steps+=("${test_steps[@]}") ;;
    bench) steps+=("${test_steps[@]}" bench_npm) ;;
    *) stop "Unknown level '$1'." "Say run, check, test or bench." ;;
esac

number=0
for step in "${steps[@]}"; do
    number=$((number + 1))
    take_step "$step" "$number" "${#steps[@]}"
done
