//! The channel against UnionPay's words, as tables, and whole calls to a gateway that says what it is told to.

mod answers;
mod calls;
mod notices;

use florin_shared::{Method, Money, PaymentId, ReversalId};

use super::*;
use crate::channel::nobodys_login;
use crate::clock::Millis;
use crate::domain::order::tests::payment as fresh;
use crate::domain::payment::{IN_STORE, PaymentState, Said};
use crate::domain::reversal::Reason;
use crate::domain::scanned::Scanned;

const HOST: &str = "http://127.0.0.1:8081";
const NOTIFY: &str = "https://pay.example/notify/unionpay";

/// 2026-11-18T04:00:00Z, and the same as UnionPay writes it.
const NOON: Millis = 1_794_974_400_000;
const TIME: &str = "20261118120000";

fn dated() -> [u8; 16] {
    let mut bytes = [7; 16];
    bytes[..6].copy_from_slice(&NOON.to_be_bytes()[2..]);
    bytes
}

fn number() -> String {
    PaymentId::of(dated()).to_string()
}

fn refund_number() -> String {
    ReversalId::of(dated()).to_string()
}

fn money(minor: i64) -> Money {
    Money::new(minor, "CNY".parse().unwrap()).unwrap()
}

fn payment() -> Payment {
    Payment {
        id: PaymentId::of(dated()),
        method: Method::Unionpay,
        channel: "unionpay".into(),
        product: "QRCODE".into(),
        request_id: number(),
        amount: money(8888),
        cancellable: false,
        expires: NOON + 15 * 60_000,
        created: NOON,
        ..fresh(PaymentState::Intent)
    }
}

fn at_the_counter() -> Payment {
    Payment { product: "CODEPAY".into(), terminal: IN_STORE.into(), ..payment() }
}

fn asking() -> Asking {
    Asking {
        payee: "Blue Mug Ltd".into(),
        return_url: "https://pay.example/pay/CS1".into(),
        notify_url: NOTIFY.into(),
        scanned: None,
        login: nobodys_login(),
    }
}

fn reading(code: &str) -> Asking {
    Asking { scanned: Scanned::read(code, Some("till-4".into())), ..asking() }
}

fn reversal() -> Reversal {
    let id = ReversalId::of(dated());
    Reversal::fresh(id, &payment(), money(8888), Reason::Surplus, NOON)
}

fn fields(pairs: &[(&str, &str)]) -> Fields {
    let number = number();
    let ours = [("merId", SANDBOX), ("orderId", &number), ("txnTime", TIME)];
    let named = |name: &str| pairs.iter().any(|(other, _)| *other == name);
    let rest = ours.into_iter().filter(|(name, _)| !named(name));
    Fields::asked(rest.chain(pairs.iter().copied()))
}

/// UnionPay's side of the keys: its certificate goes out with what it signs.
fn signed(told: Fields) -> Fields {
    let key = include_str!("../../../sandbox/keys/unionpay_platform_private.pem");
    signed_by(told, key, include_str!("vectors/of_unionpay.pem"))
}

fn signed_by(told: Fields, key: &str, certificate: &str) -> Fields {
    let known = sandbox(HOST);
    let trust =
        Trust::of(&known.root_certificate, &known.middle_certificate, Whose::Anybodys).unwrap();
    let more = told.with("signMethod", "01").with("signPubKeyCert", certificate.trim());
    Keys::of(key, trust).unwrap().sign(more).unwrap()
}

#[test]
fn a_payment_is_always_asked_for_with_the_same_words() {
    let account = account(&sandbox(HOST)).unwrap();
    let asked = |payment: &Payment| ask::code(&account, payment, &asking()).unwrap();
    let expected = format!(
        "accessType=0&backUrl={NOTIFY}&bizType=000000&certId=68759663125&channelType=08&\
         currencyCode=156&encoding=UTF-8&merId=777290058110048&orderId={}&\
         payTimeout=20261118121500&signMethod=01&txnAmt=8888&txnSubType=07&txnTime={TIME}&\
         txnType=01&version=5.1.0",
        number()
    );
    assert_eq!(asked(&payment()), Fields::of_answer(expected.as_bytes()).unwrap());
    // What changes in our row while a payment goes on changes nothing.
    let later = Payment { state: PaymentState::Unknown, asks: 7, changed: NOON + 9, ..payment() };
    assert_eq!(asked(&later), asked(&payment()));
    let unnamed = Payment { request_id: "ANOTHER1".into(), ..payment() };
    assert!(matches!(ask::code(&account, &unnamed, &asking()), Err(ChannelError::NotSent(_))));
}

#[test]
fn a_charge_names_the_code_and_the_terminal_and_a_refund_the_payment() {
    let account = account(&sandbox(HOST)).unwrap();
    let asking = reading("6200000000000000001");
    let scanned = asking.scanned.as_ref().unwrap();
    let charge = ask::charge(&account, &at_the_counter(), &asking, scanned).unwrap();
    let of = |fields: &Fields, names: &[&str]| -> Vec<String> {
        names.iter().map(|name| fields.get(name).to_owned()).collect()
    };
    assert_eq!(
        of(&charge, &["txnType", "txnSubType", "qrNo", "termId", "txnAmt"]),
        ["01", "06", "6200000000000000001", "49000002", "8888"]
    );
    let refund =
        ask::refund(&account, &payment(), &reversal(), "202611181200000000018", NOTIFY).unwrap();
    assert_eq!(
        of(&refund, &["txnType", "txnSubType", "origQryId", "txnAmt", "orderId", "txnTime"]),
        ["04", "00", "202611181200000000018", "8888", &refund_number(), TIME]
    );
}

#[test]
fn real_money_moves_at_unionpays_gateway_and_never_by_the_sandboxs_keys() {
    let of = |host: &str, mer_id: &str| {
        Unionpay::new(&UnionpaySettings { mer_id: mer_id.into(), ..sandbox(host) })
    };
    let ours = of("http://192.168.1.7:8081/", SANDBOX).unwrap();
    assert!(!ours.is_live());
    for (host, mer_id) in [
        // The sandbox's keys.
        ("https://gateway.95516.com", "898310148160568"),
        ("https://gateway.test.95516.com", SANDBOX),
        // Somebody else's host, or none.
        ("https://pay.example", "898310148160568"),
        ("http://gateway.95516.com", "898310148160568"),
        ("https://gateway.95516.com/gateway", "898310148160568"),
        ("", SANDBOX),
        ("http://127.0.0.1:8081", "77729005811004"),
        ("http://127.0.0.1:8081", "898310148160568"),
    ] {
        assert!(of(host, mer_id).is_err(), "{host} {mer_id}");
    }
    for wrong in [
        UnionpaySettings { cert_id: "4F".into(), ..sandbox(HOST) },
        UnionpaySettings { term_id: Some("1".into()), ..sandbox(HOST) },
        UnionpaySettings { private_key: "none".into(), ..sandbox(HOST) },
        UnionpaySettings { root_certificate: "none".into(), ..sandbox(HOST) },
    ] {
        assert!(Unionpay::new(&wrong).is_err(), "{wrong:?}");
    }
}

#[test]
fn a_merchant_of_unionpays_own_is_live_by_its_host() {
    // Another key and another chain than everybody's.
    let others = |host: &str, mer_id: &str| UnionpaySettings {
        host: host.into(),
        mer_id: mer_id.into(),
        private_key: include_str!("vectors/another_key.pem").into(),
        root_certificate: include_str!("vectors/of_another_chain.pem").into(),
        middle_certificate: include_str!("vectors/of_another_chain.pem").into(),
        ..sandbox("")
    };
    let is_live = |host: &str, mer_id: &str| {
        Unionpay::new(&others(host, mer_id)).map(|unionpay| unionpay.is_live()).ok()
    };
    assert_eq!(is_live(HOSTS[0], "898310148160568"), Some(true));
    assert_eq!(is_live(HOSTS[1], SANDBOX), Some(false));
    assert_eq!(is_live(HOSTS[0], SANDBOX), None, "777… is for tests");
    assert_eq!(is_live(HOSTS[1], "898310148160568"), None);
}

#[test]
fn without_a_terminal_nothing_is_charged_at_a_counter() {
    let with = Unionpay::new(&sandbox(HOST)).unwrap();
    let without = Unionpay::new(&UnionpaySettings { term_id: None, ..sandbox(HOST) }).unwrap();
    let names = |unionpay: &Unionpay| -> Vec<&str> {
        unionpay.products().iter().map(|product| product.name).collect()
    };
    assert_eq!(
        (names(&with), names(&without)),
        (
            vec!["QRCODE", "CODEPAY", "WAP", "NETBANK", "APP"],
            vec!["QRCODE", "WAP", "NETBANK", "APP"]
        )
    );
}

#[test]
fn what_was_signed_for_is_sold_and_nothing_else() {
    let of = |products: Option<&str>| {
        let settings = UnionpaySettings { products: products.map(str::to_owned), ..sandbox(HOST) };
        let names = |sold: &[Product]| sold.iter().map(|product| product.name).collect();
        Unionpay::new(&settings).map(|unionpay| names(unionpay.products())).ok()
    };
    for (signed, sold) in [
        // As it was before there was anything to choose.
        (None, Some(vec!["QRCODE", "CODEPAY"])),
        (Some("QRCODE"), Some(vec!["QRCODE", "CODEPAY"])),
        (Some(" WAP "), Some(vec!["WAP"])),
        (Some("WAP QRCODE"), Some(vec!["WAP", "QRCODE", "CODEPAY"])),
        (Some("WEB"), Some(vec!["WEB"])),
        (Some("NETBANK WAP"), Some(vec!["NETBANK", "WAP"])),
        (Some("APP"), Some(vec!["APP"])),
        (Some(""), None),
        (Some("WAP WAP"), None),
        (Some("APPLE_PAY"), None),
    ] {
        assert_eq!(of(signed), sold, "{signed:?}");
    }
}

fn on_a_phone() -> Payment {
    Payment { product: "WAP".into(), ..payment() }
}

#[tokio::test]
async fn a_phones_page_is_opened_by_the_browser_and_by_nobody_else() {
    // Nobody listens there: a call would fail.
    let unionpay = Unionpay::new(&sandbox("http://127.0.0.1:9")).unwrap();
    let (payment, asking) = (on_a_phone(), asking());
    let opened = unionpay.pay(&payment, &asking).await.unwrap();
    assert_eq!(opened.evidence.said, Said::Pending);
    let action = opened.action.unwrap();
    assert_eq!(
        (action.kind.as_str(), action.url.as_deref()),
        ("redirect", Some("https://pay.example/to/GW7"))
    );
    let form = unionpay.form(&payment, &asking, None).unwrap().unwrap();
    assert_eq!(form.action, "http://127.0.0.1:9/gateway/api/frontTransReq.do");
    let fields = form.fields.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let told = Fields::asked(fields);
    let expected = format!(
        "accessType=0&backUrl={NOTIFY}&bizType=000201&certId=68759663125&channelType=08&\
         currencyCode=156&encoding=UTF-8&frontUrl=https://pay.example/to/GW7/back&\
         merId=777290058110048&orderId={}&payTimeout=20261118121500&signMethod=01&txnAmt=8888&\
         txnSubType=01&txnTime={TIME}&txnType=01&version=5.1.0",
        number()
    );
    assert_eq!(told.digest(), Fields::of_answer(expected.as_bytes()).unwrap().digest());
    // What changes in our row while a payment goes on changes nothing, not even the signature.
    let later =
        Payment { state: PaymentState::Unknown, asks: 7, changed: NOON + 9, ..on_a_phone() };
    assert_eq!(unionpay.form(&later, &asking, None).unwrap(), Some(form));
    assert_eq!(
        unionpay.form(&super::tests::payment(), &asking, None).unwrap(),
        None,
        "a code has none"
    );
    assert!(unionpay.opens_alone(&payment) && !unionpay.opens_alone(&super::tests::payment()));
}

fn in_an_app() -> Payment {
    Payment { product: "APP".into(), ..payment() }
}

fn at_a_computer(product: &str) -> Payment {
    Payment { method: Method::OnlineBanking, product: product.into(), ..payment() }
}

#[test]
fn a_bank_is_named_by_its_code_and_only_where_unionpay_leads_past_its_own_page() {
    let unionpay = Unionpay::new(&sandbox(HOST)).unwrap();
    let said = |payment: &Payment, bank: Option<&Bank>| {
        let form = unionpay.form(payment, &asking(), bank).unwrap().unwrap();
        let fields = form.fields.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let told = Fields::asked(fields);
        (told.get("channelType").to_owned(), told.get("issInsCode").to_owned())
    };
    let banks = unionpay.banks(&at_a_computer("NETBANK"));
    assert_eq!((banks[0].code, banks.len()), ("ICBC", 14));
    for bank in banks {
        assert!((3..=8).contains(&bank.code.len()), "{bank:?}");
        let told = said(&at_a_computer("NETBANK"), Some(bank));
        assert_eq!(told, ("07".to_owned(), bank.code.to_owned()));
    }
    for payment in [at_a_computer("NETBANK"), at_a_computer("WEB")] {
        assert_eq!(said(&payment, None), ("07".to_owned(), String::new()));
    }
    assert_eq!(said(&on_a_phone(), None), ("08".to_owned(), String::new()));
    for payment in [at_a_computer("WEB"), on_a_phone(), payment()] {
        assert!(unionpay.banks(&payment).is_empty());
    }
}

#[test]
fn a_refund_is_of_the_product_that_was_paid() {
    let account = account(&sandbox(HOST)).unwrap();
    for (paid, of) in [
        (payment(), ("000000", "08")),
        (at_the_counter(), ("000000", "08")),
        (on_a_phone(), ("000201", "08")),
        (at_a_computer("WEB"), ("000201", "07")),
        (at_a_computer("NETBANK"), ("000201", "07")),
        (in_an_app(), ("000201", "08")),
    ] {
        let refund = ask::refund(&account, &paid, &reversal(), "1", NOTIFY).unwrap();
        assert_eq!((refund.get("bizType"), refund.get("channelType")), of);
    }
}
