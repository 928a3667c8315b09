//! Payment in the merchant's own app (APP, `protocols/wechatpay-v3.md` 4 and 5): an order of the mobile application's, and what that app
//! hands to WeChat's SDK, signed. WeChat opens over the app, and leads back to it.

use serde::Serialize;

use super::{Wechatpay, ask, evidence};
use crate::channel::transport::no_answer;
use crate::channel::{Asking, ChannelError, Opened, action, patience};
use crate::clock::Random;
use crate::domain::payment::{Payment, Said};
use crate::hex;

/// What `sendReq` is called with.
#[derive(Serialize)]
struct Request<'a> {
    appid: &'a str,
    partnerid: &'a str,
    prepayid: &'a str,
    package: &'static str,
    noncestr: &'a str,
    timestamp: &'a str,
    sign: &'a str,
}

impl Wechatpay {
    /// The order, and what the app opens WeChat with. The same order again has the same bytes, so that a lost answer opens nothing twice.
    pub(super) async fn in_app(
        &self,
        payment: &Payment,
        asking: &Asking,
    ) -> Result<Opened, ChannelError> {
        let request = ask::order(&self.account, payment, asking, None);
        let answer = self.post("pay", "/v3/pay/transactions/app", patience::PAY, &request).await?;
        let opened = evidence::opened(payment, asking, &answer)?;
        if opened.evidence.said == Said::Failed {
            return Ok(opened);
        }
        let prepay_id = answer.prepay_id.filter(|id| !id.is_empty() && id.len() <= 64);
        let prepay_id = prepay_id.ok_or_else(|| no_answer("an order without a prepay_id"))?;
        let nonce = hex(&Random::System.bytes::<16>());
        let appid = self.account.appid_of(payment);
        let text = self.for_app(appid, &prepay_id, &self.seconds(), &nonce);
        let text = text.map_err(|why| no_answer(why.to_string()))?;
        Ok(Opened { action: Some(action::in_app(text)), ..opened })
    }

    /// JSON, for the SDK.
    pub(super) fn for_app(
        &self,
        appid: &str,
        prepay_id: &str,
        seconds: &str,
        nonce: &str,
    ) -> anyhow::Result<String> {
        let sign = self.line.keys.of_lines([appid, seconds, nonce, prepay_id])?;
        Ok(serde_json::to_string(&Request {
            appid,
            partnerid: &self.account.mchid,
            prepayid: prepay_id,
            package: "Sign=WXPay",
            noncestr: nonce,
            timestamp: seconds,
            sign: &sign,
        })?)
    }
}
