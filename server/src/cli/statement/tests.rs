//! What is read of a statement file, in both of the forms that banks send.

use super::camt::{Found, read};

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

fn found(entries: &str) -> Found {
    read(&file(entries), IBAN, "EUR").unwrap()
}

fn refused(entries: &str) -> Vec<(String, String)> {
    let found = found(entries);
    assert_eq!(found.credits, []);
    found.refused
}

#[test]
fn a_credit_is_read_with_everything_that_the_payer_wrote() {
    let details = "<NtryDtls><TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs>
<RltdPties><Dbtr><Nm>A. Payer &amp; Sons</Nm></Dbtr></RltdPties>
<RmtInf><Ustrd>Invoice 7</Ustrd><Ustrd>thank you</Ustrd><Strd><CdtrRefInf><Ref>RF18539007547034</Ref></CdtrRefInf></Strd></RmtInf>
</TxDtls></NtryDtls>";
    let found = found(&entry("12345.67", FT1, details));
    let [credit] = &found.credits[..] else { panic!("{found:?}") };
    assert_eq!((credit.id.as_str(), credit.amount.minor(), credit.number), ("FT1", 1_234_567, 0));
    assert_eq!(credit.reference, "RF18539007547034 | Invoice 7 | thank you");
    assert_eq!((credit.payer.as_str(), credit.at), ("A. Payer & Sons", 1_794_960_000_000));
    assert_eq!((found.refused.len(), found.passed_over, found.statements), (0, 0, 1));
}

#[test]
fn a_new_version_with_prefixes_says_the_same() {
    let text = r#"<n:Document xmlns:n="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><n:BkToCstmrStmt><n:Stmt>
<n:Acct><n:Id><n:Othr><n:Id>60-16-13 31926819</n:Id></n:Othr></n:Id></n:Acct>
<n:Ntry><n:Amt Ccy="EUR">5.00</n:Amt><n:CdtDbtInd>CRDT</n:CdtDbtInd><n:Sts><n:Cd>BOOK</n:Cd></n:Sts>
<n:BookgDt><n:DtTm>2026-11-18T04:01:30+01:00</n:DtTm></n:BookgDt><n:AcctSvcrRef>FT9</n:AcctSvcrRef>
<n:NtryDtls><n:TxDtls><n:Refs/><n:RltdPties><n:Dbtr><n:Pty><n:Nm>B</n:Nm></n:Pty></n:Dbtr></n:RltdPties>
<n:RmtInf><n:Ustrd>RF18 5390 0754 7034</n:Ustrd></n:RmtInf></n:TxDtls></n:NtryDtls></n:Ntry></n:Stmt></n:BkToCstmrStmt></n:Document>"#;
    let found = read(text, "60-16-13 31926819", "EUR").unwrap();
    let [credit] = &found.credits[..] else { panic!("{found:?}") };
    assert_eq!(
        (credit.id.as_str(), credit.payer.as_str(), credit.amount.minor()),
        ("FT9", "B", 500)
    );
    assert_eq!((credit.reference.as_str(), credit.at), ("RF18 5390 0754 7034", 1_794_970_890_000));
}

#[test]
fn credits_that_were_booked_together_are_each_their_own() {
    let part = |number: &str, amount: &str| {
        format!("<TxDtls><Refs>{number}</Refs>{amount}<RmtInf><Ustrd>x</Ustrd></RmtInf></TxDtls>")
    };
    let details = [
        part(FT1, r#"<Amt Ccy="EUR">3.00</Amt>"#),
        part(
            "<AcctSvcrRef>FT2</AcctSvcrRef>",
            r#"<AmtDtls><TxAmt><Amt Ccy="EUR">4</Amt></TxAmt></AmtDtls>"#,
        ),
        part("<AcctSvcrRef>FT3</AcctSvcrRef>", ""),
        part("", r#"<Amt Ccy="EUR">5.00</Amt>"#),
    ];
    let found = found(&entry(
        "20.00",
        "<AcctSvcrRef>B1</AcctSvcrRef>",
        &format!("<NtryDtls>{}</NtryDtls>", details.concat()),
    ));
    let credits: Vec<_> =
        found.credits.iter().map(|one| (one.id.as_str(), one.amount.minor())).collect();
    assert_eq!(credits, [("FT1", 300), ("FT2", 400)]);
    let refused: Vec<_> = found.refused.iter().map(|(credit, _)| credit.as_str()).collect();
    assert_eq!(refused, ["FT3", "B1"]);
}

#[test]
fn what_is_no_credit_or_cannot_be_told_apart_is_not_taken() {
    let debit = entry("1.00", FT1, "").replace("<CdtDbtInd>CRDT", "<CdtDbtInd>DBIT");
    let pending = entry("1.00", FT1, "").replace("BOOK<", "PDNG<");
    assert_eq!((found(&debit).passed_over, found(&pending).passed_over), (1, 1));
    assert_eq!(
        refused(&debit.replace("<Sts>", "<RvslInd>true</RvslInd><Sts>"))[0].1,
        "the bank has taken a credit back: look at it"
    );
    let back = entry("1.00", FT1, "").replace("<Sts>", "<RvslInd>true</RvslInd><Sts>");
    assert_eq!(refused(&back)[0], ("FT1".into(), "a transfer of yours has come back".into()));
    assert!(refused(&entry("1.00", "", ""))[0].1.contains("AcctSvcrRef"));
    let foreign = entry("1.00", FT1, "").replace(r#"Ccy="EUR""#, r#"Ccy="USD""#);
    assert_eq!(refused(&foreign)[0].1, "it is in another currency than the account");
    for amount in ["1.001", "-1.00", "0.00", "1,00", "", "1e3", "99999999999999999.00"] {
        assert_eq!(refused(&entry(amount, FT1, "")).len(), 1, "{amount}");
    }
    for (amount, minor) in [("1", 100), ("01.5", 150), ("1.00000", 100), (" 7.25 ", 725)] {
        assert_eq!(found(&entry(amount, FT1, "")).credits[0].amount.minor(), minor, "{amount}");
    }
}

#[test]
fn another_accounts_statement_is_passed_over_and_what_is_no_statement_is_refused() {
    let other = read(&file(&entry("1.00", FT1, "")), "GB82WEST12345698765432", "EUR").unwrap();
    assert_eq!(
        (other.statements, other.others, other.credits),
        (0, vec!["DE75512108001245126199".to_owned()], vec![])
    );
    let bomb = r#"<!DOCTYPE d [<!ENTITY a "aaaa">]><Document><BkToCstmrStmt><Stmt><Acct><Id><IBAN>&a;</IBAN></Id></Acct></Stmt></BkToCstmrStmt></Document>"#;
    for text in
        ["", "date;amount\n1;2", "<Document/>", "<html></html>", bomb, "<Document><BkToCstmrStmt>"]
    {
        assert!(read(text, IBAN, "EUR").is_err(), "{text}");
    }
}
