//! Who the payer is: WeChat's own login, by the official account that `appid` is (OAuth 2.0, `snsapi_base`). It asks the payer
//! nothing: the browser goes there and comes back with a code, which counts once and for five minutes, and which only we
//! can exchange, since only we have the AppSecret. What it tells is the payer's `openid` in this account, and nothing else.

use anyhow::ensure;
use serde::Deserialize;
use url::Url;

use crate::channel::transport::{
    By, Call, Limits, Reply, Transport, no_answer, not_sent, only_200,
};
use crate::channel::{self, ChannelError, json, patience};
use crate::config::WechatpaySettings;

/// Where the payer's browser goes.
const PAGES: &str = "https://open.weixin.qq.com";

/// Where codes are exchanged.
const API: &str = "https://api.weixin.qq.com";

/// The login of one official account.
pub(super) struct Login {
    appid: String,
    secret: String,
    pages: Url,
    api: Url,
    transport: Transport,
}

/// What an exchange tells, or why it tells nothing.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Told {
    openid: String,
    errcode: i64,
}

/// These are about our settings, and everybody's payments fail by them: no such appid, and the wrong secret.
const OURS: [i64; 3] = [40001, 40013, 40125];

impl Login {
    /// The login of these settings, if they name a secret.
    ///
    /// # Errors
    /// A secret that cannot be one.
    pub(super) fn of(
        settings: &WechatpaySettings,
        limits: Limits,
        is_sandbox: bool,
    ) -> anyhow::Result<Option<Login>> {
        let Some(secret) = settings.app_secret.clone() else { return Ok(None) };
        ensure!(
            secret.len() == 32 && secret.bytes().all(|byte| byte.is_ascii_alphanumeric()),
            "WeChat's app_secret must be 32 letters and digits"
        );
        // The sandbox plays both.
        let own = settings.host.as_str();
        let (pages, api) = if is_sandbox { (own, own) } else { (PAGES, API) };
        let (pages, api): (Url, Url) = (pages.parse()?, api.parse()?);
        let transport = Transport::new("wechatpay_login", &api, limits, only_200)?;
        Ok(Some(Login { appid: settings.appid.clone(), secret, pages, api, transport }))
    }

    /// Where the payer's browser goes to come back with a code. WeChat wants these words in this order, and the sign at the
    /// end.
    pub(super) fn page(&self, way: &channel::Login) -> String {
        let mut page = self.pages.clone();
        page.set_path("/connect/oauth2/authorize");
        page.query_pairs_mut()
            .append_pair("appid", &self.appid)
            .append_pair("redirect_uri", &way.back)
            .append_pair("response_type", "code")
            .append_pair("scope", "snsapi_base")
            .append_pair("state", &way.state);
        page.set_fragment(Some("wechat_redirect"));
        page.into()
    }

    /// Whose code this is: the `openid`. Whatever goes wrong, no order has heard of it.
    pub(super) async fn openid(&self, code: &str) -> Result<String, ChannelError> {
        let unopened = |why: ChannelError| not_sent(why.to_string());
        let told = self.ask("login", code).await.map_err(unopened)?;
        if OURS.contains(&told.errcode) {
            tracing::error!(
                code = told.errcode,
                "WeChat's login refuses us: look at appid and app_secret"
            );
        }
        let is_openid = |sign: u8| sign.is_ascii_alphanumeric() || b"_-".contains(&sign);
        match told.openid.as_str() {
            "" => Err(not_sent(format!("WeChat's login does not take the code: {}", told.errcode))),
            id if id.len() <= 128 && id.bytes().all(is_openid) => Ok(told.openid),
            _ => Err(not_sent("WeChat's login tells an openid that is none")),
        }
    }

    async fn ask(&self, name: &'static str, code: &str) -> Result<Told, ChannelError> {
        let mut url = self.api.clone();
        url.set_path("/sns/oauth2/access_token");
        url.query_pairs_mut()
            .append_pair("appid", &self.appid)
            .append_pair("secret", &self.secret)
            .append_pair("code", code)
            .append_pair("grant_type", "authorization_code");
        let (by, url, patience) = (By::Get, url.into(), patience::QUERY);
        let call = Call { name, by, url, headers: vec![], body: vec![], patience };
        let read = |reply: &Reply| {
            json::read(&reply.body).map_err(|_| no_answer("the answer cannot be read"))
        };
        self.transport.call(call, read).await
    }
}
