//! What a process remembers of the committed state is what the store tells, whoever wrote it.

use crate::common;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use assent_app::start::Assent;
use assent_app::view::{Snapshot, View};
use assent_app::{Command, Request};
use assent_domain::ids::VersionId;
use assent_domain::registry::{Document, VersionCommand};
use assent_domain::{AggregateId, Kind};
use common::{World, card, wiring_from};

/// Another server on the same store.
fn beside(world: &World) -> Assent {
    World::open_beside(Arc::clone(&world.store), world.keys.clone(), wiring_from(&world.clock, 99), false)
}

fn of(version: VersionId) -> AggregateId {
    AggregateId { kind: Kind::Version, id: version.0 }
}

/// The revision as that server knows it; none if there is no such version.
fn known(assent: &Assent, version: VersionId) -> Option<u64> {
    let read = assent.store().read().unwrap();
    let view = Snapshot::with(&*read, assent.ledger.recent()).unwrap();
    view.aggregate(of(version)).unwrap().map(|loaded| loaded.revision)
}

fn attach(version: VersionId, name: &str) -> Command {
    let card = Document { name: name.to_owned(), ..card() };
    Command::Version(version, Box::new(VersionCommand::Attach(card)))
}

#[tokio::test]
async fn what_another_server_wrote_is_seen_at_once() {
    let world = World::new().await;
    let owner = world.person(&["model_owner"]).await;
    let other = beside(&world);
    let (model, version) = world.version(owner, "one").await;
    assert_eq!(known(&other, version), Some(1));
    world.run(owner, attach(version, "a.md")).await.unwrap();
    assert_eq!(known(&other, version), Some(2));
    assert_eq!(known(&world.assent, version), Some(2));

    let next = VersionId(world.id());
    assert_eq!(known(&other, next), None);
    let register = Command::RegisterVersion(next, model, Box::new(common::new_version()));
    world.run(owner, register).await.unwrap();
    assert_eq!(known(&other, next), Some(1));

    // And decided on: the second server's writer sees what the first one wrote.
    let request = world.request(owner, attach(version, "b.md"));
    other.ledger.execute(request).await.unwrap();
    assert_eq!((known(&other, version), known(&world.assent, version)), (Some(3), Some(3)));
}

#[tokio::test]
async fn a_snapshot_stays_where_it_is() {
    let world = World::new().await;
    let owner = world.person(&["model_owner"]).await;
    let (_, version) = world.version(owner, "one").await;
    let read = world.store.read().unwrap();
    let before = Snapshot::with(&*read, world.assent.ledger.recent()).unwrap();
    world.run(owner, attach(version, "a.md")).await.unwrap();
    assert_eq!(known(&world.assent, version), Some(2));
    assert_eq!(before.aggregate(of(version)).unwrap().unwrap().revision, 1);
    assert_eq!(known(&world.assent, version), Some(2));
}

/// Two servers write to the same few versions while both are asked.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_servers_that_write_know_what_the_store_knows() {
    const WRITES: usize = 120;
    let world = World::new().await;
    let owner = world.person(&["model_owner"]).await;
    let mut versions = Vec::new();
    for number in 0..4 {
        versions.push(world.version(owner, &format!("model {number}")).await.1);
    }
    let servers = [world.assent.clone(), beside(&world)];
    let (stop, compared) = (AtomicBool::new(false), AtomicU64::new(0));
    let write = |server: Assent, name: &'static str| {
        let requests: Vec<Request> = (0..WRITES)
            .map(|number| {
                world.request(owner, attach(versions[number % versions.len()], &format!("{name} {number}")))
            })
            .collect();
        tokio::spawn(async move {
            for request in requests {
                server.ledger.execute(request).await.unwrap();
            }
        })
    };
    let writers = [write(servers[0].clone(), "first"), write(servers[1].clone(), "second")];
    std::thread::scope(|scope| {
        for server in &servers {
            for _ in 0..2 {
                scope.spawn(|| {
                    while !stop.load(Ordering::Relaxed) {
                        let read = server.store().read().unwrap();
                        let view = Snapshot::with(&*read, server.ledger.recent()).unwrap();
                        let plain = Snapshot::new(&*read);
                        for version in &versions {
                            let told = view.aggregate(of(*version)).unwrap().unwrap();
                            let stored = plain.aggregate(of(*version)).unwrap().unwrap();
                            assert_eq!((told.revision, &told.state), (stored.revision, &stored.state));
                        }
                        compared.fetch_add(1, Ordering::Relaxed);
                    }
                });
            }
        }
        // A write that fails is heard of only once the readers have stopped: until then the scope would wait for them.
        let written = tokio::task::block_in_place(|| {
            tokio::runtime::Handle::current().block_on(async {
                let [first, second] = writers;
                tokio::join!(first, second)
            })
        });
        stop.store(true, Ordering::Relaxed);
        written.0.unwrap();
        written.1.unwrap();
    });
    assert!(compared.load(Ordering::Relaxed) > 10);
    for (place, version) in versions.iter().enumerate() {
        let of_both = (0..WRITES).filter(|number| number % versions.len() == place).count() as u64 * 2;
        assert_eq!(known(&servers[0], *version), Some(1 + of_both));
    }
}
