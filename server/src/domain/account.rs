//! Where a merchant's own account at a channel stands, and the name that its payments know it by.

use florin_shared::AccountId;

use super::words;

words! {
    /// Where an account stands.
    AccountState {
        /// Payments are opened with it.
        Enabled = "ENABLED",
        /// No new ones are; what it has carried is asked about, and given back, by it.
        Disabled = "DISABLED",
        /// The same, for ever, and its owner sees it no more.
        Removed = "REMOVED",
    }
}

/// How many accounts a merchant may ever have: none is deleted, since what was paid by it may have to go back.
pub const MOST_ACCOUNTS: i64 = 100;

/// The name of an account: the channel's own, and the account's id. It stands with every payment that the account carries, in
/// `/notify/{name}`, and in the books.
pub fn name(channel: &str, id: &AccountId) -> String {
    format!("{channel}-{id}")
}

/// The account of that name; nothing for a channel of the server's own.
pub fn of_name(name: &str) -> Option<(&str, AccountId)> {
    let (channel, id) = name.rsplit_once('-')?;
    Some((channel, id.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_the_account_and_a_servers_channel_has_none() {
        let id = AccountId::of([7; 16]);
        let name = name("alipay", &id);
        assert_eq!(of_name(&name), Some(("alipay", id)));
        for other in ["alipay", "alipay-", "alipay-CA7", "", "-"] {
            assert_eq!(of_name(other), None, "{other}");
        }
    }
}
