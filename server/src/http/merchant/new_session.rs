//! Reads Create Session's request: every field of document 004, checked here and nowhere else.

use aws_lc_rs::digest::{SHA256, digest};
use florin_shared::shopper::Good;
use florin_shared::theme::Appearance;
use florin_shared::{Code, Method, Money};
use serde::Serialize;
use url::Url;

use super::appearance::appearance;
use crate::clock::Millis;
use crate::domain::address::{Reach, is_plain};
use crate::domain::session::{LONGEST, USUAL};
use crate::flow::create_session::NewSession;
use crate::http::auth::is_private;
use crate::http::body::{Body, Fields, digits};
use crate::http::idempotency::Seed;
use crate::store::merchants::Merchant;
use crate::{App, Error, Result, hex};

/// Reads it, at this time, for this merchant.
pub fn parse(app: &App, body: Body, merchant: &Merchant, seed: Option<Seed>) -> Result<NewSession> {
    let now = app.now();
    let fingerprint = fingerprint(&body);
    let mut fields = Fields::of(body.object);
    same_merchant(&mut fields, merchant)?;
    let method = purchase_only(&mut fields)?;
    let trans_id = trans_id(&mut fields)?;
    let amount =
        Money::parse(&fields.required_minor("amount", 32)?, &fields.required("currency", 8)?)?;
    let (expire_text, expires) = expiry(&mut fields, now)?;
    let mode = fields.word("session_mode", &["HOSTED", "DROP_IN", "COMPONENT"])?.to_owned();
    let locale = locale(&mut fields)?;
    let return_url = address(&mut fields, "return_url", merchant)?;
    let cancel_url = address(&mut fields, "cancel_url", merchant)?;
    let notify_url = notify_url(&mut fields, merchant)?;
    let goods = goods(&mut fields)?;
    let country = country(&mut fields)?;
    let appearance = looks(app, &mut fields, merchant, method)?;
    fields.end()?;
    Ok(NewSession {
        trans_id,
        amount,
        mode,
        country,
        locale,
        return_url,
        cancel_url,
        notify_url,
        goods,
        fingerprint,
        asked_by: seed.map(|seed| seed.text()).unwrap_or_default(),
        expire_text,
        expires,
        appearance,
    })
}

/// The session's own looks, as JSON text; empty when nothing is said. `payment.payment_method` is a list of one method.
fn looks(
    app: &App,
    fields: &mut Fields,
    merchant: &Merchant,
    method: Option<Method>,
) -> Result<String> {
    let change = appearance(app, fields)?;
    if let Some((path, _)) = change.pictures.first() {
        let sentence = format!(
            "{path} must be the address of a picture that the merchant or its organisation has here"
        );
        return Err(Error::field(Code::InvalidField, path.as_str(), sentence));
    }
    let mut own = Appearance::default();
    change.put_on(&mut own, &merchant.appearance)?;
    if let Some(method) = method {
        let alone = vec![method.as_str().to_owned()];
        if own.methods.get_or_insert_with(|| alone.clone()) != &alone {
            return Err(fields.wrong(
                "payment.payment_method",
                "says which one method is offered; appearance.methods must not say another list",
            ));
        }
    }
    if own == Appearance::default() {
        return Ok(String::new());
    }
    serde_json::to_string(&own).map_err(|error| Error::Internal(error.to_string()))
}

/// The same request has the same fingerprint, whatever the order of its keys.
pub fn fingerprint(body: &Body) -> String {
    let canonical = serde_json::to_vec(&body.object).unwrap_or_default();
    hex(digest(&SHA256, &canonical).as_ref())
}

/// The body's `merchant_id` must be the key's (D14).
pub fn same_merchant(fields: &mut Fields, merchant: &Merchant) -> Result<()> {
    match fields.text("merchant_id", 20)? {
        None => Ok(()),
        Some(id) if id == merchant.id.as_str() => Ok(()),
        Some(_) => Err(Error::field(
            Code::InvalidField,
            "merchant_id",
            "merchant_id is not the one of this key",
        )),
    }
}

/// What this version does: one payment, taken at once. The rest of document 004 is refused by name, never ignored. Gives the one
/// method that the session is for, if it names one.
fn purchase_only(fields: &mut Fields) -> Result<Option<Method>> {
    let kind = fields.word("payment_type", &["PURCHASE", "RECURRING"])?;
    fields.word("authorisation_type", &["FINAL_AUTH"])?;
    fields.word("capture_method", &["AUTOMATIC"])?;
    if fields.flag("mit")? {
        return Err(fields.wrong("mit", "must be false: a session is paid by its shopper"));
    }
    let storing = storing(fields)?;
    if kind == "PURCHASE" {
        return Ok(storing.method);
    }
    storing.is_for_recurring(fields)?;
    // A wallet's payment leaves nothing behind that could be charged again: the merchant would wait for it in vain.
    Err(Error::field(
        Code::ProductNotAvailable,
        "payment_type",
        "no channel of this server stores a payment method, so nothing could be charged again",
    ))
}

/// What the merchant wants to be kept of the shopper's way to pay.
#[derive(Default)]
struct Storing {
    stores: bool,
    usage: &'static str,
    shopper: Option<String>,
    method: Option<Method>,
}

/// Kept for cards: a wallet's payment stores nothing, so for a single purchase the wish is read and has no effect.
fn storing(fields: &mut Fields) -> Result<Storing> {
    let Some(mut payment) = fields.object("payment")? else { return Ok(Storing::default()) };
    let storing = Storing {
        stores: payment.flag("store_payment_method")?,
        usage: payment.word("token_usage", &["CARD_ON_FILE", "SUBSCRIPTION"])?,
        shopper: payment.text("shopper_reference", 128)?,
        method: only_method(&mut payment)?,
    };
    payment.end()?;
    Ok(storing)
}

/// The one method of the session, by our name for it or by PayKKa's, which is written in several cases (`protocols/paykka.md` 3).
fn only_method(payment: &mut Fields) -> Result<Option<Method>> {
    let Some(said) = payment.text("payment_method", 64)? else { return Ok(None) };
    let ours = match said.to_ascii_uppercase().as_str() {
        "ALIPAYPLUS" => "ALIPAY_PLUS".to_owned(),
        "WECHATPAYGLOBAL" => "WECHATPAY".to_owned(),
        "PAYMAYA" => "MAYA".to_owned(),
        name => name.to_owned(),
    };
    ours.parse().map(Some).map_err(|_| {
        let sentence =
            format!("payment.payment_method: no channel of this server carries out {said}");
        Error::field(Code::ProductNotAvailable, "payment.payment_method", sentence)
    })
}

impl Storing {
    /// The first of recurring payments must be stored, as a subscription, for a shopper (P11).
    fn is_for_recurring(&self, fields: &Fields) -> Result<()> {
        if !self.stores {
            return Err(fields.wrong(
                "payment.store_payment_method",
                "must be true when payment_type is RECURRING",
            ));
        }
        if self.usage != "SUBSCRIPTION" {
            return Err(fields.wrong(
                "payment.token_usage",
                "must be SUBSCRIPTION when payment_type is RECURRING",
            ));
        }
        if self.shopper.as_deref().unwrap_or_default().is_empty() {
            return Err(fields.wrong(
                "payment.shopper_reference",
                "must be there when payment_type is RECURRING",
            ));
        }
        Ok(())
    }
}

/// The merchant's own number of the order.
pub fn trans_id(fields: &mut Fields) -> Result<String> {
    let text = fields.required("trans_id", 64)?;
    if text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(text);
    }
    Err(Error::field(
        Code::InvalidField,
        "trans_id",
        "trans_id is 1 to 64 visible ASCII characters",
    ))
}

/// BCP 47's characters; whether we have that language, the page decides. Empty when absent.
fn locale(fields: &mut Fields) -> Result<String> {
    let text = fields.text("display_locale", 35)?.unwrap_or_default();
    match text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        true => Ok(text),
        false => Err(fields.wrong("display_locale", "must be a language tag, such as fr-FR")),
    }
}

/// At most 24 hours ahead (P16); 30 minutes when nothing is said (D11).
fn expiry(fields: &mut Fields, now: Millis) -> Result<(String, Millis)> {
    let Some(text) = fields.text("expire_time", 64)? else {
        return Ok((String::new(), now + USUAL));
    };
    let wrong = |what: &str| {
        Error::field(Code::InvalidExpiry, "expire_time", format!("expire_time {what}"))
    };
    let at: jiff::Timestamp = text
        .parse()
        .map_err(|_| wrong("must be RFC 3339 with an offset, such as 2026-11-18T12:10:00+08:00"))?;
    match at.as_millisecond() {
        past if past <= now => Err(wrong("is in the past")),
        far if far > now + LONGEST => Err(wrong("is more than 24 hours ahead")),
        at => Ok((text, at)),
    }
}

/// https, and in test mode also http to this machine and its network (D16). Empty when absent.
pub fn address(fields: &mut Fields, name: &'static str, merchant: &Merchant) -> Result<String> {
    let Some(text) = fields.unjudged(name, 2048)? else { return Ok(String::new()) };
    let wrong = |what: &str| Error::field(Code::InvalidReturnUrl, name, format!("{name} {what}"));
    let url = Url::parse(&text).map_err(|_| wrong("is not an address"))?;
    if !is_plain(&text, &url) {
        return Err(wrong("is not a plain address: no spaces, backslashes or user names"));
    }
    match url.scheme() {
        "https" => Ok(text),
        "http" if !merchant.livemode && is_private(&text) => Ok(text),
        "http" => Err(wrong(
            "must be https (in test mode, http only to this machine or a private network)",
        )),
        _ => Err(wrong("must be https")),
    }
}

/// Where events go: what may not be called is refused now, and looked at again at every try.
pub fn notify_url(fields: &mut Fields, merchant: &Merchant) -> Result<String> {
    let text = address(fields, "notify_url", merchant)?;
    if !text.is_empty() {
        Reach::of(merchant.livemode).read(&text).map_err(|sentence| {
            let sentence = format!("notify_url {sentence}");
            Error::field(Code::InvalidWebhookUrl, "notify_url", sentence)
        })?;
    }
    Ok(text)
}

/// A line of the basket as it is kept: what the shopper sees, and the merchant's own number of it.
#[derive(Serialize)]
struct Sold {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(flatten)]
    good: Good,
}

/// What is sold, as JSON text; `[]` when nothing is said.
pub fn goods(fields: &mut Fields) -> Result<String> {
    let lines = fields.objects("goods", 100)?.into_iter().map(sold);
    let goods = lines.collect::<Result<Vec<Sold>>>()?;
    serde_json::to_string(&goods).map_err(|error| Error::Internal(error.to_string()))
}

fn sold(mut line: Fields) -> Result<Sold> {
    let id = line.text("id", 64)?;
    let name = line.required("name", 256)?;
    let quantity = line.count("quantity")?.unwrap_or(1);
    let quantity = u32::try_from(quantity).map_err(|_| {
        Error::field(Code::InvalidField, "goods", "a quantity is at most 4294967295")
    })?;
    let unit_amount = price(&mut line)?;
    line.end()?;
    Ok(Sold { id, good: Good { name, quantity, unit_amount } })
}

/// The price of one: `unit_amount`, or `price` as PayKKa calls it. A gift may cost nothing.
fn price(line: &mut Fields) -> Result<Option<String>> {
    let (ours, theirs) = (line.minor("unit_amount", 16)?, line.minor("price", 16)?);
    for (name, said) in [("unit_amount", &ours), ("price", &theirs)] {
        if said.as_deref().is_some_and(|amount| amount.len() > 16 || !digits(amount)) {
            let sentence = "must be a whole number of smallest units, such as \"400\"";
            return Err(line.wrong(name, sentence));
        }
    }
    match (ours, theirs) {
        (Some(ours), Some(theirs)) if ours != theirs => {
            Err(line.wrong("price", "says the same as unit_amount, and must not differ from it"))
        }
        (ours, theirs) => Ok(ours.or(theirs)),
    }
}

/// Where the shopper is: the address of the bill, else of the parcel. Document 004 names these objects and not what is in
/// them. Their other fields are personal data that no channel of this version needs: whatever they are called, they are
/// read and not kept.
fn country(fields: &mut Fields) -> Result<String> {
    let mut country = String::new();
    for name in ["customer", "shipping", "bill"] {
        if let Some(mut object) = fields.object(name)?
            && let Some(text) = object.country("country")?
        {
            country = text;
        }
    }
    Ok(country)
}
