//! The merchant's mini-program, as WeChat plays it: `wx.login` gives a code, `jscode2session` says whose it is, and `wx.requestPayment` opens for
//! what the merchant has signed (`protocols/wechatpay-v3.md` 5).
//!
//! The code comes from the phone's own WeChat, which is no server: `/mini-program/login` stands for it here. Answers are not signed, and
//! errors come with 200, as at the real one. A code counts once, and for five minutes.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::routing::get;
use axum::{Extension, Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::account::{MINI_APPID, MINI_SECRET, SOMEBODY_IN_MINI};
use super::login::{Asked, Logins};
use super::numbers;
use crate::keys::Pair;
use crate::numbers::random;
use crate::world::World;

const BASE64: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

pub(super) fn routes() -> Router<Arc<World>> {
    Router::new()
        .route("/mini-program/login", get(login))
        .route("/sns/jscode2session", get(exchange))
        .layer(Extension(Logins::default()))
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Exchange {
    appid: String,
    secret: String,
    js_code: String,
    grant_type: String,
}

/// What `wx.login` tells a mini-program.
async fn login(
    State(world): State<Arc<World>>,
    Extension(logins): Extension<Logins>,
) -> Json<Value> {
    Json(json!({ "code": logins.give(world.clock.now()), "errMsg": "login:ok" }))
}

async fn exchange(
    State(world): State<Arc<World>>,
    Extension(logins): Extension<Logins>,
    Query(asked): Query<Exchange>,
) -> Json<Value> {
    Json(exchanged(&logins, &asked, world.clock.now()))
}

fn exchanged(logins: &Logins, asked: &Exchange, now: i64) -> Value {
    let Exchange { appid, secret, js_code: code, grant_type } = asked;
    let asked = Asked { appid, secret, grant_type, code };
    match logins.exchange((MINI_APPID, MINI_SECRET), &asked, now) {
        Err(why) => why,
        Ok(()) => json!({
            "openid": SOMEBODY_IN_MINI,
            "session_key": format!("{}==", random(BASE64, 22)),
            "unionid": "oUnionA1b2C3d4E5f6G7h8I9j0K1",
        }),
    }
}

/// What `wx.requestPayment` is called with: which mini-program asks WeChat knows by itself.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Handed {
    time_stamp: String,
    nonce_str: String,
    package: String,
    sign_type: String,
    pay_sign: String,
}

/// None, when it is not what a mini-program hands over; in it the order's code, or none when WeChat would not open.
pub(super) fn read(keys: &Pair, text: &str) -> Option<Option<String>> {
    let handed: Handed = serde_json::from_str(text).ok()?;
    let Handed { time_stamp, nonce_str, package, sign_type, pay_sign } = &handed;
    let signed = format!("{MINI_APPID}\n{time_stamp}\n{nonce_str}\n{package}\n");
    let opens = sign_type == "RSA" && keys.verifies(signed.as_bytes(), pay_sign);
    Some(numbers::read_code(package).filter(|_| opens))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_counts_once_and_only_with_the_mini_programs_own_secret() {
        let logins = Logins::default();
        let code = logins.give(0);
        let asked = |appid: &str, secret: &str| Exchange {
            appid: appid.into(),
            secret: secret.into(),
            js_code: code.clone(),
            grant_type: "authorization_code".into(),
        };
        let right = asked(MINI_APPID, MINI_SECRET);
        let error = |asked: &Exchange, now| exchanged(&logins, asked, now)["errcode"].as_i64();
        assert_eq!(error(&asked("wxd678efh567hg6787", MINI_SECRET), 1), Some(40013));
        assert_eq!(error(&asked(MINI_APPID, "fedcba9876543210fedcba9876543210"), 1), Some(40125));
        let told = exchanged(&logins, &right, 1);
        assert_eq!(told["openid"], SOMEBODY_IN_MINI);
        assert_eq!(told["session_key"].as_str().unwrap().len(), 24);
        assert_eq!(error(&right, 2), Some(40163));
    }
}
