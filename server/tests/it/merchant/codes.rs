//! Fixed receipt codes (M3, D13), and the codes that are printed (L23).

use florin_widget::markup::money::amount;
use serde_json::{Value, json};

use super::ask::{Reply, ask, count, get, post};
use crate::support::{TestApp, on_both};

async fn code(app: &TestApp, mut body: Value) -> Value {
    if body.get("currency").is_none() {
        body["currency"] = json!("PHP");
    }
    post(app, "/v1/codes").json(&body).send().await.data()
}

fn path(code: &Value) -> String {
    let url = code["url"].as_str().unwrap();
    url[url.find("/c/").unwrap()..].to_owned()
}

fn sheet(page: &Reply) -> String {
    let text = page.text();
    let at = text.find("name=\"sheet\" value=\"").unwrap() + 20;
    text[at..at + 16].to_owned()
}

async fn enter(app: &TestApp, path: &str, amount: &str, sheet: &str) -> Reply {
    let form = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("amount", amount)
        .append_pair("sheet", sheet)
        .finish();
    post(app, path).by("").text("application/x-www-form-urlencoded", &form).send().await
}

fn session_of(moved: &Reply) -> String {
    assert_eq!(moved.status, 303, "{}", moved.text());
    moved.header("location").strip_prefix("/pay/").unwrap().to_owned()
}

/// The text in a picture, as a reader sees it.
fn read(side: usize, is_dark: impl Fn(usize, usize) -> bool) -> String {
    let mut image = rqrr::PreparedImage::prepare_from_greyscale(side, side, |x, y| {
        if is_dark(x, y) { 0 } else { 255 }
    });
    let grids = image.detect_grids();
    assert_eq!(grids.len(), 1);
    grids[0].decode().unwrap().1
}

fn read_png(bytes: &[u8]) -> (usize, String) {
    let mut reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    assert_eq!((info.width, info.bit_depth), (info.height, png::BitDepth::One));
    let (side, row) = (info.width as usize, info.line_size);
    let is_dark = |x: usize, y: usize| pixels[y * row + x / 8] & (0x80 >> (x % 8)) == 0;
    // Quiet: at least four modules of white on every side.
    let quiet =
        (0..side).take_while(|at| (0..side).all(|x| !is_dark(x, *at) && !is_dark(*at, x))).count();
    assert!(quiet * 12 >= side, "{quiet} of {side}");
    (side, read(side, is_dark))
}

fn read_svg(text: &str) -> String {
    let view = text.split("viewBox=\"0 0 ").nth(1).unwrap().split(' ').next().unwrap();
    let side: usize = view.parse().unwrap();
    let path = text.split("<path d=\"").nth(1).unwrap().split('"').next().unwrap();
    let mut dark = vec![false; side * side];
    for run in path.split('M').skip(1) {
        let (x, rest) = run.split_once(' ').unwrap();
        let (y, rest) = rest.split_once('h').unwrap();
        let length = rest.split_once('v').unwrap().0;
        let [x, y, length] = [x, y, length].map(|number| number.parse::<usize>().unwrap());
        dark[y * side + x..y * side + x + length].fill(true);
    }
    assert!((0..4).all(|at| (0..side).all(|x| !dark[at * side + x] && !dark[x * side + at])));
    read(side * 4, |x, y| dark[y / 4 * side + x / 4])
}

on_both! {
    async fn a_shopper_enters_the_amount_and_pays(app: TestApp) {
        let code = code(app, json!({ "label": "Tea <stall>", "min_amount": "1000", "max_amount": "50000", "notify_url": app.sink.url })).await;
        let page = get(app, &path(&code)).by("").send().await;
        assert_eq!((page.status, page.header("content-type")), (200, "text/html; charset=utf-8"));
        let text = page.text();
        for part in ["Northwind Tea", "Tea &lt;stall&gt;", "From ₱10.00 to ₱500.00", "inputmode=\"decimal\"", "method=\"post\""] {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert!(!text.contains("<script") && page.header("content-security-policy").contains("frame-ancestors 'none'"));
        let id = session_of(&enter(app, &path(&code), "250.00", &sheet(&page)).await);
        let session = get(app, &format!("/v1/sessions?session_id={id}")).send().await.data();
        assert_eq!((&session["amount"], &session["currency"], &session["session_mode"]), (&json!("25000"), &json!("PHP"), &json!("HOSTED")));
        assert!(session["trans_id"].as_str().unwrap().starts_with(code["code_id"].as_str().unwrap()));
        assert_eq!(get(app, &format!("/pay/{id}")).by("").send().await.status, 200);
        let shopper = crate::support::Session {
            id, trans_id: session["trans_id"].as_str().unwrap().into(), token: session["client_token"].as_str().unwrap().into() };
        assert_eq!(app.view(&shopper).await.data()["goods"][0]["name"], "Tea <stall>");
        let opened = app.pay(&shopper, "GCASH").await;
        app.wallet(&crate::support::code(&opened), "approve").await.is_paid();
        app.until_status(&shopper, "SUCCESS").await;
        app.until("the merchant is told", async || app.sink.kinds(&shopper.trans_id) == ["PAYMENT.SUCCESS"]).await;
    }

    async fn one_form_makes_one_order_and_the_next_another(app: TestApp) {
        let code = code(app, json!({})).await;
        let sheet = sheet(&get(app, &path(&code)).by("").send().await);
        let path = path(&code);
        let (first, second) = tokio::join!(enter(app, &path, "12", &sheet), enter(app, &path, "12.00", &sheet));
        assert_eq!(session_of(&first), session_of(&second));
        // Back, and another amount: another order. A forged sheet only makes one more.
        assert_ne!(session_of(&enter(app, &path, "13", &sheet).await), session_of(&first));
        session_of(&enter(app, &path, "12", "../../x").await);
        assert_eq!(count(app, "select count(*) from pay_order").await, 3);
    }

    async fn what_cannot_be_paid_is_said_on_the_page_and_kept_in_the_field(app: TestApp) {
        let code = code(app, json!({ "min_amount": "1000", "max_amount": "50000" })).await;
        for (typed, said) in [
            ("9.99", "This amount cannot be paid here.</p>"), ("500.01", "cannot be paid here"), ("0", "Please enter"), ("", "Please enter"),
            ("1,000", "Please enter"), ("12.345", "Please enter"), ("\"><script>", "Please enter"), ("-5", "Please enter"), ("٨", "cannot be paid here"),
        ] {
            let page = enter(app, &path(&code), typed, "").await;
            assert_eq!(page.status, 422, "{typed}");
            let text = page.text();
            assert!(text.contains(said) && text.contains("role=\"alert\"") && text.contains("aria-invalid=\"true\""), "{typed}: {text}");
            assert!(!text.contains("<script"), "{text}");
        }
        assert!(enter(app, &path(&code), "9.99", "").await.text().contains("value=\"9.99\""));
        let chinese = get(app, &path(&code)).by("").header("accept-language", "zh-CN,zh;q=0.9").send().await;
        assert!(chinese.text().contains("请输入金额") && chinese.text().contains("lang=\"zh-Hans\""));
        let arabic = get(app, &path(&code)).by("").header("accept-language", "ar-EG,en;q=0.5").send().await;
        assert!(arabic.text().contains("<html lang=\"ar\" dir=\"rtl\">"), "{}", arabic.text());
        // Each amount keeps its own direction.
        let [ten, most] = ["10.00", "500.00"].map(|number| format!("\u{2068}{}\u{2069}", amount(number, "PHP", "ar")));
        assert!(arabic.text().contains(&format!("من {ten} إلى {most}")), "{}", arabic.text());
        let german = get(app, &path(&code)).by("").header("accept-language", "de").send().await;
        assert!(german.text().contains("Von 10,00\u{a0}PHP bis 500,00\u{a0}PHP"), "{}", german.text());
        assert_eq!(count(app, "select count(*) from session").await, 0);
    }

    async fn a_code_is_used_so_often_and_no_oftener(app: TestApp) {
        let code = code(app, json!({ "per_minute": 3 })).await;
        // The next minute may begin while we count; then once more.
        let mut moved = 0;
        for _ in 0..7 {
            let reply = enter(app, &path(&code), "12", "").await;
            assert!(reply.status == 303 || reply.status == 429, "{}", reply.text());
            moved += i32::from(reply.status == 303);
        }
        assert!(moved == 3 || moved == 6, "{moved}");
        app.pass(std::time::Duration::from_secs(60));
        assert_eq!(enter(app, &path(&code), "12", "").await.status, 303);
    }

    async fn a_closed_code_and_an_unknown_one_are_not_in_use(app: TestApp) {
        let code = code(app, json!({})).await;
        let id = code["code_id"].as_str().unwrap();
        let closed = ask(app, reqwest::Method::DELETE, &format!("/v1/codes/{id}")).send().await;
        assert_eq!(closed.data()["status"], "CLOSED");
        let unknown = path(&code).replace(&id[2..8], "000000");
        let (gone, never) = (get(app, &path(&code)).by("").send().await, get(app, &unknown).by("").send().await);
        assert_eq!((gone.status, gone.text()), (404, never.text()));
        assert!(gone.text().contains("not in use"));
        assert_eq!(enter(app, &path(&code), "12", "").await.status, 404);
        let list = get(app, "/v1/codes").send().await.data();
        assert_eq!((list["codes"].as_array().unwrap().len(), &list["codes"][0]["status"]), (1, &json!("CLOSED")));
        assert_eq!(list.get("next_cursor"), None);
        assert_eq!(get(app, &format!("/v1/codes/{id}")).send().await.data(), list["codes"][0]);
    }

    async fn a_long_list_is_read_page_by_page(app: TestApp) {
        let mut made = Vec::new();
        for number in 0..7 {
            let code = code(app, json!({ "label": format!("stall {number}") })).await;
            made.insert(0, code["label"].as_str().unwrap().to_owned());
            // Two of the same millisecond are told apart as well.
            if number % 2 == 0 { app.pass(std::time::Duration::from_millis(5)); }
        }
        let (mut seen, mut path) = (Vec::new(), "/v1/codes?limit=3".to_owned());
        for expected in [3, 3, 1] {
            let page = get(app, &path).send().await.data();
            let labels = page["codes"].as_array().unwrap().iter().map(|code| code["label"].as_str().unwrap().to_owned());
            let before = seen.len();
            seen.extend(labels);
            assert_eq!(seen.len() - before, expected, "{page}");
            path = format!("/v1/codes?limit=3&cursor={}", page["next_cursor"].as_str().unwrap_or("-"));
        }
        assert!(path.ends_with("cursor=-"), "the last page leads on: {path}");
        seen.sort();
        made.sort();
        assert_eq!(seen, made);
        for (query, field) in [("cursor=x", "cursor"), ("limit=0", "limit"), ("limit=101", "limit"), ("page=2", "page")] {
            assert_eq!(get(app, &format!("/v1/codes?{query}")).send().await.field(), field);
        }
    }

    async fn a_wrong_code_is_refused_by_its_field(app: TestApp) {
        for (body, field) in [
            (json!({}), "currency"),
            (json!({ "currency": "XXX" }), "currency"),
            (json!({ "currency": "XXX", "min_amount": "1" }), "currency"),
            (json!({ "currency": "HKD", "min_amount": "0" }), "min_amount"),
            (json!({ "currency": "HKD", "min_amount": "9", "max_amount": "8" }), "max_amount"),
            (json!({ "currency": "HKD", "max_amount": "1e3" }), "max_amount"),
            (json!({ "currency": "HKD", "per_minute": 0 }), "per_minute"),
            (json!({ "currency": "HKD", "country": "Hongkong" }), "country"),
            (json!({ "currency": "HKD", "label": "a\u{0b}b" }), "label"),
            (json!({ "currency": "HKD", "notify_url": "ftp://x" }), "notify_url"),
            (json!({ "currency": "HKD", "amount": "1" }), "amount"),
        ] {
            let refused = post(app, "/v1/codes").json(&body).send().await;
            assert_eq!((refused.status, refused.field().as_str()), (400, field), "{body}: {}", refused.text());
        }
    }

    async fn a_printed_code_holds_the_page(app: TestApp) {
        let session = app.session("HKD", "800").await;
        let url = format!("{}/pay/{}", app.base, session.id);
        for (query, side) in [("", 512), ("?size=120", 120), ("?size=999", 999), ("?size=2400", 2400)] {
            let png = get(app, &format!("/v1/sessions/{}/qr.png{query}", session.id)).send().await;
            assert_eq!((png.status, png.header("content-type")), (200, "image/png"));
            assert_eq!(read_png(&png.bytes), (side, url.clone()));
            let svg = get(app, &format!("/v1/sessions/{}/qr.svg{query}", session.id)).send().await;
            assert_eq!((svg.status, svg.header("content-type")), (200, "image/svg+xml"));
            assert!(svg.text().contains(&format!("width=\"{side}\"")));
            assert_eq!(read_svg(&svg.text()), url);
        }
        for query in ["size=119", "size=2401", "size=big", "size=-1", "size=", "width=9", "size=200&size=200"] {
            let refused = get(app, &format!("/v1/sessions/{}/qr.svg?{query}", session.id)).send().await;
            assert_eq!(refused.status, 400, "{query}");
        }
        let code = code(app, json!({})).await;
        let id = code["code_id"].as_str().unwrap();
        let png = get(app, &format!("/v1/codes/{id}/qr.png")).send().await;
        assert_eq!(read_png(&png.bytes).1, code["url"].as_str().unwrap());
        let svg = get(app, &format!("/v1/codes/{id}/qr.svg")).send().await;
        assert_eq!(read_svg(&svg.text()), code["url"].as_str().unwrap());
        assert_eq!(get(app, &format!("/v1/codes/{id}/qr.svg")).by("").send().await.code(), "NO_KEY");
    }
}
