//! Claims among servers: one holder at a time, and none once the holder's connection is gone.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod server;

use std::time::{Duration, Instant};

use assent_store::Claims as _;
use assent_store_postgres::{Options, PostgresClaims};
use server::Database;
use uuid::Uuid;

fn claims(database: &Database) -> PostgresClaims {
    PostgresClaims::new(&database.address(), Options::default()).unwrap()
}

#[test]
fn one_server_holds_a_claim_until_it_is_dropped() {
    let database = Database::new();
    let (one, other) = (claims(&database), claims(&database));
    let (id, another) = (Uuid::from_u128(7), Uuid::from_u128(8));
    let held = one.claim(id).unwrap().unwrap();
    assert!(other.claim(id).unwrap().is_none());
    assert!(one.claim(id).unwrap().is_none(), "not twice by the same server either");
    assert!(other.claim(another).unwrap().is_some());
    drop(held);
    assert!(other.claim(id).unwrap().is_some());
}

#[test]
fn a_claim_ends_with_the_connection_of_its_holder() {
    let database = Database::new();
    let (one, other) = (claims(&database), claims(&database));
    let id = Uuid::from_u128(7);
    let held = one.claim(id).unwrap().unwrap();
    let end = "SELECT pg_terminate_backend(pid) FROM pg_locks \
               WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    assert_eq!(database.beside().query(end, &[]).unwrap().len(), 1);
    let begun = Instant::now();
    while other.claim(id).unwrap().is_none() {
        assert!(begun.elapsed() < Duration::from_secs(10), "nobody holds it, and it is not free");
        std::thread::sleep(Duration::from_millis(20));
    }
    drop(held);
}
