# schemathesis, which asks the API whatever its document allows: pinned with all that it needs, by version and digest.

fuzz_python=.tools/python
fuzz_pins=scripts/fuzz/requirements.txt

title_schemathesis() { echo "schemathesis $(sed -n 's/^schemathesis==\([^ ]*\).*/\1/p' "$fuzz_pins") from PyPI, in $fuzz_python"; }
has_schemathesis() { [ -x "$fuzz_python/bin/schemathesis" ] && cmp -s "$fuzz_pins" "$fuzz_python/installed.txt"; }
# The pins are copied last: an installation that broke off is done again.
add_schemathesis() {
    rm -rf "$fuzz_python"
    quietly python3 -m venv "$fuzz_python" || stop "Python's venv is missing." "On Debian: apt-get install python3-venv"
    quietly "$fuzz_python/bin/pip" install --disable-pip-version-check --only-binary :all: --require-hashes -r "$fuzz_pins" ||
        stop "pip could not install $fuzz_pins." "Is PyPI reachable from here? The lines above say more."
    cp "$fuzz_pins" "$fuzz_python/installed.txt"
}
