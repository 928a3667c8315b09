//! Payment in Alipay's mini-program (`protocols/alipay.md` 4). It asks Alipay for a code by itself (`my.getAuthCode`, `auth_base`) and brings it; the
//! trade is for whoever that is, and its number is what `my.tradePay` opens for. The mini-program is an application of its own: the code is
//! exchanged in its name, and the trade says that its cashier opens there (`op_app_id`). All else is the account's, whose trade it is.

use anyhow::ensure;

use super::Alipay;
use super::sign::Keys;
use super::wire::Buyer;
use crate::channel::transport::not_sent;
use crate::channel::{Asking, ChannelError, Opened, action};
use crate::config::AlipaySettings;
use crate::domain::payment::Payment;

/// The application that the mini-program is.
pub(super) struct MiniProgram {
    app_id: String,
    /// Ours, which both applications have, and Alipay's for this one.
    pub(super) keys: Keys,
}

impl MiniProgram {
    /// Of these settings, if they name one.
    ///
    /// # Errors
    /// A number or a key that is none; a key without the mini-program.
    pub(super) fn of(settings: &AlipaySettings) -> anyhow::Result<Option<MiniProgram>> {
        let Some(app_id) = settings.mini_program_app_id.clone() else {
            let is_alone = settings.mini_program_public_key.is_some();
            ensure!(!is_alone, "Alipay's mini_program_public_key is for a mini_program_app_id");
            return Ok(None);
        };
        let is_number = !app_id.is_empty() && app_id.bytes().all(|byte| byte.is_ascii_digit());
        ensure!(is_number, "Alipay's mini_program_app_id must be digits");
        let own = settings.mini_program_public_key.as_ref();
        let public_key = own.unwrap_or(&settings.public_key).clone();
        let keys = Keys::of(&AlipaySettings { public_key, ..settings.clone() })?;
        Ok(Some(MiniProgram { app_id, keys }))
    }
}

impl Alipay {
    /// Without a code what the mini-program does next, and nothing is opened; with one the trade of whoever brings it. Repeating either
    /// opens nothing new, as within Alipay's browser (`jsapi.rs`).
    pub(super) async fn in_mini_program(
        &self,
        payment: &Payment,
        asking: &Asking,
    ) -> Result<Opened, ChannelError> {
        let Some(mini) = &self.mini else { return Err(not_sent("there is no mini-program")) };
        let Some(code) = &asking.login.code else {
            return self.handed(payment, action::login()).await;
        };
        let of_mini = (mini.app_id.as_str(), &mini.keys);
        let buyer = self.buyer(of_mini, code, Buyer::OpOpenId).await?;
        let opened = self.create(&mini.app_id, payment, asking, &buyer).await?;
        let action = opened.action.and_then(|action| action.text).map(action::in_mini_program);
        Ok(Opened { action, ..opened })
    }
}
