//! An order whose form is right (`protocols/wechatpay-v3.md` 4).

use serde_json::{Value, json};
use url::Url;

use super::account::{MCHID, MINI_APPID, SOMEBODY_IN_MINI};
use super::calls::Trade;
use super::numbers;
use super::refusal::Refusal;
use super::wire;
use crate::channel::Name;
use crate::clock;
use crate::ledger::{IN_STORE, Key, Opened};
use crate::money::Money;

const MINUTE: i64 = 60 * 1000;
const DAY: i64 = 24 * 60 * MINUTE;
/// How long an order can be paid if it does not say.
const USUAL_LIFE: i64 = 7 * DAY;
/// How long the payer may take over the password of a payment code.
const PASSWORD_LIFE: i64 = 5 * MINUTE;

/// Where the payer meets the order.
pub(super) const IN_MINI_PROGRAM: &str = "MINI_PROGRAM";

pub(super) struct Ask {
    pub(super) trade: Trade,
    wire: wire::Order,
    /// Everything that a repeated order must have in common with the first.
    pub(super) fingerprint: String,
}

impl Ask {
    pub(super) fn read(trade: Trade, body: &[u8]) -> Result<Ask, Refusal> {
        let wire: wire::Order = wire::read(body)?;
        let whole: Value = wire::read(body)?;
        check_order(trade, &wire)?;
        match trade {
            Trade::Native | Trade::App => (),
            Trade::Jsapi => check_payer(&wire)?,
            Trade::H5 => check_h5(&wire)?,
            Trade::Code => check_counter(&wire)?,
        }
        let fingerprint = json!([trade.word(), whole]).to_string();
        Ok(Ask { trade, wire, fingerprint })
    }

    pub(super) fn key(&self) -> Key {
        Key::new(Name::Wechatpay, &self.wire.out_trade_no)
    }

    /// The payment code; empty on a page.
    pub(super) fn auth_code(&self) -> &str {
        let payer = self.wire.payer.as_ref();
        payer.and_then(|payer| payer.auth_code.as_deref()).unwrap_or_default()
    }

    /// When the order can no longer be paid.
    pub(super) fn expires_ms(&self, now: i64) -> Result<i64, Refusal> {
        let Some(text) = &self.wire.time_expire else {
            let life = if self.trade == Trade::Code { PASSWORD_LIFE } else { USUAL_LIFE };
            return Ok(now + life);
        };
        let wrong = || Refusal::parameter("/time_expire", "it is a minute ahead or more");
        clock::parse_iso(text).filter(|expires| *expires >= now + MINUTE).ok_or_else(wrong)
    }

    pub(super) fn open(&self, code: String, now: i64, expires_ms: i64) -> Opened {
        let wire = &self.wire;
        let terminal = match self.trade {
            Trade::Code => IN_STORE,
            Trade::Jsapi if wire.appid == MINI_APPID => IN_MINI_PROGRAM,
            trade => trade.word(),
        };
        let payer = wire.payer.as_ref().and_then(|payer| payer.openid.clone());
        Opened {
            key: self.key(),
            payment_id: numbers::transaction_id(now),
            code,
            fingerprint: self.fingerprint.clone(),
            at_ms: now,
            expires_ms,
            amount: Money { currency: "CNY".into(), value: wire.amount.total },
            method: self.trade.word().into(),
            terminal: terminal.into(),
            payee: "a sandbox shop".into(),
            description: wire.description.clone(),
            reference: wire.out_trade_no.clone(),
            notify_url: wire.notify_url.clone(),
            redirect_url: String::new(),
            attach: wire.attach.clone().unwrap_or_default(),
            payer: payer.unwrap_or_default(),
        }
    }
}

fn check_order(trade: Trade, wire: &wire::Order) -> Result<(), Refusal> {
    if wire.mchid != MCHID {
        return Err(Refusal::bad("MCH_NOT_EXISTS", "the mchid is not known"));
    }
    if !trade.appids().contains(&wire.appid.as_str()) {
        return Err(Refusal::bad("APPID_MCHID_NOT_MATCH", "the appid is not this merchant's"));
    }
    check_number(&wire.out_trade_no)?;
    check_length("/description", &wire.description, 1, 127)?;
    check_length("/attach", wire.attach.as_deref().unwrap_or_default(), 0, 128)?;
    if wire.amount.total < 1 {
        return Err(Refusal::parameter("/amount/total", "it is a whole number of fen above 0"));
    }
    if wire.amount.currency.as_deref().unwrap_or("CNY") != "CNY" {
        return Err(Refusal::parameter("/amount/currency", "it is CNY"));
    }
    match (&wire.notify_url, trade) {
        (None, Trade::Code) => Ok(()),
        (None, _) => Err(Refusal::parameter("/notify_url", "it is missing")),
        (Some(url), _) => check_notify_url(url),
    }
}

fn check_number(number: &str) -> Result<(), Refusal> {
    let allowed = |sign: u8| sign.is_ascii_alphanumeric() || b"_-|*".contains(&sign);
    match (6..=32).contains(&number.len()) && number.bytes().all(allowed) {
        true => Ok(()),
        false => Err(Refusal::parameter("/out_trade_no", "6 to 32 of 0-9 A-Z a-z _ - | *")),
    }
}

pub(super) fn check_length(
    field: &'static str,
    text: &str,
    least: usize,
    most: usize,
) -> Result<(), Refusal> {
    match (least..=most).contains(&text.chars().count()) {
        true => Ok(()),
        false => Err(Refusal::parameter(field, format!("{least} to {most} characters"))),
    }
}

/// The real one takes https only; a sandbox notifies its own machine over http.
pub(super) fn check_notify_url(text: &str) -> Result<(), Refusal> {
    let url = Url::parse(text).ok().filter(|url| text.len() <= 255 && url.query().is_none());
    match url.is_some_and(|url| matches!(url.scheme(), "https" | "http")) {
        true => Ok(()),
        false => Err(Refusal::parameter("/notify_url", "an address of 255 signs without a query")),
    }
}

fn check_payer(wire: &wire::Order) -> Result<(), Refusal> {
    let openid = wire.payer.as_ref().and_then(|payer| payer.openid.as_deref());
    check_length("/payer/openid", openid.unwrap_or_default(), 1, 128)?;
    // Each account knows a person by another openid.
    let is_of_mini = openid == Some(SOMEBODY_IN_MINI);
    match is_of_mini == (wire.appid == MINI_APPID) {
        true => Ok(()),
        false => Err(Refusal::parameter("/payer/openid", "it is not of this appid")),
    }
}

fn check_h5(wire: &wire::Order) -> Result<(), Refusal> {
    let scene = wire.scene_info.as_ref();
    let ip = scene.and_then(|scene| scene.payer_client_ip.as_deref());
    check_length("/scene_info/payer_client_ip", ip.unwrap_or_default(), 1, 45)?;
    match scene.and_then(|scene| scene.h5_info.as_ref()).map(|h5| h5.kind.as_str()) {
        Some("Wap" | "iOS" | "Android") => Ok(()),
        _ => Err(Refusal::parameter("/scene_info/h5_info/type", "Wap, iOS or Android")),
    }
}

fn check_counter(wire: &wire::Order) -> Result<(), Refusal> {
    let store = wire.scene_info.as_ref().and_then(|scene| scene.store_info.as_ref());
    if !store.is_some_and(|store| store.id.is_some() || store.out_id.is_some()) {
        return Err(Refusal::parameter("/scene_info/store_info", "id or out_id is needed"));
    }
    let code = wire.payer.as_ref().and_then(|payer| payer.auth_code.as_deref());
    let is_code = |code: &str| code.len() == 18 && code.bytes().all(|digit| digit.is_ascii_digit());
    match code.is_some_and(is_code) {
        true => Ok(()),
        false => Err(Refusal::parameter("/payer/auth_code", "18 digits")),
    }
}
