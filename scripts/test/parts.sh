# What the tests consist of. `about_X` says what `part_X` shows; a part's exit code is its verdict.
#
# The widget is in no cargo call of the default members: as a program it is built for the browser, and as markup with the server.

widget_target=wasm32-unknown-unknown

about_setup() { echo "setup is silent the second time, and says what to do where it cannot install"; }
part_setup() { scripts/test/setup.sh; }

about_format() { echo "every Rust file is formatted"; }
part_format() { cargo fmt --all --check; }

about_lint() { echo "clippy has nothing to say about the server"; }
part_lint() {
    cargo lint &&
        cargo clippy -p florin-server --features failpoints --all-targets -- -D warnings
}

about_lint_widget() { echo "nor about the widget, as the browser gets it and as its tests see it"; }
part_lint_widget() {
    cargo clippy -p florin-widget --target "$widget_target" -- -D warnings &&
        cargo clippy -p florin-widget --all-targets -- -D warnings
}

about_lint_browser() { echo "the browser tests and the loader have the right types"; }
part_lint_browser() { npm run --silent check --prefix e2e && npm run --silent check --prefix widget; }

about_licences() { echo "licences, bans and sources of every crate (advisories need the network: cargo deny check advisories)"; }
part_licences() { cargo deny --all-features check licenses bans sources; }

about_unit() { echo "the unit tests"; }
part_unit() { cargo test --lib --bins --no-fail-fast; }

about_unit_widget() { echo "the widget's unit tests, without a browser"; }
part_unit_widget() { cargo test -p florin-widget --lib --bins --no-fail-fast; }

about_rust() { echo "all tests of the server, on SQLite and PostgreSQL, but for those that are parts of their own: kill, points"; }
part_rust() {
    local host
    host=$(rustc -vV | sed -n 's/^host: //p' | tr 'a-z-' 'A-Z_')
    env TESTS_LEFT_OUT=kill "CARGO_TARGET_${host}_RUNNER=$PWD/scripts/test/runner.sh" cargo test --no-fail-fast
}

about_kill() { echo "five minutes of kills under fifty shoppers a second, on SQLite, on PostgreSQL, of two replicas; and beside fifty endpoints"; }
part_kill() { cargo test -p florin-server --test kill -- --nocapture; }

about_points() { echo "the server kills itself at a third of its points on each database, another third each day"; }
part_points() { in_scratch cargo test -p florin-server --features failpoints --test points -- --nocapture; }

about_rust_widget() { echo "all tests of the widget that need no browser"; }
part_rust_widget() { cargo test -p florin-widget --no-fail-fast; }

about_conformance() { echo "the channels' own SDKs accept what we sign, and sign what we accept"; }
part_conformance() { in_scratch scripts/test/conformance.sh; }

about_fuzz() { echo "no answer that the API's document does not describe, and nothing of another merchant's"; }
part_fuzz() { in_scratch scripts/fuzz.sh; }

about_widget() { echo "the widget builds"; }
part_widget() { make --no-print-directory widget; }

about_budget() { echo "the widget is small enough"; }
part_budget() { scripts/budget.sh; }

about_package() { echo "the npm package: what it ships, what its types say, and the examples' types"; }
part_package() {
    npm run --silent build --prefix widget/npm &&
        npm run --silent test --prefix widget/npm &&
        npm run --silent check --prefix widget/npm &&
        npm run --silent check --prefix examples
}

about_browser() { echo "what a shopper does, in Chromium"; }
part_browser() { cargo build -p florin-server && in_scratch npm test --silent --prefix e2e; }
