//! The power is cut, again and again, while shoppers pay (T04b). `kill -9` cannot show a missing sync, since the kernel keeps
//! what was written; here whatever was not synced is forgotten, or is left in torn pieces.
//!
//! The real program on a real SQLite file, on a disk of ours that is mounted by FUSE (`disk.rs` says what it forgets). The
//! sandbox and the merchant are other machines. After each cut the file is whole, the ledger's invariants hold, and every
//! 2xx is still true; in the end the three books agree. `FLORIN_POWER_CUTS` says how
//! often, and `FLORIN_POWER_ON=postgres` puts PostgreSQL's data folder on that disk:
//!
//! ```sh
//! FLORIN_POWER_CUTS=300 cargo test --release -p florin-server --test power -- --nocapture
//! ```

// Only Linux has a FUSE that needs no driver of its own.
#![cfg(target_os = "linux")]
// A test that cannot get what it needs fails by panicking.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used)]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

mod dice;
mod disk;
mod forgets;
mod machine;
mod mount;
mod postgres;
mod shopper;

use dice::Dice;
use disk::Mercy;
use florin_proof::merchant::Merchant;
use florin_proof::promises::Promises;
use machine::{Base, Left, Machine};
use tokio::task::JoinHandle;

/// How often in a run of all tests.
const USUAL: u64 = 10;

/// A commit that nobody syncs survives hardly one cut; this many cannot be chance.
const ENOUGH: u64 = 8;

/// Leases that died with the server end by then.
const REST: Duration = Duration::from_secs(180);

/// Who is in the street, and what they were told.
struct Street {
    seen: Arc<Promises>,
    stop: Arc<AtomicBool>,
    came: Arc<AtomicU64>,
    task: JoinHandle<()>,
}

impl Street {
    fn open(machine: &Machine, merchant: &Merchant) -> Street {
        let (seen, stop, came) =
            (Arc::<Promises>::default(), Arc::<AtomicBool>::default(), Arc::<AtomicU64>::default());
        let street = shopper::street(
            machine.at.clone(),
            merchant.hook(),
            seen.clone(),
            stop.clone(),
            came.clone(),
        );
        Street { seen, stop, came, task: tokio::spawn(street) }
    }

    /// Nobody new comes in, and everybody is done.
    async fn close(self) -> (Arc<Promises>, u64) {
        self.stop.store(true, Ordering::Relaxed);
        let done = tokio::time::timeout(REST, self.task).await;
        done.expect("some shopper never gets to an end").unwrap();
        (self.seen, self.came.load(Ordering::Relaxed))
    }
}

/// The first and every third cut leaves nothing; the others keep a part, in whole sectors or in whole pages.
fn mercy(number: u64, dice: &mut Dice) -> Mercy {
    let keeps = [5, 50, 95][usize::try_from(dice.below(3)).unwrap()];
    match number % 3 {
        0 => Mercy::NONE,
        1 => Mercy { keeps, block: 512 },
        _ => Mercy { keeps, block: 4096 },
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_survives_a_power_cut() {
    let cuts = std::env::var("FLORIN_POWER_CUTS")
        .map_or(USUAL, |text| text.parse().expect("FLORIN_POWER_CUTS is a number"));
    let mut machine = Machine::start(bases()[0]).await;
    let merchant = Merchant::start(&machine.stop).await.unwrap();
    let street = Street::open(&machine, &merchant);
    let mut dice = Dice::seeded(cuts);
    let (mut slowest, mut unsynced) = (Duration::ZERO, 0);
    for number in 0..cuts {
        tokio::time::sleep(Duration::from_millis(300 + dice.below(1500))).await;
        let mercy = mercy(number, &mut dice);
        let left = machine.cut(mercy, &street.seen).await;
        assert_eq!((&left.lost, &left.broken), (&vec![], &vec![]), "cut {number}, {mercy:?}");
        slowest = slowest.max(left.up_after);
        unsynced += left.unsynced;
    }
    let (seen, shoppers) = street.close().await;
    let waited = machine.until_at_rest(REST).await;
    let found = machine.compare(&merchant, &seen).await;
    println!(
        "{cuts} power cuts, {shoppers} shoppers, {} KiB never synced, up again after {slowest:?} at most, at rest after {waited:?}: {}",
        unsynced / 1024,
        found.told
    );
    assert_eq!(found.wrong, Vec::<String>::new());
    machine.stop().await;
}

/// A file system that had an error is read-only from then on, beneath a server that has its files open (T07).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_turns_read_only_under_the_server_takes_nothing_with_it() {
    let mut machine = Machine::start(Base::Sqlite).await;
    let merchant = Merchant::start(&machine.stop).await.unwrap();
    let street = Street::open(&machine, &merchant);
    for _ in 0..2 {
        tokio::time::sleep(Duration::from_secs(2)).await;
        machine.turns_read_only(true);
        machine.until_ready_is(false).await;
        // What was kept before is still being told.
        tokio::time::sleep(Duration::from_millis(500)).await;
        let told = street.seen.all();
        tokio::time::sleep(Duration::from_secs(2)).await;
        let meanwhile = street.seen.all();
        assert_eq!(meanwhile.sessions.len(), told.sessions.len(), "it took what it cannot keep");
        machine.turns_read_only(false);
        machine.until_ready_is(true).await;
    }
    assert!(machine.lives(), "it has ended");
    let (seen, shoppers) = street.close().await;
    machine.until_at_rest(REST).await;
    let found = machine.compare(&merchant, &seen).await;
    println!("read-only twice under {shoppers} shoppers: {}", found.told);
    assert_eq!(found.wrong, Vec::<String>::new());
    machine.stop().await;
}

/// What the power is cut under: as it is, and then without its syncs.
fn bases() -> &'static [Base] {
    match std::env::var("FLORIN_POWER_ON").as_deref() {
        Ok("postgres") => &[Base::Postgres, Base::PostgresOff],
        _ => &[Base::Sqlite, Base::SqliteNormal, Base::SqliteOff],
    }
}

/// The equipment can tell: what does not sync each commit is found out.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_does_not_sync_is_found_out() {
    for base in &bases()[1..] {
        let lost = until_lost(*base).await;
        println!("{base:?} has lost {} things: {:?} …", lost.len(), lost.first());
        assert_ne!(lost, Vec::<String>::new(), "{base:?} loses nothing");
    }
}

/// Cuts the power until something acknowledged is gone. A database that does not even come up has lost everything.
async fn until_lost(base: Base) -> Vec<String> {
    let mut machine = Machine::start(base).await;
    let merchant = Merchant::start(&machine.stop).await.unwrap();
    let street = Street::open(&machine, &merchant);
    let mut lost = Vec::new();
    for _ in 0..ENOUGH {
        tokio::time::sleep(Duration::from_millis(1500)).await;
        let Left { lost: gone, broken, .. } = machine.cut(Mercy::NONE, &street.seen).await;
        lost.extend(gone.into_iter().chain(broken));
        if !lost.is_empty() {
            break;
        }
    }
    street.task.abort();
    machine.stop().await;
    lost
}
