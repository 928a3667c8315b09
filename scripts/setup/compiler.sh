# One Rust compiler that also builds for the browser (wasm32-unknown-unknown).
#
# The ordinary way is rustup's. Where rustup cannot download, Debian's own compiler does it: see
# wasm-std.sh. The checkout then points at /usr by an untracked rust-toolchain.toml, so that nothing
# of rustup outside the checkout changes.

wasm=wasm32-unknown-unknown
oldest=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)

title_compiler() { echo "a Rust compiler, $oldest or newer, for $wasm"; }
has_compiler() { compiler_serves rustc; }
add_compiler() {
    found rustup && ! has_compiler_there && add_by_rustup && return
    has_compiler_there || add_by_debian
    use_debian
}

title_lints() { echo "clippy and rustfmt"; }
has_lints() { cargo fmt --version >/dev/null 2>&1 && cargo clippy --version >/dev/null 2>&1; }
add_lints() {
    quietly rustup component add clippy rustfmt || stop "clippy or rustfmt is missing." "Please say: rustup component add clippy rustfmt"
}

# compiler_serves RUSTC: new enough, and with the browser's standard library?
compiler_serves() {
    local version library
    version=$("$1" --version 2>/dev/null | cut -d ' ' -f 2) && [ -n "$version" ] || return 1
    at_least "$oldest" "$version" || return 1
    library=$("$1" --print target-libdir --target "$wasm" 2>/dev/null) || return 1
    ls "$library"/libstd-*.rlib >/dev/null 2>&1
}

has_compiler_there() {
    compiler_serves /usr/bin/rustc && [ -x /usr/bin/cargo ] && [ -x /usr/bin/cargo-clippy ] && [ -x /usr/bin/cargo-fmt ]
}

add_by_rustup() {
    [ ! -e rust-toolchain.toml ] || return 1
    at_least "$oldest" "$(rustc --version 2>/dev/null | cut -d ' ' -f 2)" || return 1
    echo "setup: asking rustup for it"
    RUSTUP_MAX_RETRIES=1 quietly timeout 600 rustup target add "$wasm" 2>/dev/null && has_compiler && return
    echo "setup: rustup could not download it; taking Debian's compiler"
    return 1
}

add_by_debian() {
    apt_install rustc-web cargo-web rust-web-src rust-web-clippy rustfmt-web
    local llvm
    llvm=$(/usr/bin/rustc --version --verbose | sed -n 's/^LLVM version: \([0-9]*\).*/\1/p')
    [ -x "/usr/bin/lld-$llvm" ] || apt_install "lld-$llvm"
    echo "setup: building the standard library for $wasm (about a minute)"
    [ "$(id -u)" -eq 0 ] || stop "This needs root. Please run this and then the same command again:" "  sudo $PWD/scripts/setup/wasm-std.sh"
    quietly scripts/setup/wasm-std.sh || stop "The standard library for $wasm could not be built." "Please report this with the lines above."
}

use_debian() {
    [ -z "${RUSTUP_TOOLCHAIN:-}" ] || stop "RUSTUP_TOOLCHAIN=$RUSTUP_TOOLCHAIN has no $wasm, and Debian's compiler has." \
        "Please say: unset RUSTUP_TOOLCHAIN"
    printf '# Written by scripts/setup.sh: the compiler of this machine. Delete it to use your own.\n[toolchain]\npath = "/usr"\n' >rust-toolchain.toml
}
