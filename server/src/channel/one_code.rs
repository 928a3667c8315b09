//! One code that several wallets scan (`requirements/` L21). It is an address of ours, `/q/{order_id}`, and whichever wallet opens it
//! pays in its own browser (`flow/scan.rs`), by a payment of its own that takes the place of this one (D7).
//!
//! So nobody is asked and no money moves here. It is a channel because the shopper chose it: it has a life and an end, can be called
//! back, and is what a reload finds, like any other code.

use std::sync::Arc;

use async_trait::async_trait;
use florin_shared::Method;

use super::action;
use super::transport::not_sent;
use super::{Acknowledgement, Asking, Channel, ChannelError, Forged, Notice, Notification, Opened};
use crate::clock::Millis;
use crate::domain::numbers::Numbers;
use crate::domain::offer::{Kind, Product};
use crate::domain::payment::{Evidence, Payment, Said};
use crate::domain::reversal::{Reversal, ReversalSaid};
use crate::domain::scene::Scene;

/// Its name.
pub const NAME: &str = "one_code";

/// It is worth showing only where both of these can pay by it. Whatever else knows the wallet's browser may pay by it too.
const NEEDED: [Method; 2] = [Method::Wechatpay, Method::Alipay];

const MINUTE: Millis = 60_000;

/// What is the same about every such code.
const CODE: Product = Product {
    method: Method::OneCode,
    channel: NAME,
    name: "ONE_CODE",
    currency: "CNY",
    country: "",
    least: 1,
    most: i64::MAX,
    step: 1,
    kind: Kind::Scan,
    scenes: &[Scene::Pc, Scene::InStore],
    cancellable: true,
    shortest: MINUTE,
    longest: 15 * MINUTE,
    settles_in: 0,
    numbers: Numbers::LIKE_OURS,
};

/// The code that we show ourselves.
pub struct OneCode {
    product: Product,
    is_live: bool,
}

/// What a wallet's own browser pays by, by where it is.
pub fn wallet_in(scene: Scene) -> Option<Method> {
    match scene {
        Scene::Wechat => Some(Method::Wechatpay),
        Scene::Alipay => Some(Method::Alipay),
        Scene::Unionpay => Some(Method::Unionpay),
        Scene::Pc
        | Scene::Mobile
        | Scene::MiniProgram
        | Scene::WechatMiniProgram
        | Scene::AlipayMiniProgram
        | Scene::App
        | Scene::InStore => None,
    }
}

impl OneCode {
    /// The code as such, whoever's wallets it opens: who has one that is shown already finds it by this, also when nobody could be
    /// shown another. Nobody is sold it.
    pub fn shown(is_live: bool) -> OneCode {
        OneCode { product: CODE, is_live }
    }

    /// The code for these channels' wallets; none where WeChat or Alipay cannot pay in their own browsers.
    pub fn of(channels: &[Arc<dyn Channel>]) -> Option<OneCode> {
        let sold: Vec<Product> =
            channels.iter().flat_map(|channel| channel.products().iter().copied()).collect();
        let is_live = channels.iter().any(|channel| channel.is_live());
        Some(OneCode { product: product(&sold)?, is_live })
    }
}

/// What suits every wallet that it needs. Nobody scans a code that another one has scanned, so a short life costs nothing.
fn product(sold: &[Product]) -> Option<Product> {
    let inside = |method: Method| {
        sold.iter().find(|product| {
            let is_there = |scene: &Scene| wallet_in(*scene) == Some(method);
            product.method == method && product.scenes.iter().any(is_there)
        })
    };
    let [wechat, alipay] = NEEDED.map(inside);
    let (wechat, alipay) = (wechat?, alipay?);
    Some(Product {
        least: wechat.least.max(alipay.least),
        most: wechat.most.min(alipay.most),
        // Whoever scans at the end must have the time to pay.
        shortest: wechat.shortest.max(alipay.shortest) + MINUTE,
        ..CODE
    })
}

#[async_trait]
impl Channel for OneCode {
    fn name(&self) -> &'static str {
        NAME
    }

    fn is_live(&self) -> bool {
        self.is_live
    }

    fn products(&self) -> &[Product] {
        std::slice::from_ref(&self.product)
    }

    fn opens_alone(&self, _payment: &Payment) -> bool {
        true
    }

    async fn pay(&self, payment: &Payment, asking: &Asking) -> Result<Opened, ChannelError> {
        // Ours is the host to which messages would come.
        let host = asking.notify_url.strip_suffix("/notify/one_code");
        let host = host.ok_or_else(|| not_sent("it is not known where this server is"))?;
        Ok(Opened {
            evidence: saying(Said::Pending),
            action: Some(action::qr(format!("{host}/q/{}", payment.id))),
        })
    }

    /// It is never paid itself. Before it is called back nobody knows of anything, as with a code of Alipay's that nobody has scanned.
    async fn query(&self, payment: &Payment) -> Result<Evidence, ChannelError> {
        let is_called_back = payment.cancels_sent > 0;
        Ok(saying(if is_called_back { Said::Cancelled } else { Said::NotFound }))
    }

    /// From here on the address opens nothing: it looks at the payment before it does.
    async fn cancel(&self, _payment: &Payment) -> Result<(), ChannelError> {
        Ok(())
    }

    async fn refund(
        &self,
        _payment: &Payment,
        _reversal: &Reversal,
        _notify_url: &str,
    ) -> Result<ReversalSaid, ChannelError> {
        Ok(ReversalSaid::Never(NO_MONEY.to_owned()))
    }

    async fn query_refund(
        &self,
        _payment: &Payment,
        _reversal: &Reversal,
    ) -> Result<ReversalSaid, ChannelError> {
        Ok(ReversalSaid::NotFound)
    }

    async fn request_of(&self, _number: &str) -> Result<Option<String>, ChannelError> {
        Ok(None)
    }

    /// Nobody has anything to say of it.
    fn read_notification(&self, _notification: &Notification<'_>) -> Result<Notice, Forged> {
        Err(Forged("nobody sends messages about a code of ours"))
    }

    fn acknowledgement(&self) -> Acknowledgement {
        Acknowledgement { status: 200, content_type: "text/plain;charset=UTF-8", body: "ok" }
    }

    async fn probe(&self, _nobodys: &Payment) -> Result<String, String> {
        Ok("it is an address of this server".to_owned())
    }
}

/// The reason of what cannot be given back, because it was never taken.
const NO_MONEY: &str = "NO_MONEY";

fn saying(said: Said) -> Evidence {
    Evidence { said, reason: String::new() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channel::accounts::{of_sandbox, open};

    fn sold() -> Vec<Product> {
        let channels = open(of_sandbox("http://127.0.0.1:8081")).unwrap();
        channels.products().into_iter().filter(|product| product.channel != NAME).collect()
    }

    #[test]
    fn it_takes_what_every_wallet_takes_and_lives_long_enough_to_be_paid() {
        let one = product(&sold()).unwrap();
        let wechat = sold().into_iter().find(|product| product.name == "JSAPI").unwrap();
        assert_eq!((one.least, one.most), (wechat.least, wechat.most));
        assert!(one.shortest > wechat.shortest && one.longest <= wechat.longest);
    }

    #[test]
    fn without_one_of_the_two_wallets_in_its_own_browser_there_is_no_such_code() {
        for (method, scene) in [(Method::Wechatpay, Scene::Wechat), (Method::Alipay, Scene::Alipay)]
        {
            assert_eq!(wallet_in(scene), Some(method));
            let mut fewer = sold();
            fewer.retain(|product| product.method != method || !product.scenes.contains(&scene));
            assert_eq!(product(&fewer), None, "{method:?}");
        }
    }
}
