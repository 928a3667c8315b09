#!/usr/bin/env bash
# Fuzzes every reader of channels' messages with libFuzzer, guided by what it reaches: nothing panics, nobody who changed a message is
# believed. `cargo test -p florin-proof notices` is the same in small, and unguided. Needs a C++ compiler. What is found is kept in
# target/fuzz/found, as a file to give to the same target again.
#
#   scripts/fuzz/notices.sh                 ten minutes each, as many at once as there are cores
#   scripts/fuzz/notices.sh 60 antom alipay
set -euo pipefail
cd "$(dirname "$0")/../.."
export PATH="$PWD/.tools/bin:${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"

seconds=${1:-600}
readers=("${@:2}")
[ $# -gt 1 ] || mapfile -t readers < <(cd server/fuzz/src/bin && ls -- *.rs | sed 's/\.rs$//')
command -v c++ >/dev/null || { echo "This needs a C++ compiler. Please say: sudo apt-get install g++"; exit 1; }

# What cargo-fuzz gives without a sanitizer: Rust's own checks are what is looked for, so a stable compiler will do.
export RUSTFLAGS="--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table
    -Cllvm-args=-sanitizer-coverage-trace-compares"
host=$(rustc -vV | sed -n 's/^host: //p')
target=$PWD/target/fuzz
cargo build --quiet --profile fuzz -p florin-fuzz --locked --target "$host" --target-dir "$target"

one() {
    local name=$1 seeds=$target/corpus/$1
    mkdir -p "$seeds" "$target/found"
    if FLORIN_SEEDS=$seeds "$programs/$name" "$seeds" -max_total_time="$seconds" -timeout=10 -max_len=4096 -rss_limit_mb=2048 \
        -artifact_prefix="$target/found/$name-" -print_final_stats=1 >"$target/$name.log" 2>&1; then
        echo "test fuzz $name ... ok ($(sed -n 's/^stat::number_of_executed_units: *//p' "$target/$name.log") inputs, $(ls "$seeds" | wc -l) kept for what they reach)"
    else
        tail -30 "$target/$name.log"
        echo "test fuzz $name ... FAILED"
        return 1
    fi
}
export -f one
export target seconds programs=$target/$host/fuzz
printf '%s\n' "${readers[@]}" | xargs -P "$(nproc)" -I{} bash -c 'one {}'
