# Node and the packages of every package.json.

node_oldest=20
node_version=22

title_node() { echo "Node $node_version (this machine has $(node --version 2>/dev/null || echo none))"; }
has_node() { at_least "v$node_oldest" "$(node --version 2>/dev/null || echo v0)"; }
# Debian 12 has Node 18; npm itself carries newer ones as a package.
add_node() {
    quietly npm install --prefix .tools/node --no-save "node@$node_version" || npm_failed "node@$node_version"
    mkdir -p .tools/bin
    ln -sf ../node/node_modules/node/bin/node .tools/bin/node
}

title_widget_npm() { echo "the widget's build tools from npm"; }
has_widget_npm() { npm_fresh widget; }
add_widget_npm() { npm_install widget; }

title_package_npm() { echo "what checks the npm package, from npm"; }
has_package_npm() { npm_fresh widget/npm; }
add_package_npm() { npm_install widget/npm; }

title_examples_npm() { echo "the examples' libraries from npm"; }
has_examples_npm() { npm_fresh examples; }
add_examples_npm() { npm_install examples; }

title_e2e_npm() { echo "the browser tests' libraries from npm"; }
has_e2e_npm() { npm_fresh e2e; }
add_e2e_npm() { npm_install e2e; }

title_emvco_npm() { echo "what our codes between banks are compared with, from npm"; }
has_emvco_npm() { npm_fresh server/tests/conformance/emvco; }
add_emvco_npm() { npm_install server/tests/conformance/emvco; }

title_conformance_npm() { echo "the channels' own SDKs, which check ours, from npm"; }
has_conformance_npm() { npm_fresh server/tests/conformance; }
add_conformance_npm() { npm_install server/tests/conformance; }

title_bench_npm() { echo "the checkouts that ours is compared with, from npm"; }
has_bench_npm() { npm_fresh e2e/bench; }
add_bench_npm() { npm_install e2e/bench; }

npm_fresh() {
    [ -e "$1/node_modules/.package-lock.json" ] && [ ! "$1/package-lock.json" -nt "$1/node_modules/.package-lock.json" ]
}

npm_install() {
    quietly npm ci --prefix "$1" || npm_failed "the packages of $1/package-lock.json"
    touch "$1/node_modules/.package-lock.json"
}

npm_failed() { stop "npm could not install $1." "Is the npm registry reachable from here? The lines above say more."; }
