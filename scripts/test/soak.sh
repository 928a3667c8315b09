# The long forms of the hard tests. `about_X` says what `part_X` shows, as in parts.sh; each says on the way how far it is.
# In release, as people run it; what was written on the way stays in target/test-logs.

# soak_test CARGO_ARGUMENTS …
soak_test() { cargo test --release -p florin-server --no-fail-fast "$@" -- --nocapture; }

about_soak_proof() { echo "the comparison of the books finds every difference"; }
part_soak_proof() { cargo test --release -p florin-proof; }

about_soak_sequences() { echo "ten thousand seeded sequences, on SQLite and on PostgreSQL"; }
part_soak_sequences() {
    FLORIN_SEQUENCES=${FLORIN_SEQUENCES:-10000} cargo test --release -p florin-server --test it --no-fail-fast -- --nocapture sequences
}

about_soak_points() { echo "a kill at every point: its first, second and third hit, and once more in recovery, on both databases"; }
part_soak_points() { FLORIN_POINTS=${FLORIN_POINTS:-all} soak_test --features failpoints --test points; }

about_soak_kill() { echo "kills for twenty minutes under fifty shoppers a second on SQLite (T04)"; }
part_soak_kill() { FLORIN_KILL_SECONDS=${FLORIN_KILL_SECONDS:-1200} soak_test --test kill killing_the_server_loses_nothing_and_doubles_nothing_on_sqlite; }

about_soak_kill_postgres() { echo "the same on PostgreSQL"; }
part_soak_kill_postgres() { FLORIN_KILL_SECONDS=${FLORIN_KILL_SECONDS:-1200} soak_test --test kill killing_the_server_loses_nothing_and_doubles_nothing_on_postgres; }

about_soak_storm() { echo "two thousand orders told in every order of notices, twice at two processes, and a million forgeries (T06)"; }
part_soak_storm() {
    FLORIN_STORM=${FLORIN_STORM:-2000} FLORIN_FORGED=${FLORIN_FORGED:-1000000} soak_test --test it storm
}

about_soak_replicas() { echo "kills for twenty minutes: two replicas, their PostgreSQL, a backend of it, the sandbox (T04)"; }
part_soak_replicas() { FLORIN_KILL_SECONDS=${FLORIN_KILL_SECONDS:-1200} soak_test --test kill killing_everything; }

about_soak_endpoints() { echo "kills for six minutes while fifty endpoints are told, ten of them bad in every way: 200,000 messages of some 5,000 events, at most one in a hundred again (T14)"; }
part_soak_endpoints() { FLORIN_KILL_SECONDS=${FLORIN_KILL_SECONDS:-360} soak_test --test kill every_good_endpoint; }

about_soak_endpoints_postgres() { echo "the same on PostgreSQL"; }
part_soak_endpoints_postgres() { FLORIN_KILL_ON=postgres part_soak_endpoints; }

about_soak_power() { echo "three hundred power cuts on SQLite: what was not synced is forgotten, or left in pieces (T04b)"; }
part_soak_power() { FLORIN_POWER_CUTS=${FLORIN_POWER_CUTS:-300} soak_test --test power; }

about_soak_power_postgres() { echo "a hundred on PostgreSQL, and fsync=off is found out"; }
part_soak_power_postgres() { FLORIN_POWER_ON=postgres FLORIN_POWER_CUTS=${FLORIN_POWER_CUTS:-100} soak_test --test power; }

about_soak_database() { echo "a PostgreSQL that is not there, or lets nobody in, for a minute each time (T07)"; }
part_soak_database() { FLORIN_AWAY_SECONDS=${FLORIN_AWAY_SECONDS:-60} cargo test --release -p florin-server --test program --no-fail-fast -- --nocapture a_postgres_that a_database_that_comes_back; }

about_soak_partition() { echo "the channel away in six ways at six moments, on both databases (T05), twenty times"; }
part_soak_partition() {
    local turn
    for turn in $(seq 20); do
        echo "turn $turn of 20"
        soak_test --test program partition || return
    done
}

about_soak_partitions() { echo "every one of the 144 cases of simulated time, on PostgreSQL as on SQLite (T05)"; }
part_soak_partitions() {
    FLORIN_ALL_CASES=1 cargo test --release -p florin-server --test it --no-fail-fast -- --nocapture partitions
}

about_soak_fuzz() { echo "fifty thousand calls over the API's document, as one of two merchants"; }
part_soak_fuzz() { scripts/fuzz.sh --cases "${FLORIN_CASES:-50000}" --seed "${FLORIN_SEED:-7}" "$@"; }

about_soak_fuzz_postgres() { echo "the same on PostgreSQL"; }
part_soak_fuzz_postgres() { part_soak_fuzz --database postgres; }

about_soak_notices() { echo "every reader of channels' messages fuzzed for ten minutes: no panic, no stranger believed"; }
part_soak_notices() { scripts/fuzz/notices.sh "${FLORIN_FUZZ_SECONDS:-600}"; }

about_soak_syncs() { echo "every acknowledgement goes out after its sync (R12), read from the server's system calls"; }
part_soak_syncs() {
    command -v strace >/dev/null || { echo "This needs strace. Please say: sudo apt-get install strace"; return 1; }
    cargo build -p florin-server && python3 scripts/test/acknowledged.py "${CARGO_TARGET_DIR:-target}/debug/florin"
}

about_soak_polls() { echo "ten minutes of a shopper who looks at a code, counted at the server: one question every two seconds, asleep and awake"; }
part_soak_polls() {
    make --no-print-directory widget && cargo build --release -p florin-server &&
        FLORIN_BIN=$(realpath "${CARGO_TARGET_DIR:-target}/release/florin") npm run --silent soak --prefix e2e
}

about_soak_reproducible() { echo "two builds of the widget, from nothing and in two folders, are the same byte for byte (S33)"; }
part_soak_reproducible() { scripts/test/reproducible.sh; }

about_soak_contributor() { echo "the server, trunk serve beside it, and an edit that shows (takes the ports 3000, 8080, 8081)"; }
part_soak_contributor() { scripts/test/contributor.sh; }
