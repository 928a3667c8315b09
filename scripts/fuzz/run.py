"""Asks a running Florin everything that its OpenAPI document allows, and much that it does not, as merchant A.

    run.py --florin target/debug/florin --proof target/debug/florin-proof [--cases 1000] [--seed 1] [--database postgres]

A story first gives merchants A and B everything a merchant can have. Then no answer may be a 5xx, none other than the
document says (status, type, form, no field besides), none may hold anything of B's; and afterwards B has what it had,
`florin check` finds every invariant kept, and the three books agree: the database, the sandbox's, what both were told. The same seed asks the same, but for the ids that the
server draws.
"""

import argparse
import json
import os
import random
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import requests

from ear import Ear
from postgres import Postgres
from tenants import MARK, Api, Merchant, Words, live, picture

HERE = Path(__file__).resolve().parent
# Not asked here: that no other method is taken, which the server's own tests ask of every address.
CHECKS = [
    "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance",
    "response_schema_conformance", "negative_data_rejection", "nothing_of_the_other_tenant",
    "nobody_is_told_nothing", "an_answer_is_in_the_envelope",
]
# Where only looking is done, B's own order numbers are asked for too; elsewhere they would become A's.
READS = ["/v1/sessions/query", "/v1/transactions/query", "/v1/refunds/query"]


def main() -> int:
    arguments = read_arguments()
    with tempfile.TemporaryDirectory(prefix="florin-fuzz-") as folder:
        ear = Ear()
        postgres = Postgres(Path(folder)) if arguments.database == "postgres" else None
        try:
            florin = Florin(arguments.florin, Path(folder), ear, postgres and postgres.url)
            try:
                return fuzz(florin, arguments)
            finally:
                florin.stop()
        finally:
            ear.stop()
            if postgres:
                postgres.stop()


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--florin", required=True, help="the program")
    parser.add_argument("--proof", required=True, help="florin-proof, which compares the books")
    parser.add_argument("--cases", type=int, default=0, help="about how many random cases; without, only the fixed ones")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    return parser.parse_args()


class Florin:
    """The program in a folder of its own, with its own sandbox."""

    def __init__(self, program: str, folder: Path, ear: Ear, database: str | None) -> None:
        self.program, self.folder, self.ear = program, folder, ear
        self.database = database or f"sqlite:{folder / 'data' / 'florin.db'}"
        listen, sandbox = free_address(), free_address()
        self.api = Api(f"http://{listen}", f"http://{sandbox}", ear.url)
        self.settings = {
            **os.environ, "FLORIN_DATA_DIR": str(folder / "data"), "FLORIN_LISTEN": listen,
            "FLORIN_SANDBOX_LISTEN": sandbox, "FLORIN_ADMIN_LISTEN": "off", "RUST_LOG": "error",
            # Without one, nothing of a merchant's own accounts is taken beside PostgreSQL.
            "FLORIN_SEALING_KEY": secrets.token_hex(32), "FLORIN_DATABASE_URL": self.database,
        }
        (folder / "data").mkdir()
        self.do("migrate")
        self.log = open(folder / "log", "wb")
        self.process = subprocess.Popen([program, "serve"], env=self.settings, stdout=self.log, stderr=self.log)
        self.until_ready()

    def do(self, *command: str) -> dict:
        done = subprocess.run([self.program, *command, "--json"], env=self.settings, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"florin {' '.join(command)}: {done.stdout}{done.stderr}")
        return json.loads(done.stdout)

    def until_ready(self) -> None:
        for _ in range(300):
            try:
                if requests.get(f"{self.api.base}/readyz", timeout=5).ok:
                    return
            except requests.ConnectionError:
                pass
            time.sleep(0.1)
        raise RuntimeError(f"florin serve is not ready: {(self.folder / 'log').read_text()}")

    def merchant(self, word: str) -> Merchant:
        made = self.do("merchants", "new", "--name", word)
        organisation = self.do("keys", "new", "--organisation", made["organisation_id"])
        me = Merchant(made["merchant_id"], made["key"], organisation["key"], Words(word))
        me.secrets += [made["key"], organisation["key"], made["webhook_secret"]]
        me.note("merchant_id", me.id)
        live(self.api, me)
        return me

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=60)
        self.log.close()


def free_address() -> str:
    """Nobody listens there, and no connection that goes out takes it: it is below the kernel's range for those."""
    while True:
        address = ("127.0.0.1", random.randrange(10_000, 30_000))
        with socket.socket() as it:
            if it.connect_ex(address) != 0:
                return "%s:%s" % address


def fuzz(florin: Florin, arguments: argparse.Namespace) -> int:
    document = served_document(florin)
    b, a = florin.merchant(MARK), florin.merchant("amsel")
    before = picture(florin.api, b)
    folder = florin.folder
    write(folder / "world.json", {"a": as_json(a), "b": as_json(b)})
    write(folder / "openapi.json", strict(document))
    (folder / "schemathesis.toml").write_text(settings(a, b), encoding="utf-8")
    calls = sum(len(item) for item in document["paths"].values())
    verdict = schemathesis(florin, arguments, -(-arguments.cases // calls))
    if picture(florin.api, b) != before:
        print("B has not what it had before:", changed(before, picture(florin.api, b)), file=sys.stderr)
        verdict = 1
    print("florin check:", florin.do("check"))
    return verdict or compared(florin, arguments.proof, a.secrets + b.secrets)


def compared(florin: Florin, proof: str, known: list[str]) -> int:
    """The three books, as soon as what is under way has arrived. Whoever was given a secret may sign with it."""
    heard = florin.folder / "heard.jsonl"
    signers = [part for secret in known if secret.startswith("whsec_") for part in ("--secret", secret)]
    command = [proof, "compare", "--database", florin.database, "--sandbox", florin.api.sandbox, "--heard", str(heard), "--stored-secrets", *signers]
    for _ in range(60):
        florin.ear.write(heard)
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if not done.returncode:
            break
        time.sleep(1)
    print("the three books:", done.stdout + done.stderr)
    return done.returncode


def served_document(florin: Florin) -> dict:
    served = requests.get(f"{florin.api.base}/openapi.json", timeout=30).json()
    committed = json.loads((HERE / "../../docs/openapi.json").read_text(encoding="utf-8"))
    if served != committed:
        raise RuntimeError("docs/openapi.json is not the document that is served")
    return served


def as_json(merchant: Merchant) -> dict:
    return {name: value for name, value in vars(merchant).items() if name != "words"}


def strict(document: dict) -> dict:
    """The same document, in which an answer has no field that is not described."""
    def use(schema: dict) -> dict:
        return {**{name: close(part) for name, part in schema.items()}, "unevaluatedProperties": False}

    def close(value):
        if isinstance(value, list):
            return [close(one) for one in value]
        if not isinstance(value, dict):
            return value
        closed = {name: close(part) for name, part in value.items()}
        for name, part in (value.get("properties") or {}).items():
            if is_form(part):
                closed["properties"][name] = use(part)
        if is_form(value.get("items")):
            closed["items"] = use(value["items"])
        return closed

    def is_form(schema) -> bool:
        return isinstance(schema, dict) and any(word in schema for word in ("$ref", "oneOf", "anyOf", "allOf"))

    asked = forms_of(document, lambda call: call.get("requestBody"))
    document = json.loads(json.dumps(document))
    schemas = document["components"]["schemas"]
    document["components"]["schemas"] = {name: form if name in asked else close(form) for name, form in schemas.items()}
    for item in document["paths"].values():
        for call in item.values():
            for answer in call["responses"].values():
                for content in answer.get("content", {}).values():
                    if is_form(content.get("schema")):
                        content["schema"] = use(content["schema"])
    return document


def forms_of(document: dict, part_of) -> set[str]:
    """The names of the forms that a part of the calls leads to."""
    found: set[str] = set()

    def look(value) -> None:
        if isinstance(value, list):
            for one in value:
                look(one)
        elif isinstance(value, dict):
            at = value.get("$ref", "")
            name = at.removeprefix("#/components/schemas/")
            if name != at and name not in found:
                found.add(name)
                look(document["components"]["schemas"][name])
            for part in value.values():
                look(part)

    for item in document["paths"].values():
        for call in item.values():
            look(part_of(call))
    return found


def settings(a: Merchant, b: Merchant) -> str:
    """schemathesis.toml: the ids of both tenants, wherever an id may stand."""
    quoted = lambda values: json.dumps(values)
    lines = [f"hooks = {json.dumps(str(HERE / 'hooks.py'))}", "warnings = false"]
    for name in a.values:
        if name != "own_key_id":
            lines += [f"[dictionaries.{name}]", f"values = {quoted(a.values[name] + b.values[name])}"]
    for name in ("trans_id", "refund_trans_id"):
        lines += [f"[dictionaries.own_{name}]", f"values = {quoted(a.values[name])}"]
    ids = [name for name in a.values if name not in ("own_key_id", "trans_id", "refund_trans_id")]
    lines += ["[parameters]"]
    for name in ids:
        rate = 0.3 if name == "merchant_id" else 0.7
        lines += [f'"{where}.{name}" = {{ dictionary = "{name}", probability = {rate} }}' for where in ("path", "query", "body")]
    for name in ("trans_id", "refund_trans_id"):
        lines += [f'"query.{name}" = {{ dictionary = "{name}", probability = 0.7 }}']
        lines += [f'"body.{name}" = {{ dictionary = "own_{name}", probability = 0.2 }}']
    for path in READS:
        lines += ["[[operations]]", f"include-path = {json.dumps(path)}"]
        pairs = [f'"body.{name}" = {{ dictionary = "{name}", probability = 0.7 }}' for name in ("trans_id", "refund_trans_id")]
        lines += ["[operations.parameters]", *pairs]
    return "\n".join(lines) + "\n"


def schemathesis(florin: Florin, arguments: argparse.Namespace, each: int) -> int:
    phases = "examples,coverage,fuzzing" if each else "examples,coverage"
    command = [
        str(Path(sys.executable).parent / "schemathesis"), "--config-file", "schemathesis.toml", "run", "openapi.json",
        "--url", florin.api.base, "--phases", phases, "--max-examples", str(max(each, 1)), "--seed", str(arguments.seed),
        "--checks", ",".join(CHECKS), "--generation-database", "none", "--no-color", "--request-timeout", "20",
        "--suppress-health-check", "all", "--output-sanitize", "false",
    ]
    env = {**os.environ, "FLORIN_FUZZ_WORLD": str(florin.folder / "world.json"), "PYTHONPATH": str(HERE)}
    return subprocess.run(command, cwd=florin.folder, env=env, check=False).returncode


def changed(before: dict, after: dict) -> list[str]:
    return [f"{name}: {before[name]} became {after.get(name)}" for name in before if before[name] != after.get(name)]


def write(path: Path, value: dict) -> None:
    path.write_text(json.dumps(value), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
