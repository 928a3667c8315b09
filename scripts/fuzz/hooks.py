"""What schemathesis is told of this API: who asks, with which ids, and what no answer may hold.

One case in ten comes from nobody and one in ten with an organisation's key. Who asks is decided by the case itself, so
that a case that is shrunk or repeated comes from the same.
"""

import json
import os
import zlib
from urllib.parse import unquote

import schemathesis

from tenants import MARKED

WORLD = json.load(open(os.environ["FLORIN_FUZZ_WORLD"], encoding="utf-8"))
A, B = WORLD["a"], WORLD["b"]
FOREIGN_IDS = [value for name, values in B["values"].items() if not name.endswith("trans_id") for value in values]
NOBODYS_KEY = "KY" + "0" * 26


def asked(case) -> str:
    """Everything that a case says."""
    said = [case.operation.label, case.path_parameters, case.query, case.body]
    return unquote(json.dumps(said, default=str, ensure_ascii=False, sort_keys=True))


def actor(case) -> str:
    draw = zlib.crc32(asked(case).encode("utf-8", "replace")) % 10
    path = case.operation.path
    if not path.startswith("/v1/") or draw == 0:
        return "nobody"
    if path.startswith("/v1/checkout/"):
        return "shopper"
    return "organisation" if draw == 1 or path.startswith("/v1/organisation") else "merchant"


def secret(case) -> str | None:
    match actor(case):
        case "merchant":
            return A["key"]
        case "organisation":
            return A["organisation_key"]
        case "shopper":
            # A token of another session of A's where the session is B's, or nobody's.
            return A["tokens"].get((case.path_parameters or {}).get("session_id"), next(iter(A["tokens"].values())))
    return None


@schemathesis.hook
def before_call(context, case, kwargs):
    case.headers = {name: value for name, value in (case.headers or {}).items() if name.lower() != "authorization"}
    key = secret(case)
    if key is not None:
        case.headers["Authorization"] = f"Bearer {key}"
    # Whoever deletes the keys it asks with, asks no more.
    parameters = case.path_parameters or {}
    if parameters.get("key_id") in A["values"]["own_key_id"]:
        case.path_parameters = {**parameters, "key_id": NOBODYS_KEY}


@schemathesis.check
def nothing_of_the_other_tenant(ctx, response, case):
    """No word, id or secret of B's, unless the question itself held it."""
    text, said = response.content.decode("utf-8", "replace"), asked(case)
    words = {word for word in MARKED.findall(text) if word not in said}
    ids = {one for one in FOREIGN_IDS if one in text and one not in said}
    secrets = {one[:12] + "…" for one in B["secrets"] if one in text}
    found = words | ids | secrets
    assert not found, f"an answer to A holds what is B's: {sorted(found)}"


@schemathesis.check
def nobody_is_told_nothing(ctx, response, case):
    """Without a key or token there is no answer but a refusal, and nothing of A's either."""
    # A preflight, and a method that is not there, are nobody's in any case.
    is_call = case.method.upper() == case.operation.method.upper() and case.operation.path.startswith("/v1/")
    if actor(case) != "nobody" or not is_call:
        return
    assert 400 <= response.status_code < 500, f"nobody was answered {response.status_code}"
    assert not any(one in response.text for one in A["secrets"]), "nobody was told a secret"


@schemathesis.check
def an_answer_is_in_the_envelope(ctx, response, case):
    """Document 004's envelope is around every answer in JSON of the two APIs."""
    if case.operation.path.startswith("/v1/") and response.headers.get("content-type", [""])[0].startswith("application/json"):
        body = response.json()
        assert set(body) <= {"ret_code", "ret_msg", "data", "field"}, f"the envelope holds {sorted(body)}"
        assert (body["ret_code"] == "000000") == (response.status_code < 400), f"{response.status_code}: {body['ret_code']}"
