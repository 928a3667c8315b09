//! WeChat Pay's merchant, written from the recipe and not from the sandbox's code: signs, verifies, decrypts.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::{
    KeyPair as _, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, UnparsedPublicKey,
};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;
use reqwest::header::HeaderMap;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::World;
use super::merchant::header;

pub(crate) const MCHID: &str = "1900000001";
const SERIAL: &str = "444F4864EA9B34415A2C1B1B8B7E7C5C6F2A5D01";
/// Of the two platform certificates that are in force.
pub(crate) const FIRST: &str = "5157F09EFDC096DE15EBE81A47057A7232F1B8E1";
pub(crate) const SECOND: &str = "0D2F6B1C8E4A97530C1DE2F3A4B5C6D7E8F90A1B";
const KEY_ID: &str = "PUB_KEY_ID_0119000000012026111800000000000001";
const NOTIFY: &str = "/notify/wechatpay";

pub(crate) struct Shop {
    url: String,
    http: reqwest::Client,
    key: KeyPair,
    /// The serial of the key or the certificate by which it will prove the answer.
    pub(crate) trusts: &'static str,
}

/// What the channel said, and whether it was really the channel.
#[derive(Debug)]
pub(crate) struct Heard {
    pub(crate) status: u16,
    pub(crate) body: Value,
    pub(crate) headers: HeaderMap,
    pub(crate) is_signed: bool,
}

impl Heard {
    #[track_caller]
    pub(crate) fn expect(&self, status: u16, code: &str) {
        assert!(self.is_signed, "the answer is not signed: {}", self.body);
        let said = self.body["code"].as_str().unwrap_or_default();
        assert_eq!((self.status, said), (status, code), "{}", self.body);
    }

    pub(crate) fn text(&self, name: &str) -> &str {
        self.body[name].as_str().unwrap_or_default()
    }
}

impl Shop {
    pub(crate) fn of(world: &World) -> Shop {
        let key = der(include_str!("../../keys/wechatpay_merchant_private.pem"));
        let key = KeyPair::from_pkcs8(&key).unwrap();
        Shop { url: world.url.clone(), http: world.http.clone(), key, trusts: KEY_ID }
    }

    /// An order of CNY 1.00, whose notifications go nowhere.
    pub(crate) fn order(number: &str) -> Value {
        json!({
            "appid": "wxd678efh567hg6787",
            "mchid": MCHID,
            "description": "Blue mug",
            "out_trade_no": number,
            "notify_url": "https://shop.example/notify/wechat",
            "amount": { "total": 100, "currency": "CNY" },
        })
    }

    pub(crate) async fn native(&self, order: &Value) -> Heard {
        self.post("/v3/pay/transactions/native", order).await
    }

    /// Opens a native order and gives its code.
    pub(crate) async fn open(&self, number: &str) -> String {
        let opened = self.native(&Shop::order(number)).await;
        opened.expect(200, "");
        opened.text("code_url").to_owned()
    }

    /// Opens one whose notifications go to the ear.
    pub(crate) async fn open_told(&self, number: &str, ear: &Ear) -> String {
        let mut order = Shop::order(number);
        order["notify_url"] = ear.url.clone().into();
        let opened = self.native(&order).await;
        opened.expect(200, "");
        opened.text("code_url").to_owned()
    }

    pub(crate) async fn query(&self, number: &str) -> Heard {
        let url = format!("/v3/pay/transactions/out-trade-no/{number}?mchid={MCHID}");
        self.get(&url).await
    }

    pub(crate) async fn close(&self, number: &str) -> Heard {
        let url = format!("/v3/pay/transactions/out-trade-no/{number}/close");
        self.post(&url, &json!({ "mchid": MCHID })).await
    }

    pub(crate) async fn refund(&self, refund: &Value) -> Heard {
        self.post("/v3/refund/domestic/refunds", refund).await
    }

    pub(crate) async fn query_refund(&self, number: &str) -> Heard {
        self.get(&format!("/v3/refund/domestic/refunds/{number}")).await
    }

    pub(crate) async fn get(&self, url: &str) -> Heard {
        self.call(Method::GET, url, String::new(), 0).await.unwrap()
    }

    pub(crate) async fn post(&self, url: &str, body: &Value) -> Heard {
        self.try_post(url, body).await.unwrap()
    }

    /// For calls that may end without an answer.
    pub(crate) async fn try_post(&self, url: &str, body: &Value) -> reqwest::Result<Heard> {
        self.call(Method::POST, url, body.to_string(), 0).await
    }

    /// A call signed by a clock that is `ahead` of the real one, in seconds.
    pub(crate) async fn call(
        &self,
        method: Method,
        url: &str,
        body: String,
        ahead: i64,
    ) -> reqwest::Result<Heard> {
        let authorization = self.authorization(method.as_str(), url, &body, ahead);
        self.send(method, url, body, &authorization).await
    }

    pub(crate) async fn send(
        &self,
        method: Method,
        url: &str,
        body: String,
        authorization: &str,
    ) -> reqwest::Result<Heard> {
        let request = self.http.request(method, format!("{}{url}", self.url));
        let request = request
            .header("authorization", authorization)
            .header("accept", "application/json")
            .header("user-agent", "florin-test")
            .header("wechatpay-serial", self.trusts);
        let request = match body.is_empty() {
            true => request,
            false => request.header("content-type", "application/json").body(body),
        };
        let answer = request.send().await?;
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let bytes = answer.bytes().await?;
        let is_signed = is_signed(&headers, &bytes);
        let body = serde_json::from_slice(&bytes).unwrap_or_default();
        Ok(Heard { status, body, headers, is_signed })
    }

    pub(crate) fn authorization(&self, method: &str, url: &str, body: &str, ahead: i64) -> String {
        let (time, nonce) = (seconds() + ahead, "593BEC0C930BF1AFEB40B4A08C8FB242");
        let content = format!("{method}\n{url}\n{time}\n{nonce}\n{body}\n");
        let mut signature = vec![0; self.key.public_modulus_len()];
        let random = SystemRandom::new();
        self.key.sign(&RSA_PKCS1_SHA256, &random, content.as_bytes(), &mut signature).unwrap();
        let signature = STANDARD.encode(signature);
        format!(
            r#"WECHATPAY2-SHA256-RSA2048 mchid="{MCHID}",serial_no="{SERIAL}",nonce_str="{nonce}",timestamp="{time}",signature="{signature}""#
        )
    }
}

#[expect(clippy::disallowed_methods, reason = "the merchant of this test has the real time")]
fn seconds() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() as i64
}

/// Whether the channel signed this body.
fn is_signed(headers: &HeaderMap, body: &[u8]) -> bool {
    let of = |name| header(headers, name);
    let head = format!("{}\n{}\n", of("wechatpay-timestamp"), of("wechatpay-nonce"));
    let content = [head.as_bytes(), body, b"\n"].concat();
    let Ok(signature) = STANDARD.decode(of("wechatpay-signature")) else { return false };
    let key = match of("wechatpay-serial") {
        KEY_ID => der(include_str!("../../keys/wechatpay_platform_public.pem")),
        FIRST => half_of(include_str!("../../../keys/wechatpay_certificate_first_private.pem")),
        SECOND => half_of(include_str!("../../../keys/wechatpay_certificate_second_private.pem")),
        _ => return false,
    };
    let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key);
    key.verify(&content, &signature).is_ok()
}

/// The public half of a private key.
fn half_of(private: &str) -> Vec<u8> {
    KeyPair::from_pkcs8(&der(private)).unwrap().public_key().as_ref().to_vec()
}

/// Where WeChat Pay's notifications arrive.
#[derive(Clone)]
pub(crate) struct Ear {
    pub(crate) url: String,
    heard: Arc<Mutex<Vec<Note>>>,
    deaf: Arc<AtomicU32>,
}

#[derive(Clone, Debug)]
pub(crate) struct Note {
    pub(crate) body: Value,
    /// The resource, decrypted.
    pub(crate) plain: Value,
    pub(crate) signature: String,
    pub(crate) is_signed: bool,
}

impl Ear {
    pub(crate) async fn start() -> Ear {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}{NOTIFY}", listener.local_addr().unwrap());
        let ear = Ear { url, heard: Arc::default(), deaf: Arc::default() };
        let app = Router::new().route(NOTIFY, post(hear)).with_state(ear.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        ear
    }

    /// Does not acknowledge the next `times` notifications.
    pub(crate) fn be_deaf(&self, times: u32) {
        self.deaf.store(times, Ordering::SeqCst);
    }

    pub(crate) fn notes(&self) -> Vec<Note> {
        self.heard.lock().unwrap().clone()
    }

    /// Waits until `count` notifications have come.
    pub(crate) async fn wait_for(&self, count: usize) -> Vec<Note> {
        for _ in 0..500 {
            if self.notes().len() >= count {
                return self.notes();
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("only {} of {count} notifications came", self.notes().len());
    }
}

async fn hear(State(ear): State<Ear>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let is_signed = is_signed(&headers, &body);
    let signature = header(&headers, "wechatpay-signature").to_owned();
    let body: Value = serde_json::from_slice(&body).unwrap();
    let plain = opened(&body["resource"]);
    ear.heard.lock().unwrap().push(Note { body, plain, signature, is_signed });
    let is_deaf =
        ear.deaf.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
    match is_deaf {
        Ok(_) => StatusCode::INTERNAL_SERVER_ERROR,
        Err(_) => StatusCode::NO_CONTENT,
    }
}

fn opened(resource: &Value) -> Value {
    serde_json::from_slice(&plain(resource)).unwrap()
}

/// AES-256-GCM under the APIv3 key.
pub(crate) fn plain(resource: &Value) -> Vec<u8> {
    let text = |name: &str| resource[name].as_str().unwrap();
    let key = UnboundKey::new(&AES_256_GCM, b"0123456789abcdef0123456789ABCDEF").unwrap();
    let nonce = Nonce::try_assume_unique_for_key(text("nonce").as_bytes()).unwrap();
    let mut sealed = STANDARD.decode(text("ciphertext")).unwrap();
    let associated = Aad::from(text("associated_data").as_bytes());
    let plain = LessSafeKey::new(key).open_in_place(nonce, associated, &mut sealed).unwrap();
    plain.to_vec()
}

fn der(pem: &str) -> Vec<u8> {
    let base64: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    STANDARD.decode(base64).unwrap()
}
