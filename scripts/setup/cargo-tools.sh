# Programs that cargo builds. They are tools: how fast they run does not matter, how soon they are
# built does, so they are built without optimising (three minutes for Trunk instead of sixteen).

trunk_version=0.21.14
deny_version=0.20.2
cargo_bin=${CARGO_HOME:-$HOME/.cargo}/bin

version_of() { "$@" --version 2>/dev/null | awk '{ print $2 }'; }
bindgen_wanted() { awk '$0 == "name = \"wasm-bindgen\"" { getline; gsub(/"/, "", $3); print $3 }' Cargo.lock; }

title_trunk() { echo "Trunk $trunk_version, which builds the widget (about three minutes)"; }
has_trunk() { at_least 0.21 "$(version_of trunk)"; }
add_trunk() { cargo_install trunk trunk "$trunk_version" --locked --no-default-features --features rustls; }

# Its file format changes with every release, so only the very version of Cargo.lock will do.
title_wasm_bindgen() { echo "wasm-bindgen $(bindgen_wanted) (about a minute)"; }
has_wasm_bindgen() { [ "$(version_of wasm-bindgen)" = "$(bindgen_wanted)" ]; }
add_wasm_bindgen() { cargo_install wasm-bindgen wasm-bindgen-cli "$(bindgen_wanted)"; }

title_cargo_deny() { echo "cargo-deny $deny_version, which reads licences (about three minutes)"; }
has_cargo_deny() { [ -n "$(version_of cargo-deny)" ]; }
add_cargo_deny() { cargo_install cargo-deny cargo-deny "$deny_version" --locked; }

# cargo_install PROGRAM CRATE VERSION OPTIONS...
# Another version that is already there stays; ours then goes into the checkout, which is first on PATH.
cargo_install() {
    local program=$1 crate=$2 version=$3 root=${cargo_bin%/bin}
    shift 3
    ! found "$program" || root=$PWD/.tools
    cheap_release cargo install "$crate@$version" "$@" --root "$root" ||
        stop "$crate $version could not be built." "Is crates.io reachable from here? Then say: cargo install $crate@$version $*"
    rm -rf .tools/build
}

cheap_release() {
    CARGO_TARGET_DIR=$PWD/.tools/build CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_OPT_LEVEL=0 \
        CARGO_PROFILE_RELEASE_CODEGEN_UNITS=256 CARGO_PROFILE_RELEASE_DEBUG=false quietly "$@"
}
