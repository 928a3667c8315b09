//! What stands in the database, counted: to see that nothing was added.

use super::TestApp;

impl TestApp {
    /// Every row that a request may leave behind. What the reconciler learns by asking is not counted: nobody's request
    /// brings it.
    pub async fn rows(&self) -> i64 {
        let mut tx = self.app.store.read().await.unwrap();
        let counted = tx.sql(
            "select (select count(*) from session) + (select count(*) from pay_order) + (select count(*) from payment)
                  + (select count(*) from reversal) + (select count(*) from event) + (select count(*) from outbox)
                  + (select count(*) from ledger) + (select count(*) from idempotency)
                  + (select count(*) from evidence where source <> 'QUERY')",
        );
        counted.one::<(i64,)>().await.unwrap().unwrap().0
    }

    /// What has changed so far: how often each row was written, asked about, tried.
    pub async fn traces(&self) -> Vec<i64> {
        let mut tx = self.app.store.read().await.unwrap();
        let changes = tx.sql(
            "select cast(coalesce(sum(version), 0) as bigint), cast(coalesce(sum(asks), 0) as bigint),
                    cast(coalesce(sum(cancels_sent), 0) as bigint), cast(coalesce(max(changed_ms), 0) as bigint),
                    (select cast(coalesce(sum(version + seq), 0) as bigint) from pay_order),
                    (select cast(coalesce(sum(shown), 0) as bigint) from session),
                    (select cast(coalesce(sum(sends + tries), 0) as bigint) from reversal),
                    (select cast(coalesce(sum(tries), 0) as bigint) from outbox),
                    (select cast(coalesce(sum(uses), 0) as bigint) from receipt_code_use),
                    (select count(*) from delivery_try) + (select count(*) from webhook_endpoint) + (select count(*) from api_key),
                    (select count(*) from evidence)
               from payment",
        );
        let found: (i64, i64, i64, i64, i64, i64, i64, i64, i64, i64, i64) =
            changes.one().await.unwrap().unwrap();
        let (a, b, c, d, e, f, g, h, i, j, k) = found;
        vec![self.rows().await, a, b, c, d, e, f, g, h, i, j, k]
    }
}
