//! Payment inside WeChat (JSAPI, `protocols/wechatpay-v3.md` 4 and 5). The payer's browser first goes through WeChat's login, since
//! an order is for one `openid`; when it comes back, the order is made, and what WeChat's bridge is asked for is signed.

use florin_shared::shopper::NextAction;
use serde::Serialize;

use super::codes::{CONFIGURATION, Verdict, verdict};
use super::{Wechatpay, ask, evidence};
use crate::channel::transport::{no_answer, not_sent};
use crate::channel::{Asking, ChannelError, Opened, action, patience};
use crate::clock::Random;
use crate::domain::payment::{Payment, Said};
use crate::hex;

/// What `getBrandWCPayRequest` is asked with.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Request<'a> {
    app_id: &'a str,
    time_stamp: &'a str,
    nonce_str: &'a str,
    package: &'a str,
    sign_type: &'a str,
    pay_sign: &'a str,
}

impl Wechatpay {
    /// Without a code the way to the login, and nothing is opened; with one the order of whoever brings it. Repeating either
    /// opens nothing new: the same payer's order is the same request, and another payer's is refused by its number.
    pub(super) async fn inside(
        &self,
        payment: &Payment,
        asking: &Asking,
    ) -> Result<Opened, ChannelError> {
        let Some(login) = &self.login else { return Err(not_sent("there is no app_secret")) };
        let Some(code) = &asking.login.code else {
            return self.way(payment, action::redirect(login.page(&asking.login))).await;
        };
        let openid = login.openid(code).await?;
        let (opened, prepay_id) = self.prepaid(payment, asking, &openid).await?;
        let Some(prepay_id) = prepay_id else { return Ok(opened) };
        let nonce = hex(&Random::System.bytes::<16>());
        let text = self.request(&prepay_id, &self.seconds(), &nonce);
        let text = text.map_err(|why| no_answer(why.to_string()))?;
        Ok(Opened { action: Some(action::invoke(text)), ..opened })
    }

    /// The order of this payer, and its `prepay_id`; none where it was refused.
    pub(super) async fn prepaid(
        &self,
        payment: &Payment,
        asking: &Asking,
        openid: &str,
    ) -> Result<(Opened, Option<String>), ChannelError> {
        let request = ask::order(&self.account, payment, asking, Some(openid));
        let answer =
            self.post("pay", "/v3/pay/transactions/jsapi", patience::PAY, &request).await?;
        let opened = evidence::opened(payment, asking, &answer)?;
        if opened.evidence.said == Said::Failed {
            return Ok((opened, None));
        }
        let prepay_id = answer.prepay_id.filter(|id| !id.is_empty() && id.len() <= 64);
        let prepay_id = prepay_id.ok_or_else(|| no_answer("an order without a prepay_id"))?;
        Ok((opened, Some(prepay_id)))
    }

    /// Naming the way asks nobody, and who follows it is sent back to us: so WeChat Pay is asked first, and nobody is sent
    /// away because our keys are wrong, or to pay what is paid. Whatever comes of the question, nothing was opened by it.
    pub(super) async fn way(
        &self,
        payment: &Payment,
        action: NextAction,
    ) -> Result<Opened, ChannelError> {
        let unopened = |why: ChannelError| not_sent(why.to_string());
        let asked = self.ask("inquiryPayment", &self.of_payment(payment)).await;
        let known = asked.map_err(unopened)?;
        if verdict(&known) == Verdict::Misasked {
            return Ok(evidence::refused(CONFIGURATION));
        }
        let known = evidence::queried(&self.account, payment, &known).map_err(unopened)?;
        match known.said {
            Said::NotFound | Said::Pending => {
                Ok(Opened { evidence: evidence::saying(Said::Pending), action: Some(action) })
            }
            Said::Confirming | Said::Failed | Said::Cancelled | Said::Paid { .. } => {
                Ok(Opened { evidence: known, action: None })
            }
        }
    }

    pub(super) fn seconds(&self) -> String {
        self.line.clock.now().div_euclid(1000).to_string()
    }

    /// JSON, for the bridge.
    pub(super) fn request(
        &self,
        prepay_id: &str,
        seconds: &str,
        nonce: &str,
    ) -> anyhow::Result<String> {
        let (app_id, package) = (self.account.appid.as_str(), format!("prepay_id={prepay_id}"));
        let pay_sign = self.line.keys.of_lines([app_id, seconds, nonce, &package])?;
        Ok(serde_json::to_string(&Request {
            app_id,
            time_stamp: seconds,
            nonce_str: nonce,
            package: &package,
            sign_type: "RSA",
            pay_sign: &pay_sign,
        })?)
    }
}
