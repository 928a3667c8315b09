use super::*;

#[test]
fn every_fault_of_a_file_is_named_with_its_line() {
    let text = "[antom]\nhost = \"https://a.example\"\nclient = \"c\"\nkey_version = \"1\"\n\n[limit]\npoll = 1\n";
    let found = of_file("florin.toml", text).unwrap_err();
    let lines: Vec<_> =
        found.iter().map(|fault| (fault.line.unwrap(), fault.what.as_str())).collect();
    assert_eq!(
        lines,
        [
            (1, "[antom] lacks client_id"),
            (1, "[antom] lacks private_key"),
            (1, "[antom] lacks public_key"),
            (3, "[antom] has no client"),
            (4, "key_version is not what it should be"),
            (6, "there is no table [limit]"),
        ]
    );
    assert_eq!(found[3].remedy, "remove it, or write client_id");
    assert_eq!(found[5].remedy, "remove it, or write limits");
}

#[test]
fn what_is_no_toml_is_told_by_its_line_without_its_text() {
    let found = of_file("florin.toml", "[antom]\nprivate_key = hunter2\n").unwrap_err();
    assert_eq!(found[0].line, Some(2));
    assert!(!format!("{found:?}").contains("hunter2"), "{found:?}");
}

#[test]
fn a_good_file_has_none() {
    let file = of_file("florin.toml", "[limits]\npoll = 9\n[stop]\ngrace_seconds = 1\n").unwrap();
    assert_eq!((file.limits.poll, file.stop.grace_seconds), (Some(9), 1));
    assert_eq!(file.stop.deadline_seconds, 25);
    assert_eq!(file.keep.deliveries_days, 90);
    assert_eq!(of_file("florin.toml", ""), Ok(File::default()));
}

#[test]
fn what_the_handbook_shows_has_none() {
    let handbook = include_str!("../../../../docs/operations.md");
    let (_, from) = handbook.split_once("\n[limits]").unwrap();
    let (shown, _) = from.split_once("```").unwrap();
    let file = of_file("florin.toml", &format!("[limits]{shown}")).unwrap();
    assert_eq!((file.limits.merchant, file.limits.refund), (Some(128), Some(256)));
}

#[test]
fn messages_are_kept_for_longer_than_they_are_tried() {
    let found = of_file("florin.toml", "\n[keep]\ndeliveries_days = 30\n").unwrap_err();
    assert_eq!(
        (found[0].line, found[0].what.as_str()),
        (Some(3), "deliveries_days is at least 31")
    );
    let file = of_file("florin.toml", "[keep]\ndeliveries_days = 31\n").unwrap();
    assert_eq!(file.keep.deliveries_days, 31);
}

#[test]
fn every_variable_is_looked_at() {
    let set = [
        ("FLORIN_LISTEN", "8080"),
        ("FLORIN_PUBLIC_URL", "ftp://x"),
        ("FLORIN_CODE_SECONDS", "1"),
        ("FLORIN_DATABASE_URL", "mysql://x"),
        ("FLORIN_LISTN", "127.0.0.1:1"),
        ("FLORIN_ADMIN_LISTEN", "off"),
        ("HOME", "/"),
    ];
    let set = set.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let found = of_environment(set);
    let places: Vec<_> = found.iter().map(|fault| fault.place.as_str()).collect();
    assert_eq!(
        places,
        [
            "FLORIN_CODE_SECONDS",
            "FLORIN_DATABASE_URL",
            "FLORIN_LISTEN",
            "FLORIN_LISTN",
            "FLORIN_PUBLIC_URL"
        ]
    );
    assert_eq!(found[3].remedy, "remove it, or write FLORIN_LISTEN");
    let nested = [("FLORIN_PUBLIC_URL".to_owned(), "https://pay.example/florin".to_owned())];
    assert_eq!(of_environment(nested.into_iter()).len(), 1);
}

#[test]
fn fees_are_said_for_accounts_and_as_fees() {
    let found = of_file(
        "florin.toml",
        "[fees]\nalipay = \"0.6%\"\nwechat = \"0.6%\"\nantom = 3\nlimits = \"1%\"\nqris = \"free\"\n",
    );
    let found = found.unwrap_err();
    let told: Vec<_> =
        found.iter().map(|fault| (fault.line.unwrap(), fault.what.as_str())).collect();
    let expected = [
        (3, "[fees] has no wechat"),
        (4, "antom is no fee"),
        (5, "[fees] has no limits"),
        (6, "qris is no fee"),
    ];
    assert_eq!(told, expected);
    assert_eq!(found[0].remedy, "remove it, or write wechatpay");
    let file = of_file("florin.toml", "[fees]\nalipay = \"0.6% + 1\"\n").unwrap();
    assert_eq!(file.fees["alipay"], "0.6% + 1".parse().unwrap());
}

#[test]
fn an_account_for_transfers_is_looked_at_line_by_line() {
    let account = "host = \"https://b.example\"\nclient_id = \"c\"\nsecret = \"s\"\nname = \"N\"\nbank = \"B\"\naccount = \"A123\"\n";
    let good =
        of_file("florin.toml", &format!("[transfer.eur]\n{account}[transfer.usd]\n{account}"));
    assert_eq!(good.unwrap().transfer.keys().collect::<Vec<_>>(), ["eur", "usd"]);
    let text = format!(
        "[transfer.eur]\nbic = \"X\"\n{account}[transfer.gbp]\nhost = 1\n[transfer]\nhost = \"h\"\n"
    );
    let found = of_file("florin.toml", &text).unwrap_err();
    let said: Vec<_> =
        found.iter().map(|fault| (fault.line.unwrap(), fault.what.as_str())).collect();
    assert!(said.contains(&(2, "[transfer.eur] has no bic")), "{said:?}");
    assert!(said.contains(&(9, "[transfer.gbp] lacks secret")), "{said:?}");
    assert!(said.contains(&(10, "host is not what it should be")), "{said:?}");
    assert!(said.contains(&(12, "[transfer] has no host")), "{said:?}");
}
