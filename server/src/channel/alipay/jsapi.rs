//! Payment within Alipay's own browser (JSAPI, `protocols/alipay.md` 4). A trade is for one buyer, so the payer's browser first
//! goes through Alipay's login (OAuth 2.0, `auth_base`). It asks the payer nothing, and the browser comes back with a code that counts
//! once and that only we can exchange, since only we sign for the application. What it tells is who the payer is, and nothing else.

use anyhow::Context;
use url::Url;

use super::ask::Request;
use super::sign::Keys;
use super::wire::Buyer;
use super::{Alipay, Asked, THEIR_SANDBOX, ask, asked, evidence};
use crate::channel::transport::not_sent;
use crate::channel::{self, Asking, ChannelError, Opened, action, patience};
use crate::domain::payment::Payment;

/// Where the payer's browser goes, and where it goes in Alipay's own sandbox.
const PAGES: &str = "https://openauth.alipay.com";
const THEIR_SANDBOXES_PAGES: &str = "https://openauth-sandbox.dl.alipaydev.com";

/// The login's address, for a gateway at `origin`. Ours plays both.
pub(super) fn pages(origin: &str, is_sandbox: bool) -> anyhow::Result<Url> {
    let host = match origin {
        own if is_sandbox => own,
        THEIR_SANDBOX => THEIR_SANDBOXES_PAGES,
        _ => PAGES,
    };
    let login = Url::parse(host).and_then(|host| host.join("/oauth2/publicAppAuthorize.htm"));
    login.context("Alipay's login has no address")
}

impl Alipay {
    /// Without a code the way to the login, and nothing is opened; with one the trade of whoever brings it. Repeating either
    /// opens nothing new: the same buyer's trade is the same request, and another buyer's is refused by its number.
    pub(super) async fn inside(
        &self,
        payment: &Payment,
        asking: &Asking,
    ) -> Result<Opened, ChannelError> {
        let Some(code) = &asking.login.code else {
            return self.handed(payment, action::redirect(self.login_page(&asking.login))).await;
        };
        let (app_id, keys) = (&self.account.app_id, &self.keys);
        let buyer = self.buyer((app_id, keys), code, Buyer::OpenId).await?;
        self.create(app_id, payment, asking, &buyer).await
    }

    /// A trade for this buyer, in the application where they are, by the number that its cashier opens for.
    pub(super) async fn create(
        &self,
        app_id: &str,
        payment: &Payment,
        asking: &Asking,
        buyer: &Buyer,
    ) -> Result<Opened, ChannelError> {
        let content = ask::inside(app_id, payment, asking, buyer);
        let call = asked("pay", "alipay.trade.create", patience::PAY, &content)?;
        let form = self.request(&call, &asking.notify_url, "").form(&self.keys);
        evidence::created(payment, &self.send(&call, form).await?)
    }

    fn login_page(&self, way: &channel::Login) -> String {
        let mut page = self.login.clone();
        page.query_pairs_mut()
            .append_pair("app_id", &self.account.app_id)
            .append_pair("scope", "auth_base")
            .append_pair("redirect_uri", &way.back)
            .append_pair("state", &way.state);
        page.into()
    }

    /// Whose code this is, which this application's login has given; `by_open_id` for one who is known in that application alone. Whatever
    /// goes wrong, no trade has come of it.
    pub(super) async fn buyer(
        &self,
        (app_id, keys): (&str, &Keys),
        code: &str,
        by_open_id: fn(String) -> Buyer,
    ) -> Result<Buyer, ChannelError> {
        let unopened = |why: ChannelError| not_sent(why.to_string());
        // It has no content of its own: the code stands beside it.
        let asking = asked("login", "alipay.system.oauth.token", patience::QUERY, &())?;
        let call = Asked { content: String::new(), ..asking };
        let form = Request { app_id, code, ..self.request(&call, "", "") }.form(keys);
        let told = self.send_to(keys, &call, form).await.map_err(unopened)?;
        let is_id = |id: &str| {
            let may_be = |sign: u8| sign.is_ascii_alphanumeric() || b"_-".contains(&sign);
            !id.is_empty() && id.len() <= 128 && id.bytes().all(may_be)
        };
        match (told.user_id.as_str(), told.open_id.as_str()) {
            (id, _) if is_id(id) => Ok(Buyer::Id(told.user_id)),
            ("", id) if is_id(id) => Ok(by_open_id(told.open_id)),
            _ => Err(not_sent(format!("Alipay's login tells nobody: {}", told.word()))),
        }
    }
}
