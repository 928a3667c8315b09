#!/usr/bin/env bash
# Builds Rust's standard library for the browser from Debian's sources, and puts it beside Debian's
# compiler. Needs root, and the packages rustc-web, cargo-web, rust-web-src and lld of the same LLVM.
set -euo pipefail

target=wasm32-unknown-unknown
rustlib=/usr/lib/rustlib
llvm=$(/usr/bin/rustc --version --verbose | sed -n 's/^LLVM version: \([0-9]*\).*/\1/p')

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/src"
: >"$folder/src/lib.rs"
printf '[package]\nname = "empty"\nedition = "2024"\n[lib]\ncrate-type = ["cdylib"]\n' >"$folder/Cargo.toml"

# Without embedded bitcode the widget's fat LTO cannot see into the library.
mkdir -p "$rustlib/x86_64-unknown-linux-gnu/bin"
ln -sf "/usr/bin/lld-$llvm" "$rustlib/x86_64-unknown-linux-gnu/bin/rust-lld"
cd "$folder"
RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 RUSTFLAGS=-Cembed-bitcode=yes CARGO_TARGET_DIR="$folder/target" \
    /usr/bin/cargo build --release --target "$target" -Zbuild-std=std,panic_abort

# All or nothing: a half-filled folder would look installed.
mkdir -p "$rustlib/$target"
rm -rf "$rustlib/$target/lib" "$rustlib/$target/new"
mkdir "$rustlib/$target/new"
cp "target/$target/release/deps/"*.rlib "$rustlib/$target/new/"
mv "$rustlib/$target/new" "$rustlib/$target/lib"
