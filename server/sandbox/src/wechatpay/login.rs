//! WeChat's own login, for the one official account that is known here (OAuth 2.0 with `snsapi_base`): the page that sends a
//! browser back with a code without asking anything, and the exchange of that code for an `openid`.
//!
//! Answers are not signed, and errors come with 200, as at the real one. A code counts once, and for five minutes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Extension, Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use super::account::{APP_SECRET, APPID, SOMEBODY};
use crate::numbers::random;
use crate::world::World;

const LETTERS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const LIFE_MS: i64 = 5 * 60 * 1000;

/// The codes that were given out: until when each counts, and nothing once it has been used.
#[derive(Clone, Default)]
pub(super) struct Logins(Arc<Mutex<HashMap<String, Option<i64>>>>);

/// Who wants to know whose code it is.
pub(super) struct Asked<'a> {
    pub(super) appid: &'a str,
    pub(super) secret: &'a str,
    pub(super) grant_type: &'a str,
    pub(super) code: &'a str,
}

impl Logins {
    pub(super) fn give(&self, now: i64) -> String {
        let code = random(LETTERS, 32);
        self.lock().insert(code.clone(), Some(now + LIFE_MS));
        code
    }

    /// Uses a code up; says by which error it cannot be.
    fn take(&self, code: &str, now: i64) -> Result<(), (i64, &'static str)> {
        match self.lock().get_mut(code) {
            None => Err((40029, "invalid code")),
            Some(ends) => match ends.take() {
                None => Err((40163, "code been used")),
                Some(ends) if now >= ends => Err((42003, "code expired")),
                Some(_) => Ok(()),
            },
        }
    }

    /// Uses a code up for an application that has shown its secret; what WeChat says where it may not be.
    pub(super) fn exchange(
        &self,
        (appid, secret): (&str, &str),
        asked: &Asked<'_>,
        now: i64,
    ) -> Result<(), Value> {
        let no = |(code, why): (i64, &str)| json!({ "errcode": code, "errmsg": why });
        if asked.appid != appid {
            return Err(no((40013, "invalid appid")));
        }
        if asked.secret != secret {
            return Err(no((40125, "invalid appsecret")));
        }
        if asked.grant_type != "authorization_code" {
            return Err(no((40002, "invalid grant_type")));
        }
        self.take(asked.code, now).map_err(no)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Option<i64>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(super) fn routes() -> Router<Arc<World>> {
    Router::new()
        .route("/connect/oauth2/authorize", get(authorize))
        .route("/sns/oauth2/access_token", get(exchange))
        .layer(Extension(Logins::default()))
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Wish {
    appid: String,
    redirect_uri: String,
    response_type: String,
    scope: String,
    state: String,
}

async fn authorize(
    State(world): State<Arc<World>>,
    Extension(logins): Extension<Logins>,
    Query(wish): Query<Wish>,
) -> Response {
    match checked(&wish) {
        Ok(mut back) => {
            let code = logins.give(world.clock.now());
            back.query_pairs_mut().append_pair("code", &code).append_pair("state", &wish.state);
            Redirect::to(back.as_str()).into_response()
        }
        Err(why) => (StatusCode::BAD_REQUEST, why).into_response(),
    }
}

/// Where the browser goes back to. The real one also looks whether the account has registered that domain.
fn checked(wish: &Wish) -> Result<Url, &'static str> {
    if wish.appid != APPID {
        return Err("10003: no account of this appid");
    }
    if wish.response_type != "code" || wish.scope != "snsapi_base" {
        return Err("10005: response_type is code, and scope is snsapi_base");
    }
    if wish.state.len() > 128 || !wish.state.bytes().all(|sign| sign.is_ascii_alphanumeric()) {
        return Err("10016: state is of at most 128 letters and digits");
    }
    let back = Url::parse(&wish.redirect_uri).ok();
    back.filter(|url| matches!(url.scheme(), "http" | "https")).ok_or("10003: redirect_uri")
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Exchange {
    appid: String,
    secret: String,
    code: String,
    grant_type: String,
}

async fn exchange(
    State(world): State<Arc<World>>,
    Extension(logins): Extension<Logins>,
    Query(asked): Query<Exchange>,
) -> Json<Value> {
    Json(exchanged(&logins, &asked, world.clock.now()))
}

fn exchanged(logins: &Logins, asked: &Exchange, now: i64) -> Value {
    let Exchange { appid, secret, code, grant_type } = asked;
    match logins.exchange((APPID, APP_SECRET), &Asked { appid, secret, grant_type, code }, now) {
        Err(why) => why,
        Ok(()) => json!({
            "access_token": random(LETTERS, 64),
            "expires_in": 7200,
            "refresh_token": random(LETTERS, 64),
            "openid": SOMEBODY,
            "scope": "snsapi_base",
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(code: &str) -> Exchange {
        Exchange {
            appid: APPID.into(),
            secret: APP_SECRET.into(),
            code: code.into(),
            grant_type: "authorization_code".into(),
        }
    }

    #[test]
    fn a_code_counts_once_and_for_five_minutes_and_only_with_the_secret() {
        let logins = Logins::default();
        let error = |asked: &Exchange, now| exchanged(&logins, asked, now)["errcode"].as_i64();
        let code = logins.give(0);
        assert_eq!(error(&Exchange { secret: "no".into(), ..asked(&code) }, 1), Some(40125));
        assert_eq!(error(&Exchange { appid: "no".into(), ..asked(&code) }, 1), Some(40013));
        assert_eq!(exchanged(&logins, &asked(&code), 1)["openid"], SOMEBODY);
        assert_eq!(error(&asked(&code), 1), Some(40163));
        assert_eq!(error(&asked("never"), 1), Some(40029));
        let late = logins.give(0);
        assert_eq!(error(&asked(&late), LIFE_MS), Some(42003));
    }

    #[test]
    fn who_is_sent_here_wrongly_is_not_sent_back() {
        let good = || Wish {
            appid: APPID.into(),
            redirect_uri: "https://pay.example/login/wechatpay".into(),
            response_type: "code".into(),
            scope: "snsapi_base".into(),
            state: "GW7".into(),
        };
        assert!(checked(&good()).is_ok());
        for wrong in [
            Wish { appid: "wx1".into(), ..good() },
            Wish { scope: "snsapi_userinfo".into(), ..good() },
            Wish { state: "a b".into(), ..good() },
            Wish { redirect_uri: "javascript:alert(1)".into(), ..good() },
        ] {
            assert!(checked(&wrong).is_err());
        }
    }
}
