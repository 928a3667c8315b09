//! Platform certificates (`protocols/wechatpay-v3.md` 3): the list that merchants fetch, and which of them signs now. WeChat Pay changes
//! them by itself; here a program says when, by `/wechatpay/certificates`.

use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Json, Router};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::account::PLATFORM_KEY_ID;
use super::{cipher, numbers, refusal, signature};
use crate::gate::Said;
use crate::keys::Pair;
use crate::world::World;

/// The certificates that there are. All were made by one authority of their own; none of it is secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Which {
    First,
    Second,
    /// It ended in 2025; the list says otherwise.
    Expired,
}

struct Platform {
    which: Which,
    serial: &'static str,
    pem: &'static str,
    private: &'static str,
}

static ALL: [Platform; 3] = [
    Platform {
        which: Which::First,
        serial: "5157F09EFDC096DE15EBE81A47057A7232F1B8E1",
        pem: include_str!("../../keys/wechatpay_certificate_first.pem"),
        private: include_str!("../../keys/wechatpay_certificate_first_private.pem"),
    },
    Platform {
        which: Which::Second,
        serial: "0D2F6B1C8E4A97530C1DE2F3A4B5C6D7E8F90A1B",
        pem: include_str!("../../keys/wechatpay_certificate_second.pem"),
        private: include_str!("../../keys/wechatpay_certificate_second_private.pem"),
    },
    Platform {
        which: Which::Expired,
        serial: "7132D72A03E93CDDF8C03BBD1F37EEDF8AB3C9E0",
        pem: include_str!("../../keys/wechatpay_certificate_expired.pem"),
        private: include_str!("../../keys/wechatpay_certificate_expired_private.pem"),
    },
];

/// By what messages are signed, and answers to who does not say what they trust.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Speaks {
    PublicKey,
    Certificates,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Shown {
    speaks: Speaks,
    signs: Which,
    lists: Vec<Which>,
}

/// Who signs: the serial that is told, and the key.
#[derive(Clone)]
pub(super) struct Signer {
    pub(super) serial: &'static str,
    pub(super) keys: Pair,
}

/// Every key by which WeChat Pay signs, and which of them does so now.
#[derive(Clone)]
pub(super) struct Certificates {
    pub(super) by_key: Signer,
    by_certificate: Arc<[(Which, Signer)]>,
    shown: Arc<Mutex<Shown>>,
    asked: Arc<Mutex<u64>>,
}

impl Certificates {
    pub(super) fn load() -> anyhow::Result<Certificates> {
        let by_key = Signer { serial: PLATFORM_KEY_ID, keys: signature::load()? };
        let signer = |one: &Platform| {
            let keys = signature::load_by(one.private)?;
            Ok((one.which, Signer { serial: one.serial, keys }))
        };
        let by_certificate = ALL.iter().map(signer).collect::<anyhow::Result<Vec<_>>>()?;
        let lists = vec![Which::First];
        let shown = Shown { speaks: Speaks::PublicKey, signs: Which::First, lists };
        Ok(Certificates {
            by_key,
            by_certificate: by_certificate.into(),
            shown: Arc::new(Mutex::new(shown)),
            asked: Arc::default(),
        })
    }

    fn shown(&self) -> Shown {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn of(&self, which: Which) -> Signer {
        let found = self.by_certificate.iter().find(|(one, _)| *one == which);
        found.map_or_else(|| self.by_key.clone(), |(_, signer)| signer.clone())
    }

    /// Whether a merchant may say that it trusts this.
    pub(super) fn knows(&self, serial: &str) -> bool {
        serial.is_empty() || serial == PLATFORM_KEY_ID || self.is_listed(serial)
    }

    fn is_listed(&self, serial: &str) -> bool {
        let lists = self.shown().lists;
        ALL.iter().any(|one| one.serial == serial && lists.contains(&one.which))
    }

    /// Who signs what is sent unasked.
    pub(super) fn of_notices(&self) -> Signer {
        let shown = self.shown();
        match shown.speaks {
            Speaks::PublicKey => self.by_key.clone(),
            Speaks::Certificates => self.of(shown.signs),
        }
    }

    /// Who signs the answer to somebody who trusts this serial. The list is for who has no public key.
    pub(super) fn of_answer(&self, trusts: &str, is_list: bool) -> Signer {
        match trusts == PLATFORM_KEY_ID {
            true => self.by_key.clone(),
            false if is_list || self.is_listed(trusts) => self.of(self.shown().signs),
            false => self.of_notices(),
        }
    }

    /// The list, sealed.
    pub(super) fn list(&self) -> Said {
        *self.asked.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        let lists = self.shown().lists;
        let data: Option<Vec<Value>> =
            ALL.iter().filter(|one| lists.contains(&one.which)).map(sealed).collect();
        refusal::well(&json!({ "data": data }))
    }

    fn told(&self) -> Json<Value> {
        let mut told = json!(self.shown());
        told["asked"] = json!(*self.asked.lock().unwrap_or_else(PoisonError::into_inner));
        Json(told)
    }
}

fn sealed(one: &Platform) -> Option<Value> {
    let nonce = numbers::cipher_nonce();
    Some(json!({
        "serial_no": one.serial,
        "effective_time": "2020-01-01T08:00:00+08:00",
        "expire_time": "2056-01-01T08:00:00+08:00",
        "encrypt_certificate": {
            "algorithm": "AEAD_AES_256_GCM",
            "ciphertext": cipher::seal(&nonce, "certificate", one.pem)?,
            "associated_data": "certificate",
            "nonce": nonce,
        },
    }))
}

/// `GET` says how it stands, with how often the list was asked for; `POST` changes it, whole.
pub(super) fn routes(certificates: &Certificates) -> Router<Arc<World>> {
    let path = "/wechatpay/certificates";
    Router::new().route(path, get(show).post(change)).layer(Extension(certificates.clone()))
}

async fn show(
    State(_): State<Arc<World>>,
    Extension(certificates): Extension<Certificates>,
) -> Json<Value> {
    certificates.told()
}

async fn change(
    State(_): State<Arc<World>>,
    Extension(certificates): Extension<Certificates>,
    Json(shown): Json<Value>,
) -> Response {
    match serde_json::from_value(shown) {
        Ok(shown) => {
            *certificates.shown.lock().unwrap_or_else(PoisonError::into_inner) = shown;
            certificates.told().into_response()
        }
        Err(error) => {
            let problem = Json(json!({ "error": error.to_string() }));
            (StatusCode::BAD_REQUEST, problem).into_response()
        }
    }
}
