#!/usr/bin/env bash
# The contributor's loop as the README tells it: the server, `trunk serve` beside it, and an edit that shows.
# Needs the ports 3000, 8080 and 8081. `make test` leaves it out: it takes the ports of whoever is at work.
set -euo pipefail
cd "$(dirname "$0")/../.."
export PATH="$PWD/.tools/bin:${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"

folder=$(mktemp -d)
cp index.html "$folder/index.html"
running=()
# Clears up to the end, whatever of it fails: index.html must come back.
end() {
    set +e
    kill "${running[@]}"
    wait
    cp -p "$folder/index.html" index.html
    rm -rf "$folder"
}
trap end EXIT

# until_says SECONDS URL TEXT
until_says() {
    local started=$SECONDS
    until curl --silent --fail --max-time 5 "$2" 2>/dev/null | grep -qF -- "$3"; do
        if [ $((SECONDS - started)) -ge "$1" ]; then
            echo "$2 does not say '$3' after $1 s"
            tail -n 20 "$folder/server.log" "$folder/trunk.log"
            exit 1
        fi
        sleep 0.2
    done
    echo "$2 says '$3' after $((SECONDS - started)) s"
}

cargo build --quiet -p florin-server
target=${CARGO_TARGET_DIR:-target}
FLORIN_DATA_DIR=$folder/data FLORIN_ADMIN_LISTEN=off "$target/debug/florin" serve >"$folder/server.log" 2>&1 &
running+=($!)
trunk serve --release >"$folder/trunk.log" 2>&1 &
running+=($!)

until_says 30 http://127.0.0.1:8080/readyz database
until_says 600 http://127.0.0.1:3000/ 'Northwind Tea'
until_says 20 http://127.0.0.1:3000/florin.js florin-checkout
for path in /shop/shop.css /hosted.css /receipt.css; do
    until_says 20 "http://127.0.0.1:3000$path" background
done
session=$(curl --silent --fail http://127.0.0.1:3000/v1/sessions -H 'authorization: Bearer sk_test_florin_demo' \
    -H 'content-type: application/json' -d '{"merchant_id":"18356675194960","trans_id":"contributor-1","currency":"PHP",
    "amount":"94000","session_mode":"DROP_IN","return_url":"http://127.0.0.1:3000/shop/thanks"}')
id=$(sed 's/.*"session_id":"\([^"]*\)".*/\1/' <<<"$session")
until_says 20 "http://127.0.0.1:3000/pay/$id" '<florin-checkout'

sed -i 's/<title>Northwind Tea/<title>Northwind Tea, edited/' index.html
until_says 60 http://127.0.0.1:3000/ 'Northwind Tea, edited'
