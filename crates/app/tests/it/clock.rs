//! A clock that is set back or forward: the time of the ledger never goes back, and what time alone changes follows it.

use crate::common;

use assent_app::{Command, verify};
use assent_domain::ids::{ModelId, PrincipalId};
use assent_log::verify::Level;
use common::World;
use jiff::SignedDuration;

/// The times of all entries, in the order of the log.
fn times(world: &World) -> Vec<String> {
    let mut times = Vec::new();
    let read = world.store.read().unwrap();
    read.scan_entries(0, &mut |_, bytes| {
        let entry: serde_json::Value = serde_json::from_slice(bytes).unwrap();
        times.push(entry["time"].as_str().unwrap().to_owned());
        Ok(())
    })
    .unwrap();
    times
}

async fn register(world: &World, owner: PrincipalId, name: &str) {
    let model = ModelId(world.id());
    world.run(owner, Command::Model(model, common::register(name))).await.unwrap();
}

fn ensure_sound(world: &World) {
    let read = world.store.read().unwrap();
    let report = verify::verify(&*read, Level::Schema, &[], &[]).unwrap();
    assert!(report.is_sound(), "{:?}", report.damages);
}

#[tokio::test]
async fn a_clock_that_is_set_back_does_not_set_the_log_back() {
    let world = World::new().await;
    let owner = world.person(&["model_owner"]).await;
    register(&world, owner, "before").await;
    let head = times(&world).last().unwrap().clone();
    world.clock.advance(SignedDuration::from_hours(-48));
    register(&world, owner, "set back").await;
    assert_eq!(
        times(&world).last().unwrap(),
        &head,
        "the time of the head stands until the clock has caught up"
    );
    world.clock.advance(SignedDuration::from_hours(48) + SignedDuration::from_millis(5));
    register(&world, owner, "caught up").await;
    let all = times(&world);
    assert!(all.last().unwrap() > &head, "{all:?}");
    assert!(all.is_sorted(), "{all:?}");
    ensure_sound(&world);
}

#[tokio::test]
async fn a_clock_that_was_ahead_holds_the_log_there() {
    let world = World::new().await;
    let owner = world.person(&["model_owner"]).await;
    world.clock.advance(SignedDuration::from_hours(365 * 24));
    register(&world, owner, "a year ahead").await;
    let ahead = times(&world).last().unwrap().clone();
    world.clock.advance(SignedDuration::from_hours(-365 * 24));
    for name in ["one", "two"] {
        register(&world, owner, name).await;
    }
    let all = times(&world);
    assert!(all.is_sorted(), "{all:?}");
    assert_eq!(all[all.len() - 2..], [ahead.clone(), ahead]);
    ensure_sound(&world);
}
