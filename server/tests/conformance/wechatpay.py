"""What the package wechatpayv3 makes of the same questions: a JSON list of [craft, question] on stdin, a JSON list of
answers on stdout. One that cannot be answered is {"error": …}."""

import json
import sys

from wechatpayv3 import WeChatPay, WeChatPayType


def client(asked):
    """The package as one who signs by these keys and checks by those."""
    made = WeChatPay(
        wechatpay_type=WeChatPayType.NATIVE,
        mchid=asked["mchid"],
        private_key=asked["privateKey"],
        cert_serial_no=asked["serial"],
        appid=asked["appid"],
        apiv3_key=asked["apiV3Key"],
        notify_url=asked.get("notifyUrl", "http://127.0.0.1/notify"),
        public_key=asked["publicKey"],
        public_key_id=asked["publicKeyId"],
        timeout=(5, 10),
    )
    # It knows WeChat Pay's own host only.
    made._core._gate_way = asked.get("host", "http://127.0.0.1:9")
    return made


def fetched(made, question):
    """Without a public key: it fetches the platform certificates, opens them, and checks its next answer by them."""
    made._core._public_key = made._core._public_key_id = None
    made._core._update_certificates()
    serials = [format(one.serial_number, "040X") for one in made._core._certificates]
    return {"serials": serials, "query": called(made.query(out_trade_no=question["number"]))}


def called(answer):
    """What one of its calls brings: it raises when the answer's signature does not hold."""
    status, text = answer
    return {"status": status, "body": json.loads(text) if text else None}


def pay(pay, question):
    kinds = {"native": WeChatPayType.NATIVE, "jsapi": WeChatPayType.JSAPI}
    return called(pay.pay(**question["order"], pay_type=kinds[question.get("kind", "native")]))


CRAFTS = {
    "pay": pay,
    "query": lambda pay, question: called(pay.query(out_trade_no=question["number"])),
    "close": lambda pay, question: called(pay.close(out_trade_no=question["number"])),
    "refund": lambda pay, question: called(pay.refund(**question["refund"])),
    "query_refund": lambda pay, question: called(pay.query_refund(out_refund_no=question["number"])),
    "certificates": fetched,
    # The lines of what is signed, each of which it ends.
    "sign": lambda pay, question: pay.sign(question["lines"]),
    # A notification: its signature is checked, and what it carries is opened.
    "callback": lambda pay, question: pay.callback(headers=question["headers"], body=question["body"]),
}


def answer(craft, question):
    try:
        return CRAFTS[craft](client(question["as"]), question)
    except Exception as error:
        return {"error": str(error)}


json.dump([answer(*asked) for asked in json.load(sys.stdin)], sys.stdout)
