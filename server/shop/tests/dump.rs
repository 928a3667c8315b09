//! Temporary.
#[path = "it/support.rs"]
#[cfg(test)]
mod support;
#[cfg(test)]
mod t {
    use crate::support::*;
    #[tokio::test]
    async fn dump() {
        let town = Town::new().await;
        let put = async |name: &str, s: &str, t: (u16, serde_json::Value), lang: &str| {
            let body = format!(
                r#"{{"basket":[{{"id":"alpine-oolong","quantity":1}},{{"id":"jasmine-pearls","quantity":2}}],"currency":"HKD","locale":"{lang}"}}"#
            );
            let town = Town::new().await;
            town.post("/shop/orders", &body, &[]).await;
            town.answer(|a| {
                a.session = ok(session(s));
                a.transaction = t;
            });
            std::fs::write(
                format!("/tmp/shop/thanks-{name}.html"),
                town.get(&format!("/shop/thanks?session_id={SESSION}")).await.text,
            )
            .unwrap();
        };
        put("paid", "SUCCESS", ok(transaction("SUCCESS", true)), "en").await;
        put("paid-zh", "SUCCESS", ok(transaction("SUCCESS", true)), "zh").await;
        put("wait", "PROCESSING", ok(transaction("PROCESSING", false)), "en").await;
        put("open", "PROCESSING", not_found(), "en").await;
        put("over", "EXPIRED", ok(transaction("SUCCESS", false)), "en").await;
        std::fs::write("/tmp/shop/thanks-none.html", town.get("/shop/thanks").await.text).unwrap();
        std::fs::write(
            "/tmp/shop/thanks-away.html",
            get(&Town::alone(), "/shop/thanks?session_id=CS1").await.text,
        )
        .unwrap();
    }
}
