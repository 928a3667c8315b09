//! Payment in WeChat's mini-program (`protocols/wechatpay-v3.md` 4 and 5). It asks WeChat for a code by itself (`wx.login`) and brings it; the
//! order is for whoever that is, in the mini-program's own name, and what `wx.requestPayment` is called with is signed.

use serde::Serialize;

use super::Wechatpay;
use crate::channel::transport::{no_answer, not_sent};
use crate::channel::{Asking, ChannelError, Opened, action};
use crate::clock::Random;
use crate::domain::payment::Payment;
use crate::hex;

/// What `wx.requestPayment` is called with: WeChat knows by itself which mini-program asks.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Request<'a> {
    time_stamp: &'a str,
    nonce_str: &'a str,
    package: &'a str,
    sign_type: &'a str,
    pay_sign: &'a str,
}

impl Wechatpay {
    /// Without a code what the mini-program does next, and nothing is opened; with one the order of whoever brings it. Repeating either
    /// opens nothing new, as inside WeChat (`jsapi.rs`).
    pub(super) async fn in_mini_program(
        &self,
        payment: &Payment,
        asking: &Asking,
    ) -> Result<Opened, ChannelError> {
        let Some(mini) = &self.mini else { return Err(not_sent("there is no mini-program")) };
        let Some(code) = &asking.login.code else {
            return self.way(payment, action::login()).await;
        };
        let openid = mini.openid(code).await?;
        let (opened, prepay_id) = self.prepaid(payment, asking, &openid).await?;
        let Some(prepay_id) = prepay_id else { return Ok(opened) };
        let nonce = hex(&Random::System.bytes::<16>());
        let appid = self.account.appid_of(payment);
        let text = self.for_wx(appid, &prepay_id, &self.seconds(), &nonce);
        let text = text.map_err(|why| no_answer(why.to_string()))?;
        Ok(Opened { action: Some(action::in_mini_program(text)), ..opened })
    }

    /// JSON, for `wx.requestPayment`.
    pub(super) fn for_wx(
        &self,
        appid: &str,
        prepay_id: &str,
        seconds: &str,
        nonce: &str,
    ) -> anyhow::Result<String> {
        let package = format!("prepay_id={prepay_id}");
        let pay_sign = self.line.keys.of_lines([appid, seconds, nonce, &package])?;
        Ok(serde_json::to_string(&Request {
            time_stamp: seconds,
            nonce_str: nonce,
            package: &package,
            sign_type: "RSA",
            pay_sign: &pay_sign,
        })?)
    }
}
