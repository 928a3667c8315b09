//! What each channel says when all is well, before it is signed. The first of each is what a stranger begins with.

const ANTOM: &[&str] = &[
    include_str!("../../../sandbox/tests/vectors/notification_body.json"),
    r#"{"notifyType":"PAYMENT_PENDING","result":{"resultCode":"SUCCESS","resultStatus":"S","resultMessage":"success"},"paymentRequestId":"GW1","paymentId":"2"}"#,
    r#"{"notifyType":"PAYMENT_RESULT","result":{"resultCode":"ORDER_IS_CLOSED","resultStatus":"F","resultMessage":"closed"},"paymentRequestId":"GW1"}"#,
    r#"{"result":{"resultCode":"SUCCESS","resultStatus":"S","resultMessage":"success"},"refundStatus":"SUCCESS","refundRequestId":"RF1","refundId":"3","paymentId":"2","refundAmount":{"currency":"PHP","value":"25000"}}"#,
];

/// What is sealed inside, after a byte that chooses the event (`sender.rs`).
const WECHATPAY: &[&str] = &[
    concat!("0", include_str!("../../../sandbox/tests/vectors/wechatpay/notice_plaintext.json")),
    r#"1{"mchid":"1900000001","out_trade_no":"GW1","transaction_id":"42","out_refund_no":"RF1","refund_id":"5","refund_status":"SUCCESS","success_time":"2026-11-18T12:01:30+08:00","amount":{"total":100,"refund":100,"payer_total":100,"payer_refund":100}}"#,
    r#"2{"mchid":"1900000001","out_trade_no":"GW1","transaction_id":"42","out_refund_no":"RF1","refund_id":"5","refund_status":"ABNORMAL","amount":{"total":100,"refund":100}}"#,
    concat!("9", include_str!("../../../sandbox/tests/vectors/wechatpay/notice_body.json")),
];

const ALIPAY: &[&str] = &[
    "app_id=2021000000000001&seller_id=2088000000000002&notify_type=trade_status_sync&notify_time=2026-11-18+12%3A01%3A31&out_trade_no=GW1&trade_no=2026&trade_status=TRADE_SUCCESS&total_amount=88.88&receipt_amount=88.88&gmt_payment=2026-11-18+12%3A01%3A30",
    "app_id=2021000000000001&seller_id=2088000000000002&notify_type=trade_status_sync&out_trade_no=GW1&trade_no=2026&trade_status=TRADE_CLOSED&total_amount=88.88&refund_fee=88.88&out_biz_no=RF1&gmt_refund=2026-11-18+12%3A01%3A30.123",
    "app_id=2021000000000001&seller_id=2088000000000002&notify_type=trade_status_sync&out_trade_no=GW1&trade_status=WAIT_BUYER_PAY&total_amount=0.01",
];

/// The number of a transaction tells its time; these are of 2025-11-18 12:00 in Beijing.
const UNIONPAY: &[&str] = &[
    "accessType=0&bizType=000000&currencyCode=156&encoding=UTF-8&merId=777290058110048&orderId=GW06d9a7ki000000000000000000&queryId=20&respCode=00&respMsg=%E6%88%90%E5%8A%9F%5B0000000%5D&txnAmt=8888&settleAmt=8000&txnSubType=07&txnTime=20251118120000&traceTime=1118120130&txnType=01&version=5.1.0",
    "currencyCode=156&merId=777290058110048&orderId=RF06d9a7ki000000000000000000&origQryId=20&respCode=00&txnAmt=8888&txnSubType=00&txnTime=20251118120000&txnType=04",
    "currencyCode=156&merId=777290058110048&orderId=GW06d9a7ki000000000000000000&respCode=05&txnAmt=8888&txnTime=20251118120000&txnType=01",
];

const LAKALA: &[&str] = &[
    include_str!("../../../sandbox/tests/vectors/lakala/notice.json"),
    r#"{"out_order_no":"GW1","merchant_no":"82229007392000A","order_status":"6","total_amount":8888,"order_trade_info":{"trade_no":"20","trade_type":"REFUND","trade_status":"S","trade_amount":8888,"trade_time":"20261118120130"}}"#,
    r#"{"out_order_no":"GW1","merchant_no":"82229007392000A","order_status":"4","total_amount":"8888"}"#,
];

const VIETQR: &[&str] = &[
    r#"{"type":"credit.received","timestamp":"2026-11-18T04:01:31Z","data":{"id":"FT1","number":1,"reference":"K7","amount":"120000","currency":"VND","at":"2026-11-18T04:01:30Z","payer_bank":"970407","account":"SANDBOX_VIETQR"}}"#,
    r#"{"type":"credit.received","timestamp":"2026-11-18T04:01:31Z","data":{"id":"FT2","number":2,"reference":"K7","amount":"120000","currency":"VND","at":"2026-11-18T04:01:30Z","account":"SANDBOX_VIETQR","returned":"5"}}"#,
];

const ECNY: &[&str] = &[
    r#"{"payment":{"merchant":"SANDBOX_ECNY","number":"GW1","method":"ECNY","amount":"8888","currency":"CNY","state":"PAID","paid_at":"2026-11-18T12:01:30+08:00","returned":"0"}}"#,
    r#"{"payment":{"merchant":"SANDBOX_ECNY","number":"GW1","method":"ECNY","amount":"8888","currency":"CNY","state":"FAILED","reason":"DECLINED"}}"#,
    r#"{"payment":{"merchant":"SANDBOX_ECNY","number":"GW1","state":"CLOSED"}}"#,
    r#"{"refund":{"merchant":"SANDBOX_ECNY","number":"GW1","refund":"RF1","amount":"800","currency":"CNY","state":"DONE"}}"#,
];

pub(super) fn of(name: &str) -> &'static [&'static str] {
    match name {
        "antom" => ANTOM,
        "wechatpay" => WECHATPAY,
        "alipay" => ALIPAY,
        "unionpay" => UNIONPAY,
        "lakala" => LAKALA,
        "ecny" => ECNY,
        _ => VIETQR,
    }
}
