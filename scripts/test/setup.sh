#!/usr/bin/env bash
# What `make setup` says: nothing when nothing is missing, and what to do where it cannot install.
set -uo pipefail
cd "$(dirname "$0")/../.."

failed=0

# expect WHAT WANTED_STATUS STATUS TEXT LINES...
expect() {
    local what=$1 wanted=$2 status=$3 text=$4 line wrong=0
    shift 4
    [ "$status" -eq "$wanted" ] || { echo "$what: ended with $status, not $wanted"; wrong=1; }
    [ $# -gt 0 ] || [ -z "$text" ] || { echo "$what: should say nothing"; wrong=1; }
    for line in "$@"; do
        grep -qxF -- "$line" <<<"$text" || { echo "$what: does not say '$line'"; wrong=1; }
    done
    [ "$wrong" -eq 0 ] && echo "$what: as it should be" && return
    printf 'It said:\n%s\n' "$text"
    failed=1
}

# Runs a function of setup's on a machine without zbarimg. $1 is the user's number, $2 what apt-get does.
without_zbarimg() {
    bash -c '
        . scripts/setup/say.sh; . scripts/setup/debian.sh
        found() { case $1 in zbarimg) [ -n "${installed:-}" ] ;; apt-get) [ '"$2"' != none ] ;; *) true ;; esac; }
        id() { echo '"$1"'; }
        apt-get() { [ '"$2"' = works ] && case "$*" in install*) installed=yes ;; esac; }
        quietly() { "$@" >/dev/null 2>&1; }
        keep_postgres_idle() { :; }
        fonts=/nowhere
        missing_test_packages() { found zbarimg || echo zbar-tools; }
        take_step test_packages 9 12' 2>&1
}

text=$(scripts/setup.sh test 2>&1); expect "a second time" 0 $? "$text"
text=$(scripts/setup.sh nonsense 2>&1); expect "a wrong word" 1 $? "$text" "setup: Say run, check, test or bench."
text=$(without_zbarimg 0 works); expect "a package is missing" 0 $? "$text" \
    "setup: 9 of 12: system packages for the tests: zbar-tools" "setup: 9 of 12: done in 0 s"
text=$(without_zbarimg 1000 works); expect "without root" 1 $? "$text" \
    "setup:   sudo apt-get update" "setup:   sudo apt-get install -y --no-install-recommends zbar-tools"
text=$(without_zbarimg 0 none); expect "without apt-get" 1 $? "$text" \
    "setup: This machine has no apt-get. Please install what these Debian packages hold:" "setup:   zbar-tools"
text=$(without_zbarimg 0 fails); expect "without a network" 1 $? "$text" "setup: Could not install: zbar-tools"
exit "$failed"
