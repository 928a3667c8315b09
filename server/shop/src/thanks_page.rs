//! The thank-you page as HTML. Everything that came from outside is escaped on its way in.

use jiff::Timestamp;

use crate::html::{escape, href};
use crate::locale::{Locale, Words};
use crate::merchant_api::Session;
use crate::money::written;
use crate::order::{Line, NewOrder};
use crate::thanks_words::{self as words, methods};
use crate::truth::{Payment, Tried, Truth};

/// Everything that the page shows.
pub(crate) struct Page {
    pub(crate) truth: Truth,
    pub(crate) session: Option<Session>,
    pub(crate) placed: Option<Placed>,
    pub(crate) locale: Locale,
    pub(crate) session_id: String,
    pub(crate) look: u32,
}

/// The order as the shop took it down.
pub(crate) struct Placed {
    pub(crate) trans_id: String,
    pub(crate) order: NewOrder,
}

impl Page {
    /// A page about nothing in particular.
    pub(crate) fn of(truth: Truth, locale: Locale) -> Page {
        Page { truth, session: None, placed: None, locale, session_id: String::new(), look: 0 }
    }

    fn say(&self, words: Words) -> &'static str {
        words.in_locale(self.locale)
    }

    /// The amount as Florin has it, else as it was ordered.
    fn amount(&self) -> Option<String> {
        let session = self.session.as_ref().map(|s| written(&s.amount, &s.currency));
        session.or_else(|| {
            let order = &self.placed.as_ref()?.order;
            Some(written(&order.amount().to_string(), order.currency.code()))
        })
    }

    fn trans_id(&self) -> Option<&str> {
        let session = self.session.as_ref().map(|session| session.trans_id.as_str());
        session.or_else(|| Some(self.placed.as_ref()?.trans_id.as_str()))
    }

    /// The shop's front page, in the shopper's language.
    fn home(&self) -> String {
        format!("/?lang={}", self.locale.tag())
    }
}

/// The whole document.
pub(crate) fn page(page: &Page) -> String {
    let title = title(page);
    format!(
        "<!doctype html>
<html lang=\"{lang}\">
<head>
<meta charset=\"utf-8\">
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1, viewport-fit=cover\">
<meta name=\"color-scheme\" content=\"light dark\">
<meta name=\"robots\" content=\"noindex\">
<title>{title} · {shop}</title>
<link rel=\"icon\" href=\"/shop/mark.svg\" type=\"image/svg+xml\">
<link rel=\"stylesheet\" href=\"/shop/shop.css\">
</head>
<body class=\"thanks\">
<header class=\"bar\"><a class=\"name\" href=\"{home}\"><img src=\"/shop/mark.svg\" alt=\"\" width=\"32\" height=\"32\">{shop}</a></header>
<main class=\"receipt\">
{seal}
<h1>{title}</h1>
<p class=\"say\">{sentence}</p>
{facts}{lines}{doors}{how}
</main>
</body>
</html>
",
        lang = page.locale.tag(),
        shop = page.say(words::SHOP),
        home = href(&page.home()),
        seal = seal(&page.truth),
        sentence = sentence(page),
        facts = facts(page),
        lines = lines(page),
        doors = doors(page),
        how = how(page),
    )
}

fn title(page: &Page) -> String {
    let amount = escape(&page.amount().unwrap_or_default());
    match page.truth {
        Truth::Paid { .. } => page.say(words::PAID).replace("{amount}", &amount).trim().into(),
        Truth::Confirming => page.say(words::CONFIRMING).into(),
        Truth::Open { .. } => page.say(words::OPEN).into(),
        Truth::Over { .. } => page.say(words::OVER).into(),
        Truth::NoSuchOrder => page.say(words::NO_SUCH_ORDER).into(),
        Truth::NoAnswer => page.say(words::NO_ANSWER).into(),
    }
}

fn sentence(page: &Page) -> String {
    let first = match &page.truth {
        Truth::Paid { .. } => words::PAID_SENTENCE,
        Truth::Confirming => words::CONFIRMING_SENTENCE,
        Truth::Open { .. } => words::OPEN_SENTENCE,
        Truth::Over { .. } => words::OVER_SENTENCE,
        Truth::NoSuchOrder => words::NO_SUCH_ORDER_SENTENCE,
        Truth::NoAnswer => words::NO_ANSWER_SENTENCE,
    };
    match second(page) {
        Some(second) => format!("{} {second}", page.say(first)),
        None => page.say(first).into(),
    }
}

/// What happened to the money, where there is something to say about it.
fn second(page: &Page) -> Option<String> {
    match &page.truth {
        Truth::Open { tried } | Truth::Over { tried } => match tried {
            Tried::NothingTaken => Some(page.say(words::NOTHING_TAKEN).into()),
            Tried::GoingBack => Some(page.say(words::GOING_BACK).into()),
            Tried::Unknown => None,
        },
        Truth::Paid { with: Some(Payment { returned: Some(amount), .. }) } => {
            let currency = &page.session.as_ref()?.currency;
            let amount = escape(&written(amount, currency));
            Some(page.say(words::RETURNED).replace("{amount}", &amount))
        }
        Truth::Paid { .. } | Truth::Confirming | Truth::NoSuchOrder | Truth::NoAnswer => None,
    }
}

/// The `Refresh` header: asks again after 2 seconds, then ever more slowly, and leaves it to the shopper after a few
/// minutes.
pub(crate) fn refresh(page: &Page) -> Option<String> {
    let wait_s = 2 + page.look / 4;
    let asks_again = page.truth.may_change() && page.look < 40;
    asks_again.then(|| format!("{wait_s}; url={}&look={}", own_address(page), page.look + 1))
}

/// This page, as it was asked for the first time.
fn own_address(page: &Page) -> String {
    format!("/shop/thanks?session_id={}", page.session_id)
}

fn facts(page: &Page) -> String {
    let mut facts = String::new();
    if let Some(trans_id) = page.trans_id() {
        facts
            .push_str(&fact(page.say(words::ORDER), &format!("<code>{}</code>", escape(trans_id))));
    }
    if let Truth::Paid { with: Some(payment) } = &page.truth {
        facts.push_str(&fact(
            page.say(words::METHOD),
            &escape(methods(&payment.method, page.locale)),
        ));
        facts.push_str(&payment.at.as_deref().map(|at| when(page, at)).unwrap_or_default());
        let number = format!("<code>{}</code>", escape(&payment.order_id));
        facts.push_str(&fact(page.say(words::PAYMENT), &number));
    }
    if facts.is_empty() { facts } else { format!("<dl class=\"facts\">{facts}</dl>\n") }
}

fn fact(name: &str, value: &str) -> String {
    format!("<div><dt>{name}</dt><dd>{value}</dd></div>")
}

/// To the minute, in UTC: the server does not know where the shopper is.
fn when(page: &Page, at: &str) -> String {
    let Ok(time) = at.parse::<Timestamp>() else { return String::new() };
    let shown = time.strftime("%Y-%m-%d %H:%M UTC");
    let value = format!("<time datetime=\"{}\">{shown}</time>", escape(at));
    fact(page.say(words::TIME), &value)
}

fn lines(page: &Page) -> String {
    let Some(Placed { order, .. }) = &page.placed else { return String::new() };
    let lines: Vec<String> =
        order.lines.iter().map(|line| sold(line, order, page.locale)).collect();
    format!("<ul class=\"sold\">{}</ul>\n", lines.concat())
}

fn sold(line: &Line, order: &NewOrder, locale: Locale) -> String {
    let amount = written(&line.amount(order.currency).to_string(), order.currency.code());
    let name = line.good.name.in_locale(locale);
    format!("<li><span>{} × {name}</span><span>{amount}</span></li>", line.quantity)
}

fn doors(page: &Page) -> String {
    let home = door("primary", &page.home(), page.say(words::HOME));
    let home_second = door("quiet", &page.home(), page.say(words::HOME));
    let pay = page.session.as_ref().map(|session| session.session_url.as_str());
    let inside = match (&page.truth, pay) {
        (Truth::Open { .. }, Some(pay)) => {
            door("primary", pay, page.say(words::PAY)) + &home_second
        }
        (Truth::Confirming, Some(pay)) => {
            door("primary", &own_address(page), page.say(words::LOOK))
                + &door("quiet", pay, page.say(words::PAY_BACK))
        }
        (Truth::Confirming | Truth::NoAnswer, _) => {
            door("primary", &own_address(page), page.say(words::LOOK)) + &home_second
        }
        (Truth::Paid { .. } | Truth::Open { .. } | Truth::Over { .. } | Truth::NoSuchOrder, _) => {
            home
        }
    };
    format!("<p class=\"doors\">{inside}</p>\n")
}

fn door(class: &str, address: &str, text: &str) -> String {
    format!("<a class=\"{class}\" href=\"{}\">{text}</a>", href(address))
}

fn how(page: &Page) -> String {
    if page.session.is_none() {
        return String::new();
    }
    format!(
        "<details class=\"how\"><summary>{}</summary><p>{}</p></details>",
        page.say(words::HOW),
        page.say(words::HOW_SENTENCE),
    )
}

fn seal(truth: &Truth) -> &'static str {
    match truth {
        Truth::Paid { .. } => {
            "<svg class=\"seal ok\" viewBox=\"0 0 64 64\" aria-hidden=\"true\"><circle cx=\"32\" cy=\"32\" r=\"32\"/>\
             <path pathLength=\"1\" d=\"M20 33.5l8.5 8.5L45 24\"/></svg>"
        }
        Truth::Confirming | Truth::NoAnswer => {
            "<svg class=\"seal wait\" viewBox=\"0 0 64 64\" aria-hidden=\"true\"><circle cx=\"32\" cy=\"32\" r=\"32\"/>\
             <path class=\"ring\" d=\"M32 17a15 15 0 1 1-13 7.5\"/></svg>"
        }
        Truth::Open { .. } | Truth::Over { .. } | Truth::NoSuchOrder => {
            "<svg class=\"seal none\" viewBox=\"0 0 64 64\" aria-hidden=\"true\"><circle cx=\"32\" cy=\"32\" r=\"32\"/>\
             <path d=\"M18 27h24v7a10 10 0 0 1-10 10h-4a10 10 0 0 1-10-10zM42 30h2a5 5 0 0 1 0 10h-3\"/></svg>"
        }
    }
}
