"""What the package global-open-sdk-python makes of the same questions: a JSON list of [craft, question] on stdin, a JSON
list of answers on stdout. One that cannot be answered is {"error": …}."""

import json
import sys
import urllib.request

from com.alipay.ams.api import default_alipay_client
from com.alipay.ams.api.default_alipay_client import DefaultAlipayClient
from com.alipay.ams.api.model.amount import Amount
from com.alipay.ams.api.model.env import Env
from com.alipay.ams.api.model.order import Order
from com.alipay.ams.api.model.payment_method import PaymentMethod
from com.alipay.ams.api.model.product_code_type import ProductCodeType
from com.alipay.ams.api.model.terminal_type import TerminalType
from com.alipay.ams.api.request.pay.alipay_inquiry_refund_request import AlipayInquiryRefundRequest
from com.alipay.ams.api.request.pay.alipay_pay_cancel_request import AlipayPayCancelRequest
from com.alipay.ams.api.request.pay.alipay_pay_query_request import AlipayPayQueryRequest
from com.alipay.ams.api.request.pay.alipay_pay_request import AlipayPayRequest
from com.alipay.ams.api.request.pay.alipay_refund_request import AlipayRefundRequest
from com.alipay.ams.api.tools.signature_tool import sign
from com.alipay.ams.api.tools.webhook_tool import check_signature


def plain_post(url, headers=None, req_body=None):
    """Its own way out knows https on port 443 only."""
    request = urllib.request.Request(url, data=req_body.encode("utf-8"), headers=headers, method="POST")
    with urllib.request.urlopen(request, timeout=10) as response:
        return [(name.lower(), value) for name, value in response.getheaders()], response.read()


default_alipay_client.do_post = plain_post


def filled(made, fields):
    for name, value in fields.items():
        setattr(made, name, value)
    return made


def amount(asked):
    return filled(Amount(), {"currency": asked["currency"], "value": asked["value"]})


def pay(asked):
    money = amount(asked["amount"])
    order = {"reference_order_id": asked["number"], "order_description": asked["description"], "order_amount": money}
    return filled(AlipayPayRequest(), {
        "product_code": ProductCodeType.CASHIER_PAYMENT,
        "payment_request_id": asked["number"],
        "order": filled(Order(), order),
        "payment_amount": money,
        "payment_method": filled(PaymentMethod(), {"payment_method_type": asked["method"]}),
        "payment_redirect_url": "http://127.0.0.1/thanks",
        "payment_notify_url": asked["notifyUrl"],
        "env": filled(Env(), {"terminal_type": TerminalType.WEB}),
    })


def refund(asked):
    return filled(AlipayRefundRequest(), {
        "refund_request_id": asked["number"], "payment_id": asked["payment"], "refund_amount": amount(asked["amount"]),
    })


REQUESTS = {
    "pay": pay,
    "query": lambda asked: filled(AlipayPayQueryRequest(), {"payment_request_id": asked["number"]}),
    "cancel": lambda asked: filled(AlipayPayCancelRequest(), {"payment_request_id": asked["number"]}),
    "refund": refund,
    "query_refund": lambda asked: filled(AlipayInquiryRefundRequest(), {"refund_request_id": asked["number"]}),
}


def called(craft, asked):
    """What one of its calls brings: it raises when the answer's signature does not hold."""
    who = asked["as"]
    client = DefaultAlipayClient(who["host"], who["clientId"], who["privateKey"], who["publicKey"])
    return json.loads(client.execute(REQUESTS[craft](asked)))


def signed(asked):
    """What is signed by this key, as it stands behind `signature=`."""
    return sign("POST", asked["path"], asked["clientId"], asked["time"], asked["body"], asked["key"])


def checked(asked):
    """Whether it believes a message; it raises when it does not."""
    whole = (asked["path"], asked["clientId"], asked["time"], asked["body"], asked["signature"], asked["key"])
    return check_signature("POST", *whole)


def answer(craft, asked):
    try:
        if craft in REQUESTS:
            return called(craft, asked)
        return {"sign": signed, "check": checked}[craft](asked)
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}


json.dump([answer(*asked) for asked in json.load(sys.stdin)], sys.stdout)
