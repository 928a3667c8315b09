#!/usr/bin/env bash
# The bytes a merchant's page loads until the code stands there: raw, and as Brotli sends them.
# Fails above the budget.
set -euo pipefail
cd "$(dirname "$0")/.."

budget=${FLORIN_BUDGET:-80000}
loader_budget=5000

shopt -s nullglob
programs=(dist/florin-*.wasm) glues=(dist/florin-*.js)
[ -e dist/florin.js ] && [ "${#programs[@]}" -eq 1 ] && [ "${#glues[@]}" -eq 1 ] ||
    { echo "dist/ holds no widget, or more than one. Please say: make widget" >&2; exit 1; }
wasm=${programs[0]}
glue=${glues[0]}

size() { wc -c <"$1"; }
small() { brotli -q 11 -c "$1" | wc -c; }

raw_total=0 total=0
for file in dist/florin.js "$glue" "$wasm"; do
    raw=$(size "$file") brotli=$(small "$file")
    raw_total=$((raw_total + raw)) total=$((total + brotli))
    printf '%-52s %9s raw %8s brotli\n' "${file#dist/}" "$raw" "$brotli"
done
loader=$(small dist/florin.js)
printf '%-52s %9s raw %8s brotli\n' "together (budget $budget)" "$raw_total" "$total"

[ "$total" -le "$budget" ] || { echo "The widget is $((total - budget)) bytes over its budget." >&2; exit 1; }
[ "$loader" -le "$loader_budget" ] || { echo "The loader is $((loader - loader_budget)) bytes over its $loader_budget." >&2; exit 1; }
