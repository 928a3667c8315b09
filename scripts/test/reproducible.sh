#!/usr/bin/env bash
# Builds the widget twice, from nothing and in two folders, and compares every file that a merchant's page could fetch
# (threat S33): whoever has the sources can say whether what is served was made of them.
set -euo pipefail
cd "$(dirname "$0")/../.."
export PATH="$PWD/.tools/bin:${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"

[ -d widget/node_modules ] || { echo "The widget's tools are missing. Please say: make setup"; exit 1; }
work=$(mktemp -d "${TMPDIR:-/tmp}/florin-reproducible-XXXXXX")
trap 'rm -rf "$work"' EXIT

# build FOLDER: what git knows of, as it lies here, and the tools that `make setup` has pinned.
build() {
    mkdir -p "$work/$1"
    git ls-files -z | xargs -0 tar -cf - --ignore-failed-read -- | tar -xf - -C "$work/$1"
    [ ! -e rust-toolchain.toml ] || cp rust-toolchain.toml "$work/$1/"
    ln -s "$PWD/widget/node_modules" "$work/$1/widget/node_modules"
    echo "building in $1"
    (cd "$work/$1" && CARGO_TARGET_DIR="$work/$1/target" trunk build --release >"$work/log" 2>&1) ||
        { cat "$work/log"; return 1; }
}

sums() { (cd "$work/$1/dist" && find . -type f -print0 | sort -z | xargs -0 sha256sum); }

build first
build in/another/place
diff <(sums first) <(sums in/another/place) || { echo "two builds of the same sources differ"; exit 1; }
echo "$(sums first | wc -l) files are the same in both, byte for byte"
