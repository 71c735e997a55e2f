//! The one word that is said of a version.

use assent_domain::workflow::{Decision, status};
use jiff::SignedDuration;

use super::change_step::{midnight_after, resting};
use super::world::{ANNE, BEN, OWNER, World, with};

/// What is said of the version, with everything that was ever asked for.
fn said(world: &World) -> (String, String) {
    let mut promotions: Vec<_> = world.earlier.iter().map(AsRef::as_ref).collect();
    promotions.extend(&world.promotion);
    let asked = status::gates_asked(&world.version, &promotions, &world.pack, world.now);
    assert!(asked.iter().all(|stage| stage == "PROD"), "{asked:?}");
    let gates: Vec<_> = asked.iter().map(|_| world.gate()).collect();
    let found = status::status(&world.version, &promotions, &gates, &world.pack, world.now);
    (found.status.name(), found.because)
}

fn check(world: &World, name: &str, because: &str) {
    let said = said(world);
    assert_eq!((said.0.as_str(), said.1.as_str()), (name, because));
}

fn approve(world: &mut World) {
    world.review("attest", OWNER, Decision::Approved).unwrap();
    world.review("compliance", ANNE, Decision::Approved).unwrap();
    world.review("security", BEN, Decision::Approved).unwrap();
}

#[test]
fn a_version_is_told_in_one_word_on_its_way() {
    let mut world = World::new();
    check(&world, "DRAFT", "it stands in `DEV`, and nothing is under review");
    world.draft();
    check(&world, "DRAFT", "it stands in `DEV`, and nothing is under review");
    world.submit().unwrap();
    check(&world, "IN_REVIEW", "the promotion to `PROD` is under review");
    world.review("compliance", ANNE, Decision::ChangesRequested).unwrap();
    check(&world, "CHANGES_REQUESTED", "the promotion to `PROD` waits for changes");
    world.submit().unwrap();
    approve(&mut world);
    check(&world, "APPROVED_PROD", "the promotion to `PROD` is approved");
    world.complete().unwrap();
    check(&world, "APPROVED_PROD", "it stands in `PROD`");
}

#[test]
fn what_is_shut_out_or_over_is_said_first() {
    let mut world = World::in_review();
    world.review("compliance", ANNE, Decision::Rejected).unwrap();
    check(&world, "REJECTED", "the promotion to `PROD` was rejected");
    // Asking again takes the no away; a withdrawal leaves nothing.
    world.ask();
    assert_eq!(said(&world).0, "IN_REVIEW");
    world.withdraw().unwrap();
    assert_eq!(said(&world).0, "DRAFT");

    // In service, and the evidence that the approvals were given on is not that of today any more.
    world.ask();
    approve(&mut world);
    world.complete().unwrap();
    world.attach();
    let (name, because) = said(&world);
    assert_eq!(name, "SUSPENDED");
    assert!(because.starts_with("the gate of `PROD` is shut: "), "{because}");

    world.version.stage = "GONE".to_owned();
    world.pack = super::world::compiled({
        let mut documents = super::world::documents();
        documents.push(serde_json::json!(
            {"kind": "Stage", "id": "GONE", "title": "G", "order": 9, "retired": true}));
        documents
    });
    check(&world, "RETIRED", "it stands in `GONE`");
}

#[test]
fn an_approval_that_holds_no_more_is_none() {
    let expiring = with("Settings", |settings| settings["promotionsExpireAfter"] = "90d".into());
    let mut world = World::under(expiring);
    world.ask();
    approve(&mut world);
    assert_eq!(said(&world).0, "APPROVED_PROD");
    world.attach();
    let (name, because) = said(&world);
    assert_eq!(name, "IN_REVIEW");
    assert!(because.starts_with("the gate of `PROD` is shut: "), "{because}");
    world.pass(SignedDuration::from_hours(24 * 400));
    assert_eq!(said(&world).0, "DRAFT");
}

#[test]
fn what_is_approved_stays_so_in_a_blackout() {
    let (documents, change) = resting();
    let mut world = World::under(documents);
    world.placing = Some(change);
    world.ask();
    approve(&mut world);
    check(&world, "APPROVED_PROD", "the promotion to `PROD` is approved");
    world.now = midnight_after(1);
    let (name, because) = said(&world);
    assert_eq!(name, "APPROVED_PROD");
    let blackout = "the promotion to `PROD` is approved; 2026-11-24T00:00:00Z lies in a blackout of the pack (stocktaking), ";
    assert!(because.starts_with(blackout), "{because}");
    // Somebody has to look again, whatever the time.
    world.attach();
    let (name, because) = said(&world);
    assert_eq!(name, "IN_REVIEW");
    assert!(
        because.starts_with("the gate of `PROD` is shut: ") && !because.contains("blackout"),
        "{because}"
    );
}

#[test]
fn what_an_emergency_let_through_is_still_in_review() {
    let mut world = World::in_review();
    world.break_glass();
    world.complete().unwrap();
    check(&world, "IN_REVIEW", "it stands in `PROD` by an emergency, and its reviews are still to be given");
    world.pass(SignedDuration::from_hours(24 * 30));
    assert_eq!(said(&world).0, "SUSPENDED", "nobody gave them");
}
