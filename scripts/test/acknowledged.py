#!/usr/bin/env python3
"""Whether every acknowledgement goes out after its fsync (rule R12), read from the server's own system calls.

Runs `florin serve` on SQLite under strace, makes a payment and a refund by real HTTP, the sandbox's notifications included, and looks for each
answer 2xx to a POST: a sync of the database must have begun after the request was read and ended before the answer was written.
kill -9 cannot show this, because the kernel keeps what was written and not synced.

    python3 scripts/test/acknowledged.py target/debug/florin
"""

import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

KEY = "sk_test_florin_demo"
MERCHANT = "18356675194960"
CALL = re.compile(r"^(?P<thread>\d+) +(?P<call>\w+)\((?P<rest>.*)$")
RESUMED = re.compile(r"^(?P<thread>\d+) +<\.\.\. (?P<call>\w+) resumed>(?P<rest>.*)$")
READS, WRITES, SYNCS = {"recvfrom", "read", "readv"}, {"sendto", "write", "writev"}, {"fdatasync", "fsync"}


def free_port():
    """Nobody listens on it, and no connection that goes out takes it: it is below the kernel's range for those."""
    while True:
        port = random.randrange(10_000, 30_000)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port


def ask(method, url, key=None, body=None):
    headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {key}"} if key else {})
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, headers=headers, method=method)
    with urllib.request.urlopen(request, timeout=60) as answer:
        text = answer.read()
    return json.loads(text) if text.startswith(b"{") else text


def until(what, found):
    for _ in range(600):
        try:
            if result := found():
                return result
        except OSError:
            pass
        time.sleep(0.1)
    sys.exit(f"it never came true that {what}")


def story(base, wallet):
    until("the server is ready", lambda: ask("GET", f"{base}/readyz"))
    order = {"merchant_id": MERCHANT, "trans_id": "r12", "currency": "PHP", "amount": "25000", "session_mode": "DROP_IN",
             "return_url": "http://127.0.0.1:9/thanks", "notify_url": "http://127.0.0.1:9/hook"}
    session = ask("POST", f"{base}/v1/sessions", KEY, order)["data"]
    page, token = f"{base}/v1/checkout/{session['session_id']}", session["client_token"]
    opened = ask("POST", f"{page}/transactions", token, {"method": "GCASH", "version": 1})["data"]
    ask("POST", wallet, None, {"code": opened["next_action"]["text"], "action": "approve"})
    until("it is paid", lambda: ask("GET", f"{page}/status", token)["data"]["status"] == "SUCCESS")
    refund = {"order_id": opened["order_id"], "refund_trans_id": "r12-back", "amount": "5000"}
    ask("POST", f"{base}/v1/refunds", KEY, refund)
    ask("POST", f"{base}/v1/merchant/keys", KEY, {"name": "second"})
    time.sleep(2)


def judge(lines):
    """What was read on each descriptor, and whether a sync has begun and ended since; gives the answers and their verdicts."""
    waiting, begun, verdicts = {}, {}, []
    for number, line in enumerate(lines):
        whole, resumed = CALL.match(line), RESUMED.match(line)
        if not (found := whole or resumed):
            continue
        thread, call, rest = found["thread"], found["call"], found["rest"]
        # A call that another thread's interrupts is told in two lines; what it is about stands in the first.
        since, about = begun.pop(thread, (number, "")) if resumed else (number, rest.split(",")[0])
        if rest.endswith("<unfinished ...>"):
            begun[thread] = (since, about)
        if call in SYNCS and "/florin.db" in about and rest.endswith("= 0"):
            for request in waiting.values():
                request["synced"] |= since > request["at"]
        elif call in READS and (asked := re.search(r'"(POST|GET) (\S+) HTTP', rest)):
            waiting[about] = {"what": f"{asked[1]} {asked[2]}", "at": number, "synced": False}
        elif call in WRITES and (said := re.search(r'"HTTP/1\.1 (\d+)', rest)):
            if request := waiting.pop(about, None):
                verdicts.append((request["what"], int(said[1]), request["synced"]))
    return verdicts


def main():
    program = sys.argv[1]
    with tempfile.TemporaryDirectory() as folder:
        listen, sandbox = (f"127.0.0.1:{free_port()}" for _ in range(2))
        settings = {"FLORIN_DATA_DIR": folder, "FLORIN_DATABASE_URL": f"sqlite:{folder}/florin.db", "FLORIN_LISTEN": listen,
                    "FLORIN_SANDBOX_LISTEN": sandbox, "FLORIN_ADMIN_LISTEN": "off", "RUST_LOG": "error", "PATH": "/usr/bin:/bin"}
        trace = f"{folder}/trace"
        calls = ",".join(sorted(READS | WRITES | SYNCS))
        strace = ["strace", "-f", "-y", "-s", "160", "-e", f"trace={calls}", "-e", "signal=none", "-o", trace]
        server = subprocess.Popen([*strace, program, "serve"], env=settings, stderr=subprocess.DEVNULL)
        try:
            story(f"http://{listen}", f"http://{sandbox}/wallet")
        finally:
            # strace itself does not pass a signal on.
            with open(f"/proc/{server.pid}/task/{server.pid}/children") as children:
                os.kill(int(children.read().split()[0]), signal.SIGTERM)
            server.wait(60)
        with open(trace, errors="replace") as text:
            verdicts = judge(text.read().splitlines())
    posts = [found for found in verdicts if found[0].startswith("POST /") and found[1] < 300]
    ours = [found for found in posts if not re.match(r"POST /(wallet|ams)", found[0])]
    for what, status, synced in ours:
        print(f"{'synced first' if synced else 'NOT SYNCED'}  {status}  {re.sub('CS[a-z0-9]+', 'CS…', what)}")
    kinds = {re.sub("CS[a-z0-9]+", "", what) for what, _, _ in ours}
    if len(kinds) < 5:
        sys.exit(f"only {len(kinds)} kinds of request were seen: {kinds}")
    # The equipment can tell: a question that changes nothing is answered without a sync.
    if all(synced for what, _, synced in verdicts if what.startswith("GET ")):
        sys.exit("every GET was answered after a sync, too: this shows nothing")
    sys.exit(0 if all(synced for _, _, synced in ours) else 1)


if __name__ == "__main__":
    main()
