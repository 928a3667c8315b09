//! The books: every movement of money as two lines that balance.

use florin_shared::Money;

use super::{StoreError, Tx};
use crate::domain::payment::{Payment, Role};
use crate::domain::reversal::Reversal;

/// Money taken: the channel owes it to us, and we owe it to the merchant or, one too many, back to the shopper.
pub async fn taken(tx: &mut Tx, payment: &Payment, got: Money) -> Result<(), StoreError> {
    let entry = Entry { id: format!("{}-taken", payment.id), money: got, payment, reversal: "" };
    entry.book(tx, &channel(payment), payable(payment)).await
}

/// Money back: what was owed is settled.
pub async fn returned(
    tx: &mut Tx,
    payment: &Payment,
    reversal: &Reversal,
) -> Result<(), StoreError> {
    book_back(tx, payment, reversal, "returned", &channel(payment)).await
}

/// A person has given it back by another road: the channel still owes it to us.
pub async fn returned_by_hand(
    tx: &mut Tx,
    payment: &Payment,
    reversal: &Reversal,
) -> Result<(), StoreError> {
    book_back(tx, payment, reversal, "returned", "by_hand").await
}

/// A person has decided that it stays: we owe it to the merchant now.
pub async fn kept(tx: &mut Tx, payment: &Payment, reversal: &Reversal) -> Result<(), StoreError> {
    book_back(tx, payment, reversal, "kept", "merchant_payable").await
}

/// What was owed to the payer is settled from this account.
async fn book_back(
    tx: &mut Tx,
    payment: &Payment,
    reversal: &Reversal,
    what: &str,
    from: &str,
) -> Result<(), StoreError> {
    let id = format!("{}-{what}", reversal.id);
    let entry = Entry { id, money: reversal.amount, payment, reversal: reversal.id.as_str() };
    entry.book(tx, payable(payment), from).await
}

fn channel(payment: &Payment) -> String {
    format!("channel:{}", payment.channel)
}

fn payable(payment: &Payment) -> &'static str {
    match payment.role {
        Role::Surplus => "surplus_payable",
        Role::None | Role::Accepted => "merchant_payable",
    }
}

struct Entry<'a> {
    id: String,
    money: Money,
    payment: &'a Payment,
    reversal: &'a str,
}

impl Entry<'_> {
    async fn book(self, tx: &mut Tx, debit: &str, credit: &str) -> Result<(), StoreError> {
        tx.sql(
            "insert into ledger (txn_id, line, account, currency, debit, credit, payment_id, reversal_id)
             values ($1, 1, $2, $4, $5, 0, $6, $7), ($1, 2, $3, $4, 0, $5, $6, $7)",
        )
        .bind(self.id)
        .bind(debit.to_owned())
        .bind(credit.to_owned())
        .bind(self.money.currency().to_string())
        .bind(self.money.minor())
        .bind(self.payment.id.to_string())
        .bind(self.reversal.to_owned())
        .later()
        .await?;
        Ok(())
    }
}
