//! Delivers the outbox: Standard Webhooks, at least once, in order per order and endpoint.

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use reqwest::StatusCode;

use super::Progress;
use crate::clock::Millis;
use crate::domain::pace;
use crate::store::Tx;
use crate::store::outbox::{self, Due, Tried};
use crate::{App, Error, Result};

/// Longer than a try may take.
const LEASE: Millis = 40_000;

pub(super) async fn run_once(app: App) -> Result<Progress> {
    let now = app.now();
    let waiting: Option<(i64,)> = app
        .store
        .read()
        .await?
        .sql("select count(*) from outbox where state = 'PENDING' and next_ms <= $1 and leased_until_ms <= $1")
        .bind(now)
        .one()
        .await?;
    if waiting.is_none_or(|(waiting,)| waiting == 0) {
        return Ok(Progress::NothingToDo);
    }
    let free = i64::try_from(app.slots.sends.available_permits()).unwrap_or(0);
    let claimed = app
        .store
        .write(async move |tx: &mut Tx| {
            outbox::claim(tx, now, LEASE, free).await.map_err(Error::from)
        })
        .await?;
    let found = claimed.len();
    for due in claimed {
        // One endpoint that hangs holds nobody else up.
        let Ok(slot) = app.slots.sends.clone().acquire_owned().await else { break };
        let app = app.clone();
        tokio::spawn(async move {
            one(&app, due).await;
            drop(slot);
            app.wake.outbox.notify_one();
        });
    }
    Ok(if found == 0 { Progress::NothingToDo } else { Progress::DidSome })
}

async fn one(app: &App, due: Due) {
    let tried = match send(app, &due).await {
        Ok(()) => Tried::Done(app.now()),
        Err(error) => again(app, &due, error),
    };
    let recorded = app
        .store
        .write(async move |tx: &mut Tx| outbox::record(tx, &due, tried).await.map_err(Error::from))
        .await;
    if let Err(error) = recorded {
        tracing::warn!(?error, "a delivery could not be recorded; it will be sent again");
    }
}

fn again(app: &App, due: &Due, error: String) -> Tried {
    match pace::next_delivery(due.tries) {
        Some(wait) => Tried::Again(app.now() + wait + app.random.jitter(wait / 5), error),
        None => Tried::Dead(error),
    }
}

async fn send(app: &App, due: &Due) -> std::result::Result<(), String> {
    let merchant =
        due.merchant_id.parse().map_err(|_| "the merchant's id is unreadable".to_owned())?;
    let merchant = app.merchant(&merchant).await.map_err(|error| error.to_string())?;
    let timestamp = app.now() / 1000;
    let signature = sign(&merchant.webhook_secret, &due.message_id, timestamp, &due.body)
        .ok_or_else(|| "the merchant's webhook secret is not whsec_ and base64".to_owned())?;
    let answer = app
        .webhooks
        .post(&due.url)
        .header("content-type", "application/json")
        .header("webhook-id", &due.message_id)
        .header("webhook-timestamp", timestamp.to_string())
        .header("webhook-signature", signature)
        .body(due.body.clone())
        .send()
        .await
        .map_err(|error| error.without_url().to_string())?;
    match answer.status() {
        status if status.is_success() => Ok(()),
        StatusCode::GONE => Err("410: the endpoint is gone".into()),
        status => Err(format!("HTTP {}", status.as_u16())),
    }
}

/// `v1,` and the MAC of id, time and body (`protocols/webhooks.md` 1).
pub fn sign(secret: &str, id: &str, timestamp: i64, body: &str) -> Option<String> {
    let encoded = secret.strip_prefix("whsec_")?.trim_end_matches('=');
    let key = STANDARD_NO_PAD.decode(encoded).ok().filter(|key| !key.is_empty())?;
    let mac = hmac::sign(
        &hmac::Key::new(hmac::HMAC_SHA256, &key),
        format!("{id}.{timestamp}.{body}").as_bytes(),
    );
    Some(format!("v1,{}", STANDARD.encode(mac.as_ref())))
}

#[cfg(test)]
mod tests {
    use super::sign;

    #[test]
    fn the_signature_is_standard_webhooks() {
        let a = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let b = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
        let vectors = [
            (
                a,
                "msg_p5jXN8AQM9LWM0D4loKWxJek",
                1_614_265_330,
                r#"{"test": 2432232314}"#,
                "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
            ),
            (
                b,
                "msg_utf8",
                1_700_000_000,
                "{\"note\":\"支付成功 ✓\"}",
                "v1,WX+NP6ClQGy2v54BdblhwieCApzky0J+v1eo5WH812M=",
            ),
        ];
        for (secret, id, timestamp, body, expected) in vectors {
            assert_eq!(sign(secret, id, timestamp, body).as_deref(), Some(expected));
        }
        for secret in ["", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_!"] {
            assert_eq!(sign(secret, "id", 1, "{}"), None, "{secret}");
        }
    }
}
