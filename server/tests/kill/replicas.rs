//! Two replicas on one PostgreSQL, and every process may die: a replica, a backend of the database, the database, the sandbox.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use florin_proof::merchant::Merchant;
use florin_proof::promises::Promises;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::cluster::Cluster;
use super::installation::{At, Installation, client, folder};
use super::kept::Kept;
use super::{ALL_LOOPS, ALONE, EVERY, LOOPS, REST, Street, lasts, outside};

const NAME: &str = "replicas::killing_everything_in_turn_loses_nothing_and_doubles_nothing";

/// How often somebody looks whether all are there.
const BEAT: Duration = Duration::from_millis(50);

/// Who is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Victim {
    Replica(usize),
    Backend,
    Postmaster,
    Sandbox,
}

const VICTIMS: [Victim; 5] =
    [Victim::Replica(0), Victim::Replica(1), Victim::Backend, Victim::Postmaster, Victim::Sandbox];

struct World {
    installation: Installation,
    // Before what they live on, which goes last.
    replicas: Vec<Kept>,
    sandbox: Kept,
    cluster: Cluster,
}

impl World {
    async fn start() -> World {
        let folder = folder("replicas");
        let cluster = Cluster::start().await;
        let (listen, book) = (florin_proof::free_address(), folder.join("book.jsonl"));
        let sandbox = Kept::start(move || outside::command(NAME, listen, &book));
        let address = || format!("http://{}", florin_proof::free_address());
        let at = At {
            servers: vec![address(), address()],
            sandbox: format!("http://{listen}"),
            http: client(),
        };
        let installation = Installation { at, folder, database: cluster.url.clone() };
        let mut replicas = Vec::new();
        for number in 0..installation.at.servers.len() {
            let of = installation.clone();
            replicas.push(Kept::start(move || of.serve(number)));
            // The first one makes the schema.
            installation.until_up(number).await;
        }
        World { installation, replicas, sandbox, cluster }
    }

    /// Whether there was somebody to kill.
    async fn kill(&mut self, victim: Victim, dice: u64) -> bool {
        match victim {
            Victim::Replica(number) => self.replicas[number].kill().await,
            Victim::Backend => return self.cluster.kill_a_backend(dice).await,
            Victim::Postmaster => self.cluster.postmaster.kill().await,
            Victim::Sandbox => self.sandbox.kill().await,
        }
        true
    }

    /// Lets time pass, and starts again whoever is gone.
    async fn look_after(&mut self, time: Duration) {
        let begun = Instant::now();
        while begun.elapsed() < time {
            self.cluster.postmaster.look_after();
            self.sandbox.look_after();
            self.replicas.iter_mut().for_each(Kept::look_after);
            tokio::time::sleep(BEAT).await;
        }
    }
}

/// The same numbers for the same seed (splitmix64, public domain).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Everybody once, in any order.
    fn round(&mut self) -> Vec<Victim> {
        let mut drawn = VICTIMS.map(|victim| (self.next(), victim));
        drawn.sort();
        drawn.into_iter().map(|(_, victim)| victim).collect()
    }
}

/// Kills for so long, every 0.5 to 4 s; each round kills everybody once. Gives how often.
async fn reap(world: &mut World, lasts: Duration, seed: u64) -> u64 {
    let mut dice = Dice(seed);
    let mut next = Vec::new();
    let (begun, mut done) = (Instant::now(), 0);
    while begun.elapsed() < lasts {
        world.look_after(Duration::from_millis(500 + dice.next() % 3500)).await;
        if next.is_empty() {
            next = dice.round();
        }
        // A database that is still down has no backend: its turn comes again.
        if world.kill(next[0], dice.next()).await {
            next.remove(0);
            done += 1;
        }
    }
    done
}

/// For how long at a stretch no replica could work, at most.
async fn watch(installation: Installation, stop: Arc<AtomicBool>) -> Duration {
    let (mut well, mut longest) = (Instant::now(), Duration::ZERO);
    while !stop.load(Ordering::Relaxed) {
        let (one, other) =
            tokio::join!(installation.says_yes(0, "/readyz"), installation.says_yes(1, "/readyz"));
        if one || other {
            longest = longest.max(well.elapsed());
            well = Instant::now();
        }
        tokio::time::sleep(BEAT).await;
    }
    longest.max(well.elapsed())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killing_everything_in_turn_loses_nothing_and_doubles_nothing() {
    if outside::is_told_to_be_it().await {
        return;
    }
    let (_alone, lasts) = (ALONE.lock().await, lasts(ALL_LOOPS / LOOPS));
    let seed = std::env::var("FLORIN_SEED")
        .map_or(7, |text| text.parse().expect("FLORIN_SEED is a number"));
    let token = CancellationToken::new();
    let mut world = World::start().await;
    let installation = world.installation.clone();
    let merchant = Merchant::start(&token).await.unwrap();
    let seen = Arc::new(Promises::default());
    let stop = Arc::new(AtomicBool::new(false));
    let watching = tokio::spawn(watch(installation.clone(), stop.clone()));
    let street = Street {
        at: installation.at.clone(),
        every: EVERY,
        hook: Some(merchant.hook()),
        seen: seen.clone(),
        stop: stop.clone(),
    };
    let street = tokio::spawn(street.open());

    let begun = Instant::now();
    let kills = reap(&mut world, lasts, seed).await;
    let took = begun.elapsed();
    world.look_after(Duration::from_secs(1)).await;
    stop.store(true, Ordering::Relaxed);
    // Nobody is killed any more, and whoever cannot start yet is started again until it can.
    let rest = async {
        let (shoppers, rate) = street.await.unwrap();
        (shoppers, rate, installation.until_at_rest(REST).await)
    };
    let (shoppers, rate, waited) = tokio::select! {
        done = rest => done,
        () = async { loop { world.look_after(BEAT).await } } => unreachable!("it looks after them for ever"),
    };
    let found = installation.compare(&merchant, &seen).await;
    println!(
        "{kills} kills in {took:?} with seed {seed}, {shoppers} shoppers at {rate} a second, no replica ready for {:?} at most, at rest after {waited:?}: {}",
        watching.await.unwrap(),
        found.told
    );
    assert_eq!(found.wrong, Vec::<String>::new());
    token.cancel();
    installation.remove();
}
