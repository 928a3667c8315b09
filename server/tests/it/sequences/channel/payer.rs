//! The payer and the bank: what is done at the channel without us.

use florin_server::domain::payment::Said;

use super::world::{another, wait};
use super::{Call, Hostile, MINUTE};
use crate::sequences::book::At;

impl Hostile {
    /// The payer pays a code; some can be paid although they were closed.
    pub fn approve(&self, request: &str) {
        self.pass();
        let now = self.now();
        let mut world = self.world();
        let mut dice = world.dice(self.seed, request, Call::Payer);
        let Some(row) = world.rows.get_mut(request) else { return };
        let was_open = row.at == At::Open;
        let is_late = matches!(row.at, At::Closed | At::Declined)
            && row.captured.is_none()
            && dice.is_under(40);
        if !was_open && !is_late {
            return;
        }
        if was_open && dice.is_under(12) {
            row.at = At::Confirming(now + wait(&mut dice, 120 * MINUTE), dice.is_under(80));
            return;
        }
        let amount = if dice.is_under(92) { row.asked } else { another(row.asked, &mut dice) };
        // A channel may be silent about what a question finds; what nobody would ask about it tells.
        row.silent &= was_open;
        let said = row.take(amount, now);
        world.tell(request, said);
    }

    pub fn decline(&self, request: &str) {
        self.pass();
        let mut world = self.world();
        if let Some(row) = world.rows.get_mut(request)
            && row.at == At::Open
        {
            row.at = At::Declined;
            world.tell(request, Said::Failed);
        }
    }

    /// A signed message that the channel's own book contradicts.
    pub fn contradict(&self, request: &str) {
        let mut world = self.world();
        let mut dice = world.dice(self.seed, request, Call::Payer);
        let is_denied = world.denied.contains(request);
        let Some(row) = world.rows.get_mut(request) else { return };
        if matches!(row.at, At::Nowhere | At::Queued(_)) {
            return;
        }
        // A success that contradicts nothing is believed at once, so this lie comes after the truth has been heard.
        let declined = is_denied
            && (row.at == At::Declined || (row.at == At::Closed && row.captured.is_none()));
        let said = match dice.below(3) {
            // Success after the end: the question tells the truth.
            0 if declined => Said::Paid { amount: row.asked, at: None, returned: 0 },
            1 => Said::Paid { amount: another(row.asked, &mut dice), at: None, returned: 0 },
            _ => Said::Failed,
        };
        // Whoever lied owes the truth.
        row.silent = false;
        let truth = row.captured.is_some().then(|| row.said());
        world.push(request, said);
        if let Some(truth) = truth {
            world.push(request, truth);
        }
    }

    /// Somebody at the channel gives money back, and we are told.
    pub fn give_back(&self, request: &str) {
        self.pass();
        let mut world = self.world();
        let mut dice = world.dice(self.seed, request, Call::Payer);
        let Some(row) = world.rows.get_mut(request) else { return };
        if row.at == At::Paid && row.left() > 0 {
            row.by_others += if dice.is_under(50) { row.left() } else { 1 + row.left() / 2 };
            row.silent = false;
            let said = row.said();
            world.push(request, said);
        }
    }
}
