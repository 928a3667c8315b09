//! UnionPay's own page (`01`/`01`, bizType `000201`): the payer's browser comes with a signed form to `frontTransReq.do`, pays or says no, and
//! is brought back to `frontUrl` by a form that UnionPay has signed. The message to `backUrl` goes its own way.
//!
//! On a computer (`channelType` `07`) it stands for a bank's own page (`banks`).
//!
//! The same form again shows the same page, as long as it is not paid; its number with anything else is a duplicate (`12`).

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Extension, Form, Router};
use serde::Deserialize;

use super::admit::Asked;
use super::apply::{self, traces};
use super::charge::NO;
use super::{Unionpay, banks, notices, speak, wire};
use crate::book::Unwritten;
use crate::channel::{Headers, Signed};
use crate::gate::{Said, Voice};
use crate::ledger::{Payment, Status};
use crate::page::{self, Frame, fill};
use crate::wallet::{Action, act_at};
use crate::world::World;

const PAGE: &str = include_str!("../../assets/unionpay_page.html");
const BUTTONS: &str = include_str!("../../assets/unionpay_buttons.html");
const BACK: &str = include_str!("../../assets/unionpay_back.html");
const CASHIER: &str = "/gateway/cashier";

pub(super) fn routes() -> Router<Arc<World>> {
    Router::new().route(CASHIER, get(show).post(press))
}

pub(super) fn is_page(payment: &Payment) -> bool {
    banks::is_page(payment)
}

/// Whether it is the gateway's, on a page or in an app, and no code.
pub(super) fn is_gateways(payment: &Payment) -> bool {
    is_page(payment) || payment.opened.terminal == apply::APP
}

/// The product that this payment is of.
pub(super) fn biz_type(payment: &Payment) -> &'static str {
    if is_gateways(payment) { "000201" } else { "000000" }
}

/// Where the browser goes that has brought this form.
pub(super) async fn open(world: &World, asked: &Asked) -> Result<Said, Unwritten> {
    let front_url = asked.get("frontUrl");
    if !front_url.starts_with("http") || front_url.len() > 256 {
        return Ok(speak::refused(
            &asked.fields,
            "13",
            "frontUrl is an address of up to 256 characters",
        ));
    }
    let terminal = match banks::terminal(asked) {
        Ok(terminal) => terminal,
        Err((code, why)) => return Ok(speak::refused(&asked.fields, code, why)),
    };
    let now = world.clock.now();
    let decided = world.decide(|desk| apply::decide(desk, asked, terminal, now)).await?;
    Ok(match decided {
        Err((code, why)) => speak::refused(&asked.fields, code, why),
        Ok(code) => Said { status: StatusCode::SEE_OTHER, body: format!("{CASHIER}?code={code}") },
    })
}

/// To a browser: on to the page, or a few words with the code that a merchant's server would read.
pub(super) struct FrontVoice;

impl Voice for FrontVoice {
    fn headers(&self, said: &Said, _: Signed) -> Headers {
        match said.status {
            StatusCode::SEE_OTHER => vec![("location", said.body.clone())],
            _ => vec![("content-type", "text/plain;charset=UTF-8".into())],
        }
    }

    fn body(&self, said: &Said, _: Signed) -> String {
        if said.status == StatusCode::SEE_OTHER {
            return String::new();
        }
        let fields = wire::of_form(said.body.as_bytes());
        let get = |name: &str| fields.get(name).map_or("", String::as_str);
        format!("respCode {}: {}", get("respCode"), get("respMsg"))
    }

    fn unknown(&self) -> Said {
        speak::refused(&wire::Fields::new(), "04", "nobody knows what happened")
    }
}

#[derive(Deserialize)]
struct Shown {
    #[serde(default)]
    code: String,
}

#[derive(Deserialize)]
struct Pressed {
    code: String,
    action: String,
}

async fn show(
    State(world): State<Arc<World>>,
    Extension(unionpay): Extension<Unionpay>,
    Query(shown): Query<Shown>,
    headers: HeaderMap,
) -> Response {
    let known = world.glance(|ledger| ledger.by_code(&shown.code).cloned());
    match known.filter(is_page) {
        Some(payment) => drawn(&world, &unionpay, &payment, Words::asked(&headers)),
        None => (StatusCode::NOT_FOUND, "UnionPay knows of no such transaction").into_response(),
    }
}

/// Whatever came of it, the page tells it; going there makes a reload harmless.
async fn press(State(world): State<Arc<World>>, Form(pressed): Form<Pressed>) -> Response {
    let Some(action) = Action::read(&pressed.action) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    match act_at(&world, &pressed.code, action, None).await {
        Err(unwritten) => page::unwritten(unwritten),
        Ok(_) => Redirect::to(&format!("{CASHIER}?code={}", pressed.code)).into_response(),
    }
}

fn drawn(world: &World, unionpay: &Unionpay, payment: &Payment, words: &Words) -> Response {
    let (now, opened) = (world.clock.now(), &payment.opened);
    let status = payment.status(now);
    let headline = match status {
        Status::Processing => words.open,
        Status::Paid => words.paid,
        Status::Pending => words.pending,
        Status::Declined | Status::Expired | Status::Cancelled => words.over,
    };
    let fields = unionpay.keys.signed(told(payment, status, now), Signed::Well);
    let field = |(name, value): (&String, &String)| {
        fill(
            r#"<input type="hidden" name="{{name}}" value="{{value}}">"#,
            &[("name", name), ("value", value)],
        )
    };
    let amount = payment.amount().spoken();
    let is_chinese = words.lang == CHINESE.lang;
    let list = banks::list(payment, words.bank, is_chinese);
    let buttons = [
        ("code", opened.code.as_str()),
        ("banks", &list),
        ("pay", words.pay),
        ("decline", words.decline),
    ];
    let back = [
        ("url", opened.redirect_url.as_str()),
        ("fields", &fields.iter().map(field).collect::<String>()),
        ("back", words.back),
    ];
    let values = [
        ("amount", amount.as_str()),
        ("headline", headline),
        ("payee", words.payee),
        ("name", &opened.payee),
        ("order", words.order),
        ("number", &opened.reference),
        ("bank", &banks::named(payment, words.bank, is_chinese)),
        (
            "buttons",
            &if status == Status::Processing { fill(BUTTONS, &buttons) } else { String::new() },
        ),
        ("back", &fill(BACK, &back)),
    ];
    let frame = Frame { lang: words.lang, sandbox: words.sandbox, pretend: words.pretend };
    let mut page = page::page_in(&frame, StatusCode::OK, headline, &fill(PAGE, &values));
    lead_out(&mut page, &opened.redirect_url);
    page
}

/// What the browser brings back. It says what a question would be told, and proves to the merchant's server no more than that.
fn told(payment: &Payment, status: Status, now: i64) -> wire::Fields {
    let opened = &payment.opened;
    let mut fields = notices::common(payment, ("01", "01"), &opened.key.request, &opened.attach);
    let (code, message) = match status {
        Status::Paid => ("00", "成功[0000000]"),
        Status::Processing | Status::Pending => ("05", "交易处理中"),
        Status::Declined | Status::Expired | Status::Cancelled => NO,
    };
    for (name, value) in [
        ("respCode", code),
        ("respMsg", message),
        ("txnAmt", &payment.amount().value.to_string()),
        ("currencyCode", "156"),
    ] {
        fields.insert(name.into(), value.into());
    }
    if let Some(capture) = payment.captured.filter(|_| status == Status::Paid) {
        fields.extend(
            traces(payment, capture.at_ms.min(now)).map(|(name, value)| (name.into(), value)),
        );
    }
    fields
}

/// This page sends its form to the merchant, and the merchant's server sends the browser on.
fn lead_out(page: &mut Response, url: &str) {
    let host = url.split('/').take(3).collect::<Vec<_>>().join("/");
    let own = page.headers().get(header::CONTENT_SECURITY_POLICY).and_then(|own| own.to_str().ok());
    let policy = own.unwrap_or_default();
    let policy = policy.replace("form-action 'self'", &format!("form-action 'self' {host}"));
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        page.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
}

/// What the page says.
struct Words {
    lang: &'static str,
    sandbox: &'static str,
    pretend: &'static str,
    open: &'static str,
    paid: &'static str,
    pending: &'static str,
    over: &'static str,
    payee: &'static str,
    order: &'static str,
    bank: &'static str,
    pay: &'static str,
    decline: &'static str,
    back: &'static str,
}

impl Words {
    fn asked(headers: &HeaderMap) -> &'static Words {
        let asked = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        let is_chinese = asked.is_some_and(|asked| asked.trim_start().starts_with("zh"));
        if is_chinese { &CHINESE } else { &ENGLISH }
    }
}

static ENGLISH: Words = Words {
    lang: "en",
    sandbox: "Sandbox.",
    pretend: "This is a pretend UnionPay: no real money moves.",
    open: "Pay with UnionPay",
    paid: "Paid",
    pending: "Your bank is confirming",
    over: "Nothing was taken",
    payee: "Payee",
    order: "Order",
    bank: "Bank",
    pay: "Pay",
    decline: "Decline",
    back: "Back to the merchant",
};

static CHINESE: Words = Words {
    lang: "zh-Hans",
    sandbox: "沙箱。",
    pretend: "这是模拟的银联页面，不会产生真实扣款。",
    open: "银联支付",
    paid: "支付成功",
    pending: "银行正在确认",
    over: "没有扣款",
    payee: "收款方",
    order: "订单号",
    bank: "银行",
    pay: "确认付款",
    decline: "拒绝",
    back: "返回商户",
};
