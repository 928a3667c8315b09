#!/usr/bin/env bash
# The bytes a merchant's page loads until the code stands there: raw, and as Brotli sends them, for a page in each
# language. Fails above the budget.
set -euo pipefail
cd "$(dirname "$0")/.."

budget=${FLORIN_BUDGET:-80000}
loader_budget=5000

shopt -s nullglob
programs=(dist/florin-*.wasm) glues=(dist/florin-*.js) parts=(dist/parts-*.js)
[ -e dist/florin.js ] && [ "${#programs[@]}" -eq 1 ] && [ "${#glues[@]}" -eq 1 ] && [ "${#parts[@]}" -eq 1 ] ||
    { echo "dist/ holds no widget, or more than one. Please say: make widget" >&2; exit 1; }

size() { wc -c <"$1"; }
small() { brotli -q 11 -c "$1" | wc -c; }

raw_total=0 total=0
add() {
    local raw brotli
    raw=$(size "$1") brotli=$(small "$1")
    raw_total=$((raw_total + raw)) total=$((total + brotli))
    printf '%-52s %9s raw %8s brotli\n' "${1#dist/}" "$raw" "$brotli"
}
judge() {
    printf '%-52s %9s raw %8s brotli\n' "a page in $1 (budget $budget)" "$raw_total" "$total"
    [ "$total" -le "$budget" ] || { echo "A page in $1 is $((total - budget)) bytes over its budget." >&2; exit 1; }
}

for file in dist/florin.js "${glues[0]}" "${programs[0]}"; do add "$file"; done
program_raw=$raw_total program=$total

# A page loads the words of one language.
for locale in widget/locales/*.json; do
    language=$(basename "$locale" .json)
    lists=("dist/$language"-*.json)
    [ "${#lists[@]}" -eq 1 ] || { echo "dist/ holds no list of $language, or more than one." >&2; exit 1; }
    raw_total=$program_raw total=$program
    # What the others must hash to, English's list need not say.
    [ "$language" = en ] || for file in dist/lists-*.json; do add "$file"; done
    add "${lists[0]}"
    judge "$language"
done

# Only where the merchant places the parts.
add "${parts[0]}"
# What only some pages fetch beside: for `dialog` and `frame`, and within that frame.
raw_total=0 total=0
for file in dist/around-*.js dist/framed.js; do add "$file"; done

loader=$(small dist/florin.js)
[ "$loader" -le "$loader_budget" ] || { echo "The loader is $((loader - loader_budget)) bytes over its $loader_budget." >&2; exit 1; }
