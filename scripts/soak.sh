#!/usr/bin/env bash
# The hard tests for as long as it takes: hours, not minutes. Ends with a summary as `make test` does.
#
#   scripts/soak.sh                  every part
#   scripts/soak.sh soak_kill …      just these parts
set -uo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/.tools/bin:${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"

. scripts/test/soak.sh
. scripts/test/count.sh
. scripts/test/run.sh

parts=("$@")
[ $# -gt 0 ] || parts=(soak_proof soak_sequences soak_points soak_kill soak_kill_postgres soak_replicas
    soak_endpoints soak_endpoints_postgres soak_power soak_power_postgres soak_storm soak_database soak_partition soak_partitions soak_fuzz soak_fuzz_postgres soak_notices soak_syncs soak_polls soak_reproducible soak_contributor)
run_parts "${parts[@]}"
