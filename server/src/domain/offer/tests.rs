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

/// A seller with this fee.
fn seller(channel: &'static str, is_own: bool, fee: &str) -> Seller {
    Seller { channel, is_own, fee: fee.parse().ok() }
}

const THREE: [Product; 3] = [
    BASE,
    Product { channel: "two", name: "TWO", ..BASE },
    Product { channel: "three", name: "THREE", ..BASE },
];

/// Who carries out so much, by these sellers, when these are down.
fn taken(sellers: &[Seller], down: &[&'static str], minor: i64) -> &'static str {
    let wanted = Wanted { down, sellers, ..wanted(Scene::Pc, minor, "") };
    choose(&THREE, Method::Gcash, wanted).map_or("nobody", |product| product.channel)
}

#[test]
fn of_those_that_answer_the_merchants_own_goes_first_then_the_cheapest_then_the_order() {
    let of = |one: &str, two: &str, three: &str| {
        [seller("one", false, one), seller("two", false, two), seller("three", false, three)]
    };
    for (sellers, down, minor, expected) in [
        (of("", "", ""), &[][..], 100, "one"),
        (of("1%", "1%", "1%"), &[], 100, "one"),
        (of("1%", "0.6%", "0.6%"), &[], 100, "two"),
        (of("", "2%", ""), &[], 100, "two"),
        // Dear in what is fixed, cheap in what is not: the amount decides.
        (of("0.6% + 30", "3%", "4%"), &[], 100, "two"),
        (of("0.6% + 3", "3%", "4%"), &[], 1000, "one"),
        (of("1%", "0.6%", "0.8%"), &["two"], 100, "three"),
        (of("1%", "0.6%", "0.8%"), &["two", "three"], 100, "one"),
        (of("1%", "0.6%", "0.8%"), &["one", "two", "three"], 100, "nobody"),
    ] {
        assert_eq!(taken(&sellers, down, minor), expected, "{sellers:?} {down:?} {minor}");
    }
    let own =
        [seller("one", false, "0.1%"), seller("two", true, "2%"), seller("three", true, "1%")];
    assert_eq!(taken(&own, &[], 100), "three");
    assert_eq!(taken(&own, &["three"], 100), "two");
    assert_eq!(taken(&own, &["two", "three"], 100), "one", "the server's, where its own are down");
}

#[test]
fn what_does_not_suit_is_not_taken_for_its_price() {
    let table = [BASE, Product { channel: "two", name: "TWO", most: 50, ..BASE }];
    let sellers = [seller("one", false, "5%"), seller("two", true, "0%")];
    let asked =
        |minor| chosen(&table, Wanted { sellers: &sellers, ..wanted(Scene::Pc, minor, "") });
    assert_eq!(asked(50), Ok(("two", "TWO")));
    assert_eq!(asked(51), Ok(("one", "ONE")));
}

#[test]
fn within_a_channel_the_table_decides_as_before() {
    let table = [
        BASE,
        Product { channel: "two", name: "PH", country: "PH", ..BASE },
        Product { channel: "two", name: "TWO", ..BASE },
    ];
    let sellers = [seller("one", false, "1%"), seller("two", false, "0.5%")];
    let in_country = |country| Wanted { sellers: &sellers, ..wanted(Scene::Pc, 5, country) };
    assert_eq!(chosen(&table, in_country("PH")), Ok(("two", "PH")));
    assert_eq!(chosen(&table, in_country("MY")), Ok(("two", "TWO")));
}

#[test]
fn who_was_passed_over_is_told_why() {
    let sellers = [
        seller("own", true, "3%"),
        seller("cheap", false, "1%"),
        seller("dear", false, "2%"),
        seller("also", false, "1%"),
        seller("unsaid", false, ""),
    ];
    let wanted = Wanted { sellers: &sellers, ..wanted(Scene::Pc, 100, "") };
    for (by, other, why) in [
        ("own", "cheap", Passed::NotOwn),
        ("cheap", "dear", Passed::Dearer),
        ("cheap", "also", Passed::Behind),
        ("cheap", "unsaid", Passed::FeeUnsaid),
        ("unsaid", "a stranger", Passed::Behind),
    ] {
        assert_eq!(passed(wanted, by, other), why, "{by} {other}");
    }
    let fee = |channel| wanted.fee_of(channel);
    assert_eq!(
        (fee("own"), fee("cheap"), fee("unsaid"), fee("a stranger")),
        (Some(3), Some(1), None, None)
    );
    let odd = Wanted { amount: Money::new(101, "PHP".parse().unwrap()).unwrap(), ..wanted };
    assert_eq!(odd.fee_of("cheap"), Some(2), "rounded up");
}

#[test]
fn the_same_again_is_told_by_its_own_channel_whatever_goes_first_by_now() {
    let phone = Product { name: "H5", kind: Kind::Redirect, scenes: &[Scene::Mobile], ..BASE };
    let anywhere = Product { scenes: Scene::EVERYWHERE, ..BASE };
    let of_channel = [phone, anywhere];
    let sellers = [seller("two", true, "0%"), seller("one", false, "9%")];
    let again = |name, scene, rest, minor| {
        let asked =
            Wanted { rest, down: &["one"], sellers: &sellers, ..wanted(scene, minor, "PH") };
        is_same_again(&of_channel, Method::Gcash, name, asked)
    };
    assert!(again("ONE", Scene::Pc, 1000, 5), "down, dear, and not the merchant's own");
    assert!(again("ONE", Scene::Pc, 0, 5), "its code is there already");
    assert!(
        !again("ONE", Scene::Mobile, 1000, 5),
        "a code cannot be scanned by the phone that shows it"
    );
    assert!(again("H5", Scene::Mobile, 1000, 5));
    assert!(!again("ONE", Scene::Pc, 1000, 5_000), "another amount than it may carry");
}
