#!/usr/bin/env bash
# Runs a program of tests. The flows wait for clocks and channels far more than they compute, so more of them run at once than there are
# cores; the others measure, kill or count, and are left to the test runner.
case ${1##*/} in it-*) export RUST_TEST_THREADS=${RUST_TEST_THREADS:-$((4 * $(nproc)))} ;; esac
exec "$@"
