//! The words of camt.053, as far as anybody asks for them.

use serde::Deserialize;

use super::camt::Booked;

#[derive(Debug, Deserialize)]
pub(super) struct Document {
    #[serde(rename = "BkToCstmrStmt")]
    pub(super) statements: Statements,
}

#[derive(Debug, Deserialize)]
pub(super) struct Statements {
    #[serde(rename = "Stmt", default)]
    pub(super) all: Vec<Statement>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Statement {
    #[serde(rename = "Acct")]
    pub(super) account: Account,
    #[serde(rename = "Ntry", default)]
    pub(super) entries: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Account {
    #[serde(rename = "Id")]
    pub(super) id: AccountId,
}

#[derive(Debug, Deserialize)]
pub(super) struct AccountId {
    #[serde(rename = "IBAN")]
    iban: Option<String>,
    #[serde(rename = "Othr")]
    other: Option<Other>,
}

#[derive(Debug, Deserialize)]
struct Other {
    #[serde(rename = "Id")]
    id: String,
}

impl AccountId {
    pub(super) fn number(&self) -> &str {
        let other = self.other.as_ref().map(|other| other.id.as_str());
        self.iban.as_deref().or(other).unwrap_or_default()
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Entry {
    #[serde(rename = "NtryRef")]
    line: Option<String>,
    #[serde(rename = "Amt")]
    pub(super) sum: Sum,
    #[serde(rename = "CdtDbtInd")]
    side: String,
    #[serde(rename = "RvslInd")]
    reversal: Option<String>,
    #[serde(rename = "Sts", default)]
    state: State,
    #[serde(rename = "BookgDt", default)]
    pub(super) booked: Booked,
    #[serde(rename = "AcctSvcrRef")]
    pub(super) number: Option<String>,
    #[serde(rename = "NtryDtls", default)]
    pub(super) details: Vec<Details>,
}

impl Entry {
    pub(super) fn is_credit(&self) -> bool {
        self.side.trim() == "CRDT"
    }

    pub(super) fn is_reversal(&self) -> bool {
        self.reversal.as_deref().is_some_and(|text| matches!(text.trim(), "true" | "1"))
    }

    pub(super) fn is_booked(&self) -> bool {
        let State { text, code } = &self.state;
        [text, code].into_iter().flatten().any(|word| word.trim() == "BOOK")
    }

    /// By which a person finds it in the file.
    pub(super) fn name(&self) -> String {
        self.number
            .clone()
            .or_else(|| self.line.clone())
            .unwrap_or_else(|| "without a number".into())
    }
}

/// A word in old versions, a code in new ones.
#[derive(Debug, Default, Deserialize)]
struct State {
    #[serde(rename = "$text")]
    text: Option<String>,
    #[serde(rename = "Cd")]
    code: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Sum {
    #[serde(rename = "@Ccy")]
    pub(super) currency: String,
    #[serde(rename = "$text", default)]
    pub(super) value: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Details {
    #[serde(rename = "TxDtls", default)]
    pub(super) parts: Vec<Part>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Part {
    #[serde(rename = "Refs", default)]
    pub(super) refs: Refs,
    #[serde(rename = "Amt")]
    sum: Option<Sum>,
    #[serde(rename = "AmtDtls")]
    sums: Option<Sums>,
    #[serde(rename = "RltdPties")]
    parties: Option<Parties>,
    #[serde(rename = "RmtInf")]
    remittance: Option<Remittance>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Refs {
    #[serde(rename = "AcctSvcrRef")]
    pub(super) number: Option<String>,
    #[serde(rename = "EndToEndId")]
    end_to_end: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Sums {
    #[serde(rename = "TxAmt")]
    transaction: Option<Amount>,
}

#[derive(Debug, Deserialize)]
struct Amount {
    #[serde(rename = "Amt")]
    sum: Sum,
}

#[derive(Debug, Deserialize)]
struct Parties {
    #[serde(rename = "Dbtr")]
    debtor: Option<Party>,
}

#[derive(Debug, Deserialize)]
struct Party {
    #[serde(rename = "Nm")]
    name: Option<String>,
    #[serde(rename = "Pty")]
    party: Option<Named>,
}

#[derive(Debug, Deserialize)]
struct Named {
    #[serde(rename = "Nm")]
    name: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Remittance {
    #[serde(rename = "Ustrd", default)]
    free: Vec<String>,
    #[serde(rename = "Strd", default)]
    structured: Vec<Structured>,
}

#[derive(Debug, Deserialize)]
struct Structured {
    #[serde(rename = "CdtrRefInf")]
    creditor: Option<Creditor>,
}

#[derive(Debug, Deserialize)]
struct Creditor {
    #[serde(rename = "Ref")]
    reference: Option<String>,
}

impl Part {
    /// What it came to. The instructed amount is the payer's, before their bank changed it, and is not this.
    pub(super) fn sum(&self) -> Option<&Sum> {
        let inner = self.sums.as_ref().and_then(|sums| sums.transaction.as_ref());
        self.sum.as_ref().or_else(|| inner.map(|amount| &amount.sum))
    }

    /// Everything that the payer wrote, wherever their bank put it.
    pub(super) fn written(&self) -> String {
        let remittance = self.remittance.iter();
        let structured = remittance.clone().flat_map(|all| &all.structured);
        let references = structured.filter_map(|one| one.creditor.as_ref()?.reference.as_deref());
        let free = remittance.flat_map(|all| &all.free).map(String::as_str);
        let end = self.refs.end_to_end.as_deref().filter(|text| *text != "NOTPROVIDED");
        references.chain(free).chain(end).map(str::trim).collect::<Vec<_>>().join(" | ")
    }

    pub(super) fn payer(&self) -> String {
        let debtor = self.parties.as_ref().and_then(|parties| parties.debtor.as_ref());
        let name = debtor.and_then(|party| {
            party.name.clone().or_else(|| party.party.as_ref().and_then(|named| named.name.clone()))
        });
        name.unwrap_or_default()
    }
}
