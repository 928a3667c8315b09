use super::*;
use crate::domain::numbers::Numbers;

const BASE: Product = Product {
    method: Method::Gcash,
    channel: "one",
    name: "ONE",
    currency: "PHP",
    country: "",
    least: 1,
    most: 1000,
    step: 1,
    kind: Kind::Scan,
    scenes: &[Scene::Pc],
    cancellable: true,
    shortest: 1,
    longest: 10,
    settles_in: 10,
    numbers: Numbers::LIKE_OURS,
};

fn wanted(scene: Scene, minor: i64, country: &str) -> Wanted<'_> {
    let amount = Money::new(minor, "PHP".parse().unwrap()).unwrap();
    Wanted { amount, country, rest: 1000, scene, down: &[], sellers: &[] }
}

fn chosen(
    products: &[Product],
    wanted: Wanted<'_>,
) -> Result<(&'static str, &'static str), String> {
    let found = choose(products, Method::Gcash, wanted);
    found
        .map(|product| (product.channel, product.name))
        .map_err(|why| format!("{} {}", why.reason, why.needs.join(" ")).trim().to_owned())
}

#[test]
fn where_the_shopper_is_decides_between_the_products_of_a_channel() {
    let table = [
        BASE,
        Product { name: "H5", kind: Kind::Redirect, scenes: &[Scene::Mobile, Scene::App], ..BASE },
    ];
    assert_eq!(chosen(&table, wanted(Scene::Pc, 5, "PH")), Ok(("one", "ONE")));
    assert_eq!(chosen(&table, wanted(Scene::Mobile, 5, "PH")), Ok(("one", "H5")));
    assert_eq!(
        chosen(&table, wanted(Scene::MiniProgram, 5, "PH")),
        Err("SCENE PC MOBILE APP".to_owned())
    );
}

#[test]
fn a_list_that_nobody_chose_leaves_other_currencies_out_unless_it_were_empty() {
    let table = [
        BASE,
        Product { method: Method::Maya, most: 3, ..BASE },
        Product { method: Method::Zalopay, currency: "VND", ..BASE },
    ];
    let listed = |chosen: Option<&[String]>, table: &[Product]| {
        let offers = list(table, chosen, wanted(Scene::Pc, 5, "PH"));
        let why = |offer: Offer| offer.unavailable.map_or(String::new(), |why| why.reason);
        offers.into_iter().map(|offer| (offer.method.clone(), why(offer))).collect::<Vec<_>>()
    };
    let row = |method: &str, why: &str| (method.to_owned(), why.to_owned());
    let suits_or_nearly = [row("GCASH", ""), row("MAYA", "AMOUNT_TOO_HIGH")];
    assert_eq!(listed(None, &table), suits_or_nearly);
    let named = ["ZALOPAY".to_owned(), "GCASH".to_owned()];
    assert_eq!(listed(Some(&named), &table), [row("GCASH", ""), row("ZALOPAY", "CURRENCY")]);
    assert_eq!(listed(None, &table[2..]), [row("ZALOPAY", "CURRENCY")]);
}

#[test]
fn the_one_code_is_in_the_list_only_where_it_suits() {
    let table = [BASE, Product { method: Method::OneCode, most: 10, ..BASE }];
    let listed = |scene: Scene, minor: i64| {
        let offers = list(&table, None, wanted(scene, minor, ""));
        offers.iter().any(|offer| offer.method == "ONE_CODE")
    };
    assert!(listed(Scene::Pc, 5));
    assert!(!listed(Scene::Mobile, 5) && !listed(Scene::Pc, 11));
}

#[test]
fn several_channels_may_carry_a_method_and_the_first_that_suits_does() {
    let table = [
        Product { least: 100, ..BASE },
        Product { channel: "two", name: "TWO", most: 500, ..BASE },
        Product { channel: "three", name: "OWN", country: "PH", most: 50, ..BASE },
    ];
    assert_eq!(
        chosen(&table, wanted(Scene::Pc, 5, "PH")),
        Ok(("three", "OWN")),
        "the country's own"
    );
    assert_eq!(chosen(&table, wanted(Scene::Pc, 60, "PH")), Ok(("two", "TWO")));
    assert_eq!(chosen(&table, wanted(Scene::Pc, 200, "PH")), Ok(("one", "ONE")));
    assert_eq!(chosen(&table, wanted(Scene::Pc, 5, "MY")), Ok(("two", "TWO")));
    assert_eq!(
        chosen(&table, wanted(Scene::Pc, 2000, "MY")),
        Err("AMOUNT_TOO_HIGH 1000".to_owned())
    );
    assert_eq!(chosen(&table[2..], wanted(Scene::Pc, 5, "MY")), Err("COUNTRY PH".to_owned()));
}

#[test]
fn a_channel_that_does_not_answer_is_passed_over_and_its_method_is_down_when_there_is_no_other() {
    let small = Product { channel: "three", most: 10, ..BASE };
    let table = [BASE, Product { channel: "two", name: "TWO", ..BASE }, small];
    let asked = |down: &'static [&'static str], minor: i64| {
        let wanted = Wanted { down, ..wanted(Scene::Pc, minor, "") };
        (
            chosen(&table, wanted).map(|(channel, _)| channel),
            chosen(&table, wanted.at_any_rate()).is_ok(),
        )
    };
    assert_eq!(asked(&[], 100), (Ok("one"), true));
    assert_eq!(asked(&["one"], 100), (Ok("two"), true));
    assert_eq!(asked(&["two"], 100), (Ok("one"), true));
    assert_eq!(asked(&["one", "two"], 100), (Err("DOWN".into()), true), "the third takes less");
    assert_eq!(asked(&["one", "two"], 10), (Ok("three"), true));
    // What would never suit is told first: nobody is to wait for the channel in vain.
    assert_eq!(asked(&["one", "two", "three"], 5_000), (Err("AMOUNT_TOO_HIGH 1000".into()), false));
}
