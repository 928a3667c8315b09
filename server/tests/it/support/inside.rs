//! A wallet's own browser (JSAPI): the shopper presses there, goes to the wallet's login and back, and the bridge is asked for the money.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Answer, Session, TestApp};

/// A wallet whose browser the shopper is in.
pub struct Inside {
    pub method: &'static str,
    /// How its browser calls itself.
    pub agent: &'static str,
    /// How the address of its login ends, where it says so.
    pub login_ends: &'static str,
    /// Under which name the bridge is told what to pay.
    pub asks: &'static str,
}

impl Inside {
    /// The shopper presses the wallet's method.
    pub async fn pressed(&self, app: &TestApp, session: &Session) -> Answer {
        let path = format!("/v1/checkout/{}/transactions", session.id);
        let wish = json!({ "method": self.method, "version": 1 });
        let agent = [("user-agent", self.agent)];
        app.call(Method::POST, &path, Some(&session.token), &agent, Some(wish)).await
    }

    pub async fn opened(&self, app: &TestApp) -> (Session, Answer) {
        let session = app.session("CNY", "8888").await;
        let opened = self.pressed(app, &session).await;
        assert_eq!(opened.data()["next_action"]["type"], "redirect", "{}", opened.body);
        (session, opened)
    }

    /// Through the wallet's login: the address on our side that it leads back to.
    pub async fn logged_in(&self, opened: &Answer) -> String {
        let way = opened.data()["next_action"]["url"].as_str().unwrap();
        assert!(way.ends_with(self.login_ends), "{way}");
        let (status, back, text) = visit(way).await;
        assert_eq!(status, 303, "{text}");
        back
    }

    /// There and back, and the bridge is asked: what the payer's wallet knows the payment by.
    pub async fn asked_for(&self, app: &TestApp, opened: &Answer) -> String {
        let (status, _, page) = visit(&self.logged_in(opened).await).await;
        assert_eq!(status, 200, "{page}");
        assert!(app.base.starts_with("http://127.0.0.1"));
        request(&page)[self.asks].as_str().unwrap().to_owned()
    }
}

/// What the browser finds at an address: a status, where it is sent on, and the text.
pub async fn visit(address: &str) -> (u16, String, String) {
    visit_as(address, "").await
}

/// The same in a browser that calls itself so.
pub async fn visit_as(address: &str, agent: &str) -> (u16, String, String) {
    let browser =
        reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let answer = browser.get(address).header("user-agent", agent).send().await.unwrap();
    let to = answer.headers().get("location").map(|to| to.to_str().unwrap().to_owned());
    (answer.status().as_u16(), to.unwrap_or_default(), answer.text().await.unwrap())
}

/// What the page asks the wallet's bridge for.
pub fn request(page: &str) -> Value {
    let text = page.split("data-request=\"").nth(1).unwrap().split('"').next().unwrap();
    serde_json::from_str(&text.replace("&quot;", "\"")).unwrap()
}
