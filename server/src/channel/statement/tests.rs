//! What is read of a statement file, in both of the forms that banks send, and of what is none.

use super::*;

const IBAN: &str = "DE75 5121 0800 1245 1261 99";

fn file(entries: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt><GrpHdr><MsgId>M1</MsgId></GrpHdr>
<Stmt><Id>S1</Id><Acct><Id><IBAN>DE75512108001245126199</IBAN></Id><Ccy>EUR</Ccy></Acct>
<Bal><Amt Ccy="EUR">1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>{entries}</Stmt></BkToCstmrStmt></Document>"#
    )
}

/// A booked credit, with the parts of it that a case changes.
fn entry(amount: &str, number: &str, more: &str) -> String {
    format!(
        r#"<Ntry><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-11-18</Dt></BookgDt>
<ValDt><Dt>2026-11-18</Dt></ValDt>{number}<BkTxCd/>{more}</Ntry>"#
    )
}

const FT1: &str = "<AcctSvcrRef>FT1</AcctSvcrRef>";

fn found(entries: &str) -> Vec<Line> {
    of_account(&read(&file(entries)).unwrap(), IBAN, "EUR")
}

fn credits(lines: &[Line]) -> Vec<&Credit> {
    let credit = |line: &'_ Line| matches!(line.what, What::Credit(_));
    assert!(lines.iter().all(credit), "{lines:?}");
    lines
        .iter()
        .filter_map(|line| match &line.what {
            What::Credit(credit) => Some(credit),
            What::Skipped(_) | What::Refused(_) => None,
        })
        .collect()
}

/// Why the one line of this file is refused.
#[track_caller]
fn refused(entries: &str) -> String {
    match &found(entries)[..] {
        [Line { what: What::Refused(why), .. }] => why.clone(),
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn skipped(entries: &str) -> String {
    match &found(entries)[..] {
        [Line { what: What::Skipped(why), .. }] => why.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_credit_is_read_with_everything_that_the_payer_wrote() {
    let details = "<NtryDtls><TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs>
<RltdPties><Dbtr><Nm>A. Payer &amp; Sons &#x2013; Berlin</Nm></Dbtr></RltdPties>
<RmtInf><Ustrd>Invoice 7</Ustrd><Ustrd><![CDATA[thank <you>]]></Ustrd><Strd><CdtrRefInf><Ref>RF18539007547034</Ref></CdtrRefInf></Strd></RmtInf>
</TxDtls></NtryDtls>";
    let lines = found(&entry("12345.67", FT1, details));
    let [credit] = credits(&lines)[..] else { panic!("{lines:?}") };
    assert_eq!((credit.id.as_str(), credit.amount.minor(), credit.number), ("FT1", 1_234_567, 0));
    assert_eq!(credit.reference, "RF18539007547034 | Invoice 7 | thank <you>");
    assert_eq!(credit.payer, "A. Payer & Sons – Berlin");
    assert_eq!((credit.at, credit.returned), (1_794_960_000_000, 0));
    assert_eq!((lines[0].line, lines[0].name.as_str()), (4, "FT1"));
}

#[test]
fn a_new_version_with_prefixes_says_the_same() {
    let text = r#"<n:Document xmlns:n="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><n:BkToCstmrStmt><n:Stmt>
<n:Acct><n:Id><n:Othr><n:Id>60-16-13 31926819</n:Id></n:Othr></n:Id></n:Acct>
<n:Ntry><n:Amt Ccy="EUR">5.00</n:Amt><n:CdtDbtInd>CRDT</n:CdtDbtInd><n:RvslInd>false</n:RvslInd><n:Sts><n:Cd>BOOK</n:Cd></n:Sts>
<n:BookgDt><n:DtTm>2026-11-18T04:01:30+01:00</n:DtTm></n:BookgDt><n:AcctSvcrRef>FT9</n:AcctSvcrRef><n:Unknown a="b"><n:Amt>x</n:Amt></n:Unknown>
<n:NtryDtls><n:TxDtls><n:Refs/><n:RltdPties><n:Dbtr><n:Pty><n:Nm>B</n:Nm></n:Pty></n:Dbtr></n:RltdPties>
<n:RmtInf><n:Ustrd>RF18 5390 0754 7034</n:Ustrd></n:RmtInf></n:TxDtls></n:NtryDtls></n:Ntry></n:Stmt></n:BkToCstmrStmt></n:Document>"#;
    let lines = of_account(&read(text).unwrap(), "60-16-1331926819", "EUR");
    let [credit] = credits(&lines)[..] else { panic!("{lines:?}") };
    let said = (credit.id.as_str(), credit.payer.as_str(), credit.amount.minor());
    assert_eq!(said, ("FT9", "B", 500));
    assert_eq!((credit.reference.as_str(), credit.at), ("RF18 5390 0754 7034", 1_794_970_890_000));
    assert_eq!(lines[0].line, 3);
}

#[test]
fn credits_that_were_booked_together_are_each_their_own() {
    let part = |number: &str, more: &str| {
        format!("<TxDtls><Refs>{number}</Refs>{more}<RmtInf><Ustrd>x</Ustrd></RmtInf></TxDtls>")
    };
    let number = |number: &str| format!("<AcctSvcrRef>{number}</AcctSvcrRef>");
    let details = [
        part(FT1, r#"<Amt Ccy="EUR">3.00</Amt>"#),
        part(&number("FT2"), r#"<AmtDtls><TxAmt><Amt Ccy="EUR">4</Amt></TxAmt></AmtDtls>"#),
        part(&number("FT3"), ""),
        part("", r#"<Amt Ccy="EUR">5.00</Amt>"#),
        part(&number("FT4"), r#"<Amt Ccy="EUR">5.00</Amt><CdtDbtInd>DBIT</CdtDbtInd>"#),
    ];
    let details = format!("<NtryDtls>{}</NtryDtls>", details.concat());
    let lines = found(&entry("20.00", &number("B1"), &details));
    let told: Vec<_> = lines
        .iter()
        .map(|line| match &line.what {
            What::Credit(credit) => (line.name.as_str(), credit.amount.minor()),
            What::Refused(_) | What::Skipped(_) => (line.name.as_str(), 0),
        })
        .collect();
    assert_eq!(told, [("FT1", 300), ("FT2", 400), ("FT3", 0), ("", 0), ("FT4", 0)]);
}

/// A bank transaction code as banks write it, of credit transfers received.
fn sub_family(code: &str) -> String {
    format!(
        "<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>{code}</SubFmlyCd></Fmly></Domn></BkTxCd>"
    )
}

fn in_a_part(more: &str) -> String {
    entry("1.00", FT1, &format!("<NtryDtls><TxDtls>{more}</TxDtls></NtryDtls>"))
}

#[test]
fn what_is_no_credit_or_cannot_be_told_apart_is_not_taken() {
    let plain = entry("1.00", FT1, "");
    let debit = plain.replace("<CdtDbtInd>CRDT", "<CdtDbtInd>DBIT");
    let reversed = |text: &str| text.replace("<Sts>", "<RvslInd>true</RvslInd><Sts>");
    assert_eq!(skipped(&debit), "it is a debit");
    assert_eq!(skipped(&plain.replace("BOOK<", "PDNG<")), "it is not booked yet");
    assert_eq!(
        skipped(&plain.replace("<Sts>BOOK<", "<Sts><Cd>INFO</Cd><")),
        "it is not booked yet"
    );
    for (text, why) in [
        (reversed(&debit), "taken a credit back"),
        (reversed(&plain), "a transfer of yours has come back (RvslInd)"),
        (plain.replace("<Sts>BOOK</Sts>", ""), "whether it is booked"),
        (plain.replace("<CdtDbtInd>CRDT</CdtDbtInd>", ""), "neither CRDT nor DBIT"),
        (entry("1.00", "", ""), "AcctSvcrRef"),
        (
            entry("1.00", &format!("<AcctSvcrRef>{}</AcctSvcrRef>", "x".repeat(65)), ""),
            "AcctSvcrRef",
        ),
        (entry("1.00", "<AcctSvcrRef>F&#7;T</AcctSvcrRef>", ""), "AcctSvcrRef"),
        (plain.replace(r#"Ccy="EUR""#, r#"Ccy="USD""#), "another currency"),
        (plain.replace(r#" Ccy="EUR""#, ""), "amount cannot be read"),
        (plain.replace("2026-11-18", "2026-13-18"), "its day"),
        (
            entry("1.00", FT1, "<NtryDtls><TxDtls><RtrInf><Rsn/></RtrInf></TxDtls></NtryDtls>"),
            "(RtrInf)",
        ),
        (plain.replace("<BkTxCd/>", &sub_family("RRTN")), "(BkTxCd RRTN)"),
        (in_a_part(&sub_family("RRTN")), "(BkTxCd RRTN)"),
    ] {
        let told = refused(&text);
        assert!(told.contains(why), "{told}: {text}");
    }
    for text in [plain.replace("<BkTxCd/>", &sub_family("ESCT")), in_a_part(&sub_family("ESCT"))] {
        assert_eq!(credits(&found(&text)).len(), 1, "{text}");
    }
    for amount in ["1.001", "-1.00", "0.00", "1,00", "", "1e3", "99999999999999999.00", "é", "1.é0"]
    {
        assert_eq!(refused(&entry(amount, FT1, "")), "its amount cannot be read", "{amount}");
    }
    for (amount, minor) in [("1", 100), ("01.5", 150), ("1.00000", 100), (" 7.25 ", 725)] {
        assert_eq!(credits(&found(&entry(amount, FT1, "")))[0].amount.minor(), minor, "{amount}");
    }
}

#[test]
fn one_number_is_one_credit_and_of_one_that_tells_of_two_neither_is_taken() {
    let second = entry("2.00", "<AcctSvcrRef>FT2</AcctSvcrRef>", "");
    let once = entry("1.00", FT1, "");
    let lines = found(&[once.clone(), second.clone(), once.clone()].concat());
    let what = |at: usize| &lines[at].what;
    assert!(matches!((what(0), what(1)), (What::Credit(_), What::Credit(_))), "{lines:?}");
    assert_eq!(what(2), &What::Skipped("it stands in line 4 already".into()));
    let other = entry("1.01", FT1, "");
    for entries in [[&once, &other, &second], [&other, &second, &once]] {
        let lines = found(&entries.map(String::as_str).concat());
        let taken: Vec<_> = lines
            .iter()
            .filter(|line| matches!(line.what, What::Credit(_)))
            .map(|line| line.name.as_str())
            .collect();
        assert_eq!(taken, ["FT2"], "{lines:?}");
        assert_eq!(lines.len(), 3);
    }
}

#[test]
fn another_accounts_statement_is_no_ones_here() {
    let statements = read(&file(&entry("1.00", FT1, ""))).unwrap();
    assert_eq!(of_account(&statements, "GB82WEST12345698765432", "EUR"), []);
    assert_eq!(statements[0].account, "DE75512108001245126199");
}

#[test]
fn what_is_no_statement_or_is_hostile_is_refused_by_its_line() {
    let good = file(&entry("1.00", FT1, ""));
    let changed = |from: &str, to: &str| good.replacen(from, to, 1);
    let dtd = "<!DOCTYPE d [<!ENTITY a \"aaaa\">]>\n<Document";
    for (text, why) in [
        (String::new(), "nothing in it"),
        ("date;amount\n1;2".to_owned(), "no XML"),
        ("<html></html>".to_owned(), "no Document"),
        ("<Document/>".to_owned(), "no camt.053"),
        (changed("camt.053.001.02", "camt.054.001.02"), "no camt.053"),
        (changed("<Document", dtd), "DTD"),
        (changed("1.00", "&a;"), "entity"),
        (changed("1.00", "&#0;"), ""),
        (changed("UTF-8", "ISO-8859-1"), "UTF-8"),
        (changed("</BkToCstmrStmt></Document>", ""), "ends in the middle"),
        (changed("</Sts>", "</Stt>"), ""),
        (format!("{good}<Document/>"), "behind its end"),
        (format!("{good}text"), "no XML"),
        (changed("<BkTxCd/>", &"<a>".repeat(100)), "too deep"),
        (changed("<IBAN>DE75512108001245126199</IBAN>", ""), "of which account"),
        (changed("<Ntry><Amt Ccy=\"EUR\"", "<Ntry><Amt Ccy=\"EUR\" Ccy=\"USD\""), ""),
    ] {
        let Err(error) = read(&text) else { panic!("{why}: {text}") };
        assert!(error.why.contains(why), "{error}: {text}");
        assert!(error.line >= 1);
    }
    assert_eq!(read(&changed("1.00", "&a;")).unwrap_err().line, 4);
}

/// A small generator (SplitMix64), so that a failure is told again by its number.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        usize::try_from((mixed ^ (mixed >> 27)) % end.max(1) as u64).unwrap_or(0)
    }
}

const INSTEAD: [&str; 14] = [
    "<",
    ">",
    "</",
    "/>",
    "&",
    "&#x110000;",
    "&#xD800;",
    "]]>",
    "<![CDATA[",
    "<!--",
    "<!DOCTYPE",
    "<?",
    "\u{0}",
    "<Ntry>",
];

/// Whatever a file holds, the reader ends with what it found or with a fault, never otherwise, and what it gives can be kept.
#[test]
fn no_file_makes_the_reader_panic() {
    let details = "<NtryDtls><TxDtls><Refs><AcctSvcrRef>FT2</AcctSvcrRef></Refs><Amt Ccy=\"EUR\">1</Amt><RmtInf><Ustrd>é</Ustrd></RmtInf></TxDtls>\
        <TxDtls><Refs><EndToEndId>x</EndToEndId></Refs></TxDtls></NtryDtls>";
    let seed = file(&[entry("1.00", FT1, ""), entry("2.50", FT1, details)].concat());
    for (at, _) in seed.char_indices() {
        assert!(read(&seed[..at]).is_err(), "{at}");
    }
    let mut understood = 0;
    for number in 0..20_000 {
        let mut dice = Dice(number);
        let mut bytes = seed.clone().into_bytes();
        for _ in 0..=dice.below(3) {
            let begin = dice.below(bytes.len());
            let end = (begin + 1 + dice.below(40)).min(bytes.len());
            match dice.below(4) {
                0 => bytes[begin] ^= 1 << dice.below(8),
                1 => drop(bytes.drain(begin..end)),
                2 => bytes.extend_from_within(begin..end),
                _ => drop(bytes.splice(begin..end, INSTEAD[dice.below(INSTEAD.len())].bytes())),
            }
        }
        let Ok(statements) = read(&String::from_utf8_lossy(&bytes)) else { continue };
        understood += 1;
        for line in of_account(&statements, IBAN, "EUR") {
            let What::Credit(credit) = line.what else { continue };
            assert!(credit.amount.minor() > 0 && !credit.id.is_empty(), "{number}: {credit:?}");
            assert!(!credit.reference.contains(char::is_control), "{number}: {credit:?}");
        }
    }
    assert!((200..15_000).contains(&understood), "{understood}");
}
