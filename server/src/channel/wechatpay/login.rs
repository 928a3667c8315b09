//! Who the payer is: WeChat's own login, by the official account that `appid` is (OAuth 2.0, `snsapi_base`), or by the mini-program
//! (`wx.login`). It asks the payer nothing: the browser goes there and comes back with a code, the mini-program is given one by WeChat. It
//! counts once and for five minutes, and only we can exchange it, since only we have the AppSecret. What it tells is the payer's
//! `openid` in this account, and nothing else is read of it: not the `session_key`, which opens what a mini-program's users confide to it.

use anyhow::{bail, ensure};
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
    pages: Url,
    exchange: Exchange,
}

/// Where the codes of one account are exchanged, and by which secret.
pub(super) struct Exchange {
    appid: String,
    secret: String,
    api: Url,
    by: Way,
    transport: Transport,
}

/// How: the path, and what it calls the code.
#[derive(Clone, Copy)]
struct Way {
    path: &'static str,
    code: &'static str,
}

const OF_PAGES: Way = Way { path: "/sns/oauth2/access_token", code: "code" };
const OF_MINI_PROGRAMS: Way = Way { path: "/sns/jscode2session", code: "js_code" };

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
        let Some(secret) = settings.app_secret.as_deref() else { return Ok(None) };
        let whose = ("app_secret", settings.appid.as_str(), secret);
        let own = Some(settings.host.as_str()).filter(|_| is_sandbox);
        let exchange = Exchange::of(whose, OF_PAGES, own, limits)?;
        Ok(Some(Login { pages: own.unwrap_or(PAGES).parse()?, exchange }))
    }

    /// Where the payer's browser goes to come back with a code. WeChat wants these words in this order, and the sign at the
    /// end.
    pub(super) fn page(&self, way: &channel::Login) -> String {
        let mut page = self.pages.clone();
        page.set_path("/connect/oauth2/authorize");
        page.query_pairs_mut()
            .append_pair("appid", &self.exchange.appid)
            .append_pair("redirect_uri", &way.back)
            .append_pair("response_type", "code")
            .append_pair("scope", "snsapi_base")
            .append_pair("state", &way.state);
        page.set_fragment(Some("wechat_redirect"));
        page.into()
    }

    /// Whose code this is.
    pub(super) async fn openid(&self, code: &str) -> Result<String, ChannelError> {
        self.exchange.openid(code).await
    }
}

impl Exchange {
    /// Of the mini-program of these settings, if they name one.
    ///
    /// # Errors
    /// A secret that cannot be one; a mini-program without its secret, or the other way round.
    pub(super) fn of_mini_program(
        settings: &WechatpaySettings,
        limits: Limits,
        is_sandbox: bool,
    ) -> anyhow::Result<Option<Exchange>> {
        let (appid, secret) = match (&settings.mini_program_appid, &settings.mini_program_secret) {
            (None, None) => return Ok(None),
            (Some(appid), Some(secret)) if !appid.is_empty() => (appid, secret),
            _ => bail!("mini_program_appid and mini_program_secret belong together"),
        };
        ensure!(*appid != settings.appid, "mini_program_appid must be another than appid");
        let own = Some(settings.host.as_str()).filter(|_| is_sandbox);
        let whose = ("mini_program_secret", appid.as_str(), secret.as_str());
        Exchange::of(whose, OF_MINI_PROGRAMS, own, limits).map(Some)
    }

    /// The sandbox plays it too, at its own address.
    fn of(
        (setting, appid, secret): (&str, &str, &str),
        by: Way,
        sandbox: Option<&str>,
        limits: Limits,
    ) -> anyhow::Result<Exchange> {
        ensure!(
            secret.len() == 32 && secret.bytes().all(|byte| byte.is_ascii_alphanumeric()),
            "WeChat's {setting} must be 32 letters and digits"
        );
        let api: Url = sandbox.unwrap_or(API).parse()?;
        let transport = Transport::new("wechatpay_login", &api, limits, only_200)?;
        Ok(Exchange { appid: appid.to_owned(), secret: secret.to_owned(), api, by, transport })
    }

    /// The `openid`. Whatever goes wrong, no order has heard of it.
    pub(super) async fn openid(&self, code: &str) -> Result<String, ChannelError> {
        let unopened = |why: ChannelError| not_sent(why.to_string());
        let told = self.ask("login", code).await.map_err(unopened)?;
        if OURS.contains(&told.errcode) {
            tracing::error!(
                code = told.errcode,
                appid = self.appid,
                "WeChat's login refuses us: look at this appid and its secret"
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
        url.set_path(self.by.path);
        url.query_pairs_mut()
            .append_pair("appid", &self.appid)
            .append_pair("secret", &self.secret)
            .append_pair(self.by.code, code)
            .append_pair("grant_type", "authorization_code");
        let (by, url, patience) = (By::Get, url.into(), patience::QUERY);
        let call = Call { name, by, url, headers: vec![], body: vec![], patience };
        let read = |reply: &Reply| {
            json::read(&reply.body).map_err(|_| no_answer("the answer cannot be read"))
        };
        self.transport.call(call, read).await
    }
}
