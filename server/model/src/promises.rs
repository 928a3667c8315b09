//! What must be true in every state, each by its name in `reliability/` 4.2.

use florin_server::domain::payment::{PaymentState, Role};
use florin_server::domain::reversal::{Reason, ReversalState};
use florin_server::domain::session::SessionState;
use stateright::Property;

use crate::rows::{AMOUNT, Row};
use crate::world::World;
use crate::{Races, Time};

pub(crate) fn all() -> Vec<Property<Races>> {
    vec![
        Property::always("I1 at most one is accepted", |_: &Races, world: &World| {
            accepted(world).count() <= 1
        }),
        Property::always(
            "I2 a role rests on a success, and every success has one",
            |_: &Races, world: &World| {
                let differs =
                    |row: &Row| (row.role != Role::None) != (row.state == PaymentState::Success);
                !world.book.payments.iter().any(differs)
            },
        ),
        Property::always(
            "I3 what is accepted is the order's amount",
            |_: &Races, world: &World| {
                accepted(world).all(|id| world.book.payments[id].got == Some(AMOUNT))
            },
        ),
        Property::always(
            "I4 what is not accepted is on its way back, whole",
            |_: &Races, world: &World| {
                surplus(world)
                    .all(|id| going_back(world, id) == world.book.payments[id].got.unwrap_or(0))
            },
        ),
        Property::always("I5 never more back than was taken", |_: &Races, world: &World| {
            (0..world.book.payments.len())
                .all(|id| going_back(world, id) <= world.book.payments[id].got.unwrap_or(0))
        }),
        Property::always("I6 states only rise", |_: &Races, world: &World| !world.book.has_fallen),
        Property::always(
            "I7 a session is paid exactly when a payment of it is accepted",
            |_: &Races, world: &World| {
                (world.book.session == SessionState::Paid) == (accepted(world).count() == 1)
            },
        ),
        Property::always(
            "I8 a finished, unpaid session holds nothing that may take money",
            |_: &Races, world: &World| {
                !matches!(world.book.session, SessionState::Expired | SessionState::Cancelled)
                    || world.book.payments.iter().all(|row| row.state.is_final())
            },
        ),
        Property::always("D7 at most one is live", |_: &Races, world: &World| {
            world.book.payments.iter().filter(|row| row.state.is_live()).count() <= 1
        }),
        Property::always(
            "D1 what is accepted is really held, or is asked about, or known to be back",
            |_: &Races, world: &World| {
                accepted(world).all(|id| {
                    let is_asked = world.book.payments[id].asked;
                    let gone = world.channel[id].captured() - world.channel[id].keeps();
                    gone == 0 || is_asked || gone == going_back(world, id)
                })
            },
        ),
        Property::always(
            "P4 who was shown that it is paid was told the truth",
            |_: &Races, world: &World| !world.was_unpaid,
        ),
        Property::always("no money is kept that nobody looks for", |_: &Races, world: &World| {
            (0..world.book.payments.len()).all(|id| {
                let row = &world.book.payments[id];
                let is_known = row.role != Role::None || row.asked || !row.state.is_final();
                is_known || (world.channel[id].keeps() == 0 && !world.is_open(id))
            })
        }),
        Property::always("eventually settled", |races: &Races, world: &World| world.settles(races)),
        // The space holds what it is about, or nothing was shown.
        Property::sometimes("one is accepted, another goes back", |_: &Races, world: &World| {
            accepted(world).count() == 1 && surplus(world).count() == 1
        }),
        Property::sometimes("a cancel gives money back", |_: &Races, world: &World| {
            world.channel.iter().any(|channel| channel.captured() > 0 && channel.keeps() == 0)
                && world.book.returns.is_empty()
        }),
        Property::sometimes("money goes back after the end", |_: &Races, world: &World| {
            world.now > Time::Early
                && world.book.returns.iter().any(|back| back.state == ReversalState::Success)
        }),
    ]
}

fn of_role(world: &World, role: Role) -> impl Iterator<Item = usize> {
    let rows = world.book.payments.iter().enumerate();
    rows.filter(move |(_, row)| row.role == role).map(|(id, _)| id)
}

fn accepted(world: &World) -> impl Iterator<Item = usize> {
    of_role(world, Role::Accepted)
}

fn surplus(world: &World) -> impl Iterator<Item = usize> {
    of_role(world, Role::Surplus)
}

/// Everything that has gone back, or is on its way.
pub(crate) fn going_back(world: &World, id: usize) -> i64 {
    let own = world.book.returns.iter().filter(|back| back.payment == id);
    let counts =
        own.filter(|back| back.state != ReversalState::Fail && back.reason != Reason::Merchant);
    counts.map(|back| back.amount).sum()
}
