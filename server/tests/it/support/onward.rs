//! The page of ours that sends a browser on by a form: what it holds, and where it leads.

use reqwest::Method;
use serde_json::json;
use url::form_urlencoded::Serializer;

use super::inside::visit_as;
use super::{Answer, Session, TestApp};

pub const PHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) Version/18.5 Mobile/15E148 Safari/604.1";

/// A form in a page: where it goes, and what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    pub action: String,
    pub fields: Vec<(String, String)>,
}

impl Sheet {
    pub fn get(&self, name: &str) -> &str {
        let found = self.fields.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value)
    }

    /// The browser sends it: a status, where it is sent on, and the text. None when nobody answered.
    pub async fn send(&self) -> Option<(u16, String, String)> {
        let browser =
            reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let form = Serializer::new(String::new()).extend_pairs(&self.fields).finish();
        let kind = ("content-type", "application/x-www-form-urlencoded");
        let request = browser.post(&self.action).header(kind.0, kind.1).body(form);
        let answer = request.send().await.ok()?;
        let to = answer.headers().get("location").map(|to| to.to_str().unwrap().to_owned());
        Some((answer.status().as_u16(), to.unwrap_or_default(), answer.text().await.ok()?))
    }
}

/// The first form of a page that leads to `to`.
pub fn sheet(page: &str, to: &str) -> Sheet {
    let form = page.split("<form").find(|form| form.contains(to)).expect(page);
    let form = form.split("</form>").next().unwrap();
    let of = |tag: &str, name: &str| {
        let value = tag.split(&format!("{name}=\"")).nth(1).and_then(|rest| rest.split('"').next());
        plain(value.unwrap_or_default())
    };
    let fields = form.split("<input").skip(1).map(|tag| (of(tag, "name"), of(tag, "value")));
    Sheet { action: of(form, "action"), fields: fields.collect() }
}

fn plain(text: &str) -> String {
    let signs = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];
    signs.iter().fold(text.to_owned(), |text, (written, sign)| text.replace(written, sign))
}

/// UnionPay's form on our page at this address. Where a bank is to be picked first, it is ICBC.
pub async fn form(address: &str) -> Sheet {
    let (status, _, mut page) = visit_as(address, PHONE).await;
    assert_eq!(status, 200, "{page}");
    if page.contains(r#"name="bank""#) {
        let (status, to) = pick(address, "ICBC").await;
        assert_eq!(status, 303, "{to}");
        page = visit_as(&to, PHONE).await.2;
    }
    sheet(&page, "frontTransReq.do")
}

/// Somebody presses this bank on our page at this address: a status, and where they are sent on.
pub async fn pick(address: &str, bank: &str) -> (u16, String) {
    let action = address.split('?').next().unwrap().to_owned();
    let fields = vec![("bank".to_owned(), bank.to_owned())];
    let (status, to, _) = Sheet { action, fields }.send().await.unwrap();
    (status, to)
}

/// The browser goes on there: what the payment is known by to its payer. Who gets no answer tries again.
pub async fn sent_on(address: &str) -> String {
    let form = form(address).await;
    let went = match form.send().await {
        Some(went) => went,
        None => form.send().await.expect("the second time it answers"),
    };
    assert_eq!(went.0, 303, "{}", went.2);
    went.1
}

impl TestApp {
    /// The shopper presses this method in the browser that calls itself so.
    pub async fn pay_as(&self, session: &Session, method: &str, agent: &str) -> Answer {
        let path = format!("/v1/checkout/{}/transactions", session.id);
        let wish = json!({ "method": method, "version": 1 });
        let agent = [("user-agent", agent)];
        self.call(Method::POST, &path, Some(&session.token), &agent, Some(wish)).await
    }
}
