//! Alipay's own login, for the one application that is known here (OAuth 2.0 with `auth_base`): the page that sends a browser back
//! with a code without asking anything, and the exchange of that code, which is a call of the gateway's, for the payer's number.
//!
//! A code counts once, and for a day.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, Json};
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use super::admit::Asked;
use super::wire::{self, Verdict};
use super::{APP_ID, Alipay, MINI_APP_ID};
use crate::numbers::random;
use crate::world::World;

/// Who pays.
pub(super) const SOMEBODY: &str = "2088000000000001";

const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
const LIFE_MS: i64 = 24 * 60 * 60 * 1000;

/// The codes that were given out and not used: for which application, and until when each counts.
#[derive(Clone, Default)]
pub(super) struct Logins(Arc<Mutex<HashMap<String, (&'static str, i64)>>>);

impl Logins {
    fn give(&self, app_id: &'static str, now: i64) -> String {
        let code = random(LETTERS, 32);
        self.lock().insert(code.clone(), (app_id, now + LIFE_MS));
        code
    }

    /// Uses a code up, if it still counts, and in this application.
    fn take(&self, app_id: &str, code: &str, now: i64) -> bool {
        let mut codes = self.lock();
        let counts = codes.get(code).is_some_and(|(of, ends)| *of == app_id && now < *ends);
        counts && codes.remove(code).is_some()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, (&'static str, i64)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Wish {
    app_id: String,
    redirect_uri: String,
    scope: String,
    state: String,
}

/// `GET /oauth2/publicAppAuthorize.htm`.
pub(super) async fn authorize(
    State(world): State<Arc<World>>,
    Extension(alipay): Extension<Alipay>,
    Query(wish): Query<Wish>,
) -> Response {
    match checked(&wish) {
        Err(why) => (StatusCode::BAD_REQUEST, Json(json!({ "error": why }))).into_response(),
        Ok(mut back) => {
            let code = alipay.logins.give(APP_ID, world.clock.now());
            back.query_pairs_mut()
                .append_pair("app_id", APP_ID)
                .append_pair("source", "alipay_wallet")
                .append_pair("scope", "auth_base")
                .append_pair("state", &wish.state)
                .append_pair("auth_code", &code);
            Redirect::to(back.as_str()).into_response()
        }
    }
}

/// `GET /mini-program/auth-code`: what `my.getAuthCode` tells a mini-program. It comes from the phone's own Alipay, which is no server; this
/// stands for it.
pub(super) async fn in_mini_program(
    State(world): State<Arc<World>>,
    Extension(alipay): Extension<Alipay>,
) -> Json<Value> {
    Json(json!({ "authCode": alipay.logins.give(MINI_APP_ID, world.clock.now()) }))
}

/// Where the browser goes back to. The real one also looks whether the application has registered that address.
fn checked(wish: &Wish) -> Result<Url, &'static str> {
    if wish.app_id != APP_ID {
        return Err("there is no such application");
    }
    if wish.scope != "auth_base" {
        return Err("scope is auth_base");
    }
    let may_be = |sign: u8| sign.is_ascii_alphanumeric() || b"+/=".contains(&sign);
    if wish.state.len() > 100 || !wish.state.bytes().all(may_be) {
        return Err("state is of at most 100 signs of Base64");
    }
    let back = Url::parse(&wish.redirect_uri).ok();
    back.filter(|url| matches!(url.scheme(), "http" | "https")).ok_or("redirect_uri is no address")
}

/// `alipay.system.oauth.token`. What it tells has no `code` of the usual kind.
pub(super) fn exchanged(logins: &Logins, asked: &Asked, now: i64) -> Result<Value, Verdict> {
    if asked.grant_type != "authorization_code" {
        return Err(Verdict::new("40002", "isv.grant-type-invalid", "authorization_code"));
    }
    if !logins.take(&asked.app_id, &asked.code, now) {
        return Err(Verdict::new("40002", "isv.code-invalid", "no such code, or a used one"));
    }
    Ok(json!({
        "access_token": random(LETTERS, 40),
        "auth_start": wire::time(now),
        "expires_in": 1_296_000,
        "re_expires_in": 2_592_000,
        "refresh_token": random(LETTERS, 40),
        "user_id": SOMEBODY,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_counts_once_and_for_a_day() {
        let logins = Logins::default();
        let code = logins.give(APP_ID, 0);
        assert!(!logins.take(MINI_APP_ID, &code, 1), "it is of another application");
        assert!(logins.take(APP_ID, &code, LIFE_MS - 1) && !logins.take(APP_ID, &code, 1));
        let late = logins.give(APP_ID, 0);
        assert!(!logins.take(APP_ID, &late, LIFE_MS) && !logins.take(APP_ID, "never", 0));
    }

    #[test]
    fn who_is_sent_here_wrongly_is_not_sent_back() {
        let good = || Wish {
            app_id: APP_ID.into(),
            redirect_uri: "https://pay.example/login/alipay".into(),
            scope: "auth_base".into(),
            state: "GW7".into(),
        };
        assert!(checked(&good()).is_ok());
        for wrong in [
            Wish { app_id: "1".into(), ..good() },
            Wish { scope: "auth_user".into(), ..good() },
            Wish { state: "a b".into(), ..good() },
            Wish { state: "a".repeat(101), ..good() },
            Wish { redirect_uri: "javascript:alert(1)".into(), ..good() },
        ] {
            assert!(checked(&wrong).is_err());
        }
    }
}
