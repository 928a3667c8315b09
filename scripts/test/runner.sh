#!/usr/bin/env bash
# Runs a program of tests. The flows and the program's tests wait for clocks, channels and processes far more than they compute, so more
# of them run at once than there are cores; the others measure, kill or count, and are left to the test runner.
. "$(dirname "$0")/scratch.sh"

# Has a part of its own (`part_kill`), which goes on beside another.
case ${1##*/} in "${TESTS_LEFT_OUT:-none}"-*) echo "left to part_$TESTS_LEFT_OUT"; exit ;; esac

case ${1##*/} in
    it-*) threads=$((4 * $(nproc))) ;;
    program-*) threads=$((2 * $(nproc))) ;;
esac
[ -n "${threads:-}" ] || exec "$@"
export RUST_TEST_THREADS=${RUST_TEST_THREADS:-$threads}
in_scratch "$@"
