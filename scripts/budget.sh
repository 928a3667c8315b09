#!/usr/bin/env bash
# The bytes a merchant's page loads until the code stands there: as Brotli sends them, for every language, and in it for every
# way to show the checkout. Fails where one of them is above the budget.
set -euo pipefail
cd "$(dirname "$0")/.."

budget=${FLORIN_BUDGET:-80000}
loader_budget=5000

shopt -s nullglob
programs=(dist/florin-*.wasm) glues=(dist/florin-*.js) parts=(dist/parts-*.js) arounds=(dist/around-*.js) lists=(dist/lists-*.json) frames=(dist/frame-*.js)
for found in "${#programs[@]}" "${#glues[@]}" "${#parts[@]}" "${#arounds[@]}" "${#lists[@]}" "${#frames[@]}"; do
    [ "$found" -eq 1 ] && [ -e dist/florin.js.br ] ||
        { echo "dist/ holds no release of the widget, or more than one. Please say: make widget" >&2; exit 1; }
done

# What lies beside a file as its Brotli is what the server sends.
small() { wc -c <"$1.br"; }
sum() { local total=0 file; for file in "$@"; do total=$((total + $(small "$file"))); done; echo "$total"; }
line() { printf '%-44s %9s raw %8s brotli\n' "${1#dist/}" "$(wc -c <"$1")" "$(small "$1")"; }

program=(dist/florin.js "${glues[0]}" "${programs[0]}")
for file in "${program[@]}" "${lists[0]}" "${parts[0]}" "${arounds[0]}" "${frames[0]}" dist/framed.js; do line "$file"; done

over=0
judge() {
    local total
    total=$(sum "${@:2}")
    printf '%-44s %8s of %s\n' "$1" "$total" "$budget"
    [ "$total" -le "$budget" ] || { echo "$1 is $((total - budget)) bytes over." >&2; over=1; }
}

for locale in widget/locales/*.json; do
    language=$(basename "$locale" .json)
    words=("dist/$language"-*.json)
    [ "${#words[@]}" -eq 1 ] || { echo "dist/ holds no list of $language, or more than one." >&2; exit 1; }
    # What the others must hash to, English's list need not say.
    [ "$language" = en ] || words+=("${lists[0]}")
    judge "a page in $language" "${program[@]}" "${words[@]}"
    judge "with parts, in $language" "${program[@]}" "${words[@]}" "${parts[0]}"
    judge "in a window, in $language" "${program[@]}" "${words[@]}" "${arounds[0]}"
    judge "within a frame, in $language" "${program[@]}" "${words[@]}" dist/framed.js
done

judge "the page around a frame" dist/florin.js "${arounds[0]}" "${frames[0]}"

loader=$(small dist/florin.js)
[ "$loader" -le "$loader_budget" ] || { echo "The loader is $((loader - loader_budget)) bytes over its $loader_budget." >&2; over=1; }
exit "$over"
