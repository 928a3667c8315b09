"""Two merchants of one installation, each with a story behind it: orders paid, refunded and doubled, codes, endpoints.

Whatever B says of itself is a marked word, a different one each time, so that an answer to A shows whose it is.
"""

import re
import time
from dataclasses import dataclass, field

import requests

MARK = "kanarienvogel"
MARKED = re.compile(MARK + r"-[a-z]+-\d+")


class Words:
    """Words that nobody else says."""

    def __init__(self, word: str) -> None:
        self.word, self.count = word, 0

    def new(self, kind: str) -> str:
        self.count += 1
        return f"{self.word}-{kind}-{self.count}"


@dataclass
class Merchant:
    """A merchant and what it has, by the names of the API."""

    id: str
    key: str
    organisation_key: str
    words: Words
    tokens: dict[str, str] = field(default_factory=dict)
    values: dict[str, list[str]] = field(default_factory=dict)
    secrets: list[str] = field(default_factory=list)

    def note(self, name: str, value: str) -> str:
        self.values.setdefault(name, []).append(value)
        return value


class Api:
    """The merchant API and the pretend wallet, as a merchant and its shoppers use them."""

    def __init__(self, base: str, sandbox: str, ear: str) -> None:
        self.base, self.sandbox, self.ear, self.http = base, sandbox, ear, requests.Session()

    def ask(self, method: str, path: str, key: str, body: dict | None = None) -> dict:
        headers = {"authorization": f"Bearer {key}"}
        answer = self.http.request(method, self.base + path, headers=headers, json=body, timeout=30)
        if not answer.ok:
            raise RuntimeError(f"{method} {path}: {answer.status_code} {answer.text}")
        return answer.json().get("data") if answer.content else {}

    def wallet(self, code: str) -> None:
        self.outside("/wallet", {"code": code, "action": "approve"})

    def fault(self, name: str) -> None:
        self.outside("/faults", {"fault": name, "request": "*", "times": 1})

    def outside(self, path: str, body: dict) -> None:
        self.http.post(self.sandbox + path, json=body, timeout=30).raise_for_status()


def until(what: str, ask):
    """Asks until the answer is there."""
    for _ in range(200):
        if found := ask():
            return found
        time.sleep(0.1)
    raise RuntimeError(f"never came: {what}")


def live(api: Api, me: Merchant) -> None:
    """Everything that a merchant can have, once."""
    settings(api, me)
    for _ in range(3):
        session(api, me)
    open_payment(api, me, session(api, me))
    closed = session(api, me)
    api.ask("POST", f"/v1/sessions/{closed['session_id']}/close", me.key)
    refunded(api, me, paid(api, me))
    paid(api, me)
    doubled(api, me)
    receipt_codes(api, me)
    deliveries(api, me)


def settings(api: Api, me: Merchant) -> None:
    api.ask("PATCH", "/v1/merchant", me.key, {"name": me.words.new("merchant")})
    api.ask("PATCH", "/v1/organisation", me.organisation_key, {"name": me.words.new("organisation")})
    made = api.ask("POST", "/v1/merchant/keys", me.key)
    me.secrets.append(made["secret"])
    me.note("key_id", made["key_id"])
    for path in ("merchant", "organisation"):
        for key in api.ask("GET", f"/v1/{path}/keys", me.organisation_key if path != "merchant" else me.key):
            me.note("own_key_id", key["key_id"])
    for _ in range(2):
        url = f"{api.ear}/{me.words.new('hook')}"
        body = {"url": url, "description": me.words.new("endpoint"), "sessions": "ALL"}
        made = api.ask("POST", "/v1/webhook_endpoints", me.key, body)
        me.secrets.append(made["secret"])
        me.note("endpoint_id", made["endpoint_id"])


def session(api: Api, me: Merchant) -> dict:
    made = api.ask("POST", "/v1/sessions", me.key, {
        "merchant_id": me.id, "trans_id": me.note("trans_id", me.words.new("order")), "currency": "PHP",
        "amount": "25000", "session_mode": "DROP_IN", "expire_time": in_hours(23),
        "return_url": f"http://127.0.0.1:9/{me.words.new('thanks')}",
        "notify_url": f"{api.ear}/{me.words.new('notify')}",
        "goods": [{"name": me.words.new("goods"), "quantity": 1, "unit_amount": "25000"}],
    })
    me.note("session_id", made["session_id"])
    me.tokens[made["session_id"]] = made["client_token"]
    me.secrets.append(made["client_token"])
    return made


def in_hours(hours: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + hours * 3600))


def open_payment(api: Api, me: Merchant, made: dict, method: str = "GCASH") -> str:
    """Opens a payment; gives its code."""
    path = f"/v1/checkout/{made['session_id']}/transactions"
    opened = api.ask("POST", path, made["client_token"], {"method": method, "version": 1})
    me.note("order_id", opened["order_id"])
    return opened["next_action"]["text"]


def paid(api: Api, me: Merchant) -> dict:
    made = session(api, me)
    api.wallet(open_payment(api, me, made))
    until("a paid session", lambda: state(api, me, made) == "SUCCESS")
    return made


def state(api: Api, me: Merchant, made: dict) -> str:
    return api.ask("GET", f"/v1/sessions?session_id={made['session_id']}", me.key)["status"]


def refunded(api: Api, me: Merchant, made: dict) -> None:
    number = me.note("refund_trans_id", me.words.new("refund"))
    body = {"session_id": made["session_id"], "refund_trans_id": number, "amount": "1000", "reason": me.words.new("reason")}
    me.note("refund_id", api.ask("POST", "/v1/refunds", me.key, body)["refund_id"])


def doubled(api: Api, me: Merchant) -> None:
    """Two codes, both paid: one is accepted, the other goes back by itself."""
    made = session(api, me)
    given_up, chosen = [open_payment(api, me, made, method) for method in ("GCASH", "MAYA")]
    first = f"/v1/transactions?order_id={me.values['order_id'][-2]}"
    until("a cancelled payment", lambda: api.ask("GET", first, me.key)["status"] == "CANCELLED")
    api.fault("paid_after_cancel")
    api.wallet(chosen)
    api.wallet(given_up)
    path = f"/v1/reversals?trans_id={made['trans_id']}"
    found = until("a reversal", lambda: api.ask("GET", path, me.key)["reversals"])
    me.note("refund_id", found[0]["refund_id"])


def receipt_codes(api: Api, me: Merchant) -> None:
    for _ in range(2):
        made = api.ask("POST", "/v1/codes", me.key, {"currency": "PHP", "label": me.words.new("label")})
        me.note("code_id", made["code_id"])


def deliveries(api: Api, me: Merchant) -> None:
    found = until("deliveries", lambda: api.ask("GET", "/v1/deliveries?limit=100", me.key)["deliveries"])
    for one in found:
        me.note("delivery_id", one["delivery_id"])


def not_run_out(transaction: dict) -> dict:
    """A code that nobody pays runs out by itself after a quarter of an hour, and a long night is longer than that."""
    if transaction["error_code"] != "RUN_OUT":
        return transaction
    return transaction | {"status": "PROCESSING", "error_code": "0000", "error_description": "request success"}


def picture(api: Api, me: Merchant) -> dict:
    """What a merchant has, without what time alone changes: tries, and the day of a key's last use."""
    all_of = lambda path, name, key: sorted(item[name] for item in api.ask("GET", path, key))
    seen = {
        "merchant": api.ask("GET", "/v1/merchant", me.key),
        "organisation": api.ask("GET", "/v1/organisation", me.organisation_key),
        "keys": all_of("/v1/merchant/keys", "key_id", me.key),
        "organisation_keys": all_of("/v1/organisation/keys", "key_id", me.organisation_key),
        "endpoints": api.ask("GET", "/v1/webhook_endpoints", me.key),
        "codes": api.ask("GET", "/v1/codes", me.key),
        "deliveries": sorted(one["delivery_id"] for one in api.ask("GET", "/v1/deliveries?limit=100", me.key)["deliveries"]),
    }
    for number in me.values["session_id"]:
        seen[number] = api.ask("GET", f"/v1/sessions?session_id={number}", me.key)
    for number in me.values["order_id"]:
        seen[number] = not_run_out(api.ask("GET", f"/v1/transactions?order_id={number}", me.key))
    for number in me.values["refund_id"]:
        seen[number] = api.ask("GET", f"/v1/reversals?order_id={number}", me.key)
    return seen
