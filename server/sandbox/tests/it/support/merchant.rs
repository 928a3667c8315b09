//! The merchant's side of the protocol, written from the recipe and not from the sandbox's code.

use std::time::Duration;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::HeaderMap;
use serde_json::{Value, json};

const CLIENT: &str = "SANDBOX_5X00000000000000";
const PREFIX: &str = "/ams/sandbox/api/v1/payments/";

pub(crate) struct Merchant {
    url: String,
    http: reqwest::Client,
    key: KeyPair,
}

/// What the channel said, and whether it was really the channel.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) body: Value,
    pub(crate) is_signed: bool,
}

impl Answer {
    #[track_caller]
    pub(crate) fn expect(&self, code: &str) {
        assert!(self.is_signed, "the answer is not signed: {}", self.body);
        assert_eq!(self.body["result"]["resultCode"], code, "{}", self.body);
    }
}

impl Merchant {
    pub(crate) fn new(url: &str, http: reqwest::Client) -> Merchant {
        let key = der(include_str!("../../keys/merchant_private.pem"));
        Merchant { url: url.into(), http, key: KeyPair::from_pkcs8(&key).unwrap() }
    }

    /// A GCash payment of PHP 250.00 from a desktop page.
    pub(crate) fn pay_body(request: &str) -> Value {
        json!({
            "productCode": "CASHIER_PAYMENT",
            "paymentRequestId": request,
            "order": {
                "referenceOrderId": format!("order_{request}"),
                "orderDescription": "Blue mug",
                "orderAmount": { "currency": "PHP", "value": "25000" },
                "merchant": { "merchantName": "Northwind Tea" },
            },
            "paymentAmount": { "currency": "PHP", "value": "25000" },
            "paymentMethod": { "paymentMethodType": "GCASH" },
            "settlementStrategy": { "settlementCurrency": "USD" },
            "paymentRedirectUrl": "https://shop.example/return",
            "env": { "terminalType": "WEB", "clientIp": "203.0.113.7" },
        })
    }

    pub(crate) async fn pay(&self, request: &str) -> Answer {
        self.call("pay", &Merchant::pay_body(request)).await
    }

    pub(crate) async fn call(&self, call: &str, body: &Value) -> Answer {
        self.try_call(call, body).await.unwrap()
    }

    /// For calls that may end without an answer.
    pub(crate) async fn try_call(&self, call: &str, body: &Value) -> reqwest::Result<Answer> {
        let path = format!("{PREFIX}{call}");
        let body = body.to_string();
        let signature = self.sign(&path, "1685599933871", &body);
        let answer = self.send(&path, CLIENT, &signature, body).send().await?.error_for_status()?;
        let headers = answer.headers().clone();
        let bytes = answer.bytes().await?;
        let is_signed = is_signed(&headers, &path, header(&headers, "response-time"), &bytes);
        Ok(Answer { body: serde_json::from_slice(&bytes).unwrap(), is_signed })
    }

    /// The same, but the caller hangs up after `patience`.
    pub(crate) async fn hang_up(&self, call: &str, body: &Value, patience: Duration) {
        let waited = tokio::time::timeout(patience, self.try_call(call, body)).await;
        assert!(waited.is_err(), "the answer came before the caller hung up");
    }

    pub(crate) fn send(
        &self,
        path: &str,
        client: &str,
        signature: &str,
        body: String,
    ) -> reqwest::RequestBuilder {
        let url = format!("{}{path}", self.url);
        let request = self.http.post(url).header("content-type", "application/json; charset=UTF-8");
        let request = request.header("client-id", client).header("request-time", "1685599933871");
        request.header("signature", signature).body(body)
    }

    pub(crate) fn sign(&self, path: &str, time: &str, body: &str) -> String {
        let content = format!("POST {path}\n{CLIENT}.{time}.{body}");
        let mut signature = vec![0; self.key.public_modulus_len()];
        let random = SystemRandom::new();
        self.key.sign(&RSA_PKCS1_SHA256, &random, content.as_bytes(), &mut signature).unwrap();
        let encoded = STANDARD.encode(signature);
        let encoded = encoded.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
        format!("algorithm=RSA256,keyVersion=1,signature={encoded}")
    }
}

/// Whether the channel signed this body for this path.
pub(crate) fn is_signed(headers: &HeaderMap, path: &str, time: &str, body: &[u8]) -> bool {
    let Some((_, signature)) = header(headers, "signature").split_once("signature=") else {
        return false;
    };
    let signature = signature.replace("%2B", "+").replace("%2F", "/").replace("%3D", "=");
    let Ok(signature) = STANDARD.decode(signature) else { return false };
    let head = format!("POST {path}\n{}.{time}.", header(headers, "client-id"));
    let key = der(include_str!("../../keys/platform_public.pem"));
    let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key);
    key.verify(&[head.as_bytes(), body].concat(), &signature).is_ok()
}

pub(crate) fn header<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).map_or("", |value| value.to_str().unwrap())
}

/// The text to draw or to show: the entry meant as `TEXT`.
#[track_caller]
pub(crate) fn code_of(answer: &Value) -> String {
    let details = answer["orderCodeForm"]["codeDetails"].as_array().expect("no code");
    let text = details.iter().find(|detail| detail["displayType"] == "TEXT").expect("no text");
    text["codeValue"].as_str().unwrap().to_owned()
}

fn der(pem: &str) -> Vec<u8> {
    let base64: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    STANDARD.decode(base64).unwrap()
}
