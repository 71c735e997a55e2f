//! Erasure: what is left of a subject, what may not be erased, and what was interrupted.

use crate::common;

use std::sync::Arc;

use assent_app::view::{Snapshot, View};
use assent_app::{Command, Receipt, replay, verify};
use assent_domain::identity::{self, Principal, Status};
use assent_domain::ids::{GrantId, PrincipalId, ProposalId};
use assent_domain::proposal::Proposal;
use assent_domain::{Code, Sealed};
use assent_log::verify::Level;
use assent_store::{MemoryKeys, SubjectKeys};
use common::World;
use jiff::SignedDuration;

fn erase(world: &World, id: PrincipalId) -> Command {
    let reason = world.assent.sealer.seal(world.admin.0, "left, and asked for it").unwrap();
    Command::Principal(id, identity::Command::Erase { reason })
}

async fn recorded(world: &World, id: PrincipalId) -> Receipt {
    world.run(world.admin, Command::Principal(id, identity::Command::Disable)).await.unwrap();
    world.run(world.admin, erase(world, id)).await.unwrap()
}

fn principal(world: &World, id: PrincipalId) -> Arc<Principal> {
    let read = world.store.read().unwrap();
    Snapshot::new(&*read).get::<Principal>(id).unwrap().unwrap()
}

fn name(world: &World, id: PrincipalId) -> Option<String> {
    let sealed: Sealed = principal(world, id).name.clone();
    world.assent.sealer.open(&sealed).unwrap()
}

#[tokio::test]
async fn the_key_of_an_erased_subject_is_destroyed() {
    let world = World::new().await;
    let (gone, left) = (world.person(&["model_owner"]).await, world.person(&["compliance"]).await);
    let receipt = recorded(&world, gone).await;
    assert_eq!(receipt.events[0].kind, "subjectErased");
    // The event comes first, and the key goes by it.
    assert_eq!(name(&world, gone).as_deref(), Some("Somebody"));
    assert_eq!(world.assent.carry_out_erasures().unwrap(), [gone.0]);
    assert_eq!((world.keys.get(gone.0).unwrap(), name(&world, gone)), (None, None));
    assert_eq!(world.keys.destroyed().unwrap(), [gone.0]);
    assert_eq!(name(&world, left).as_deref(), Some("Somebody"));
    assert!(world.assent.carry_out_erasures().unwrap().is_empty());

    let again = world.run(world.admin, erase(&world, gone)).await.unwrap();
    assert!(again.events.is_empty());
    let read = world.store.read().unwrap();
    assert!(verify::verify(&*read, Level::Schema, &[], &[]).unwrap().is_sound());
    let (mut frames, mut rows) = (Vec::new(), Vec::new());
    replay::send(&*read, &mut frames).unwrap();
    replay::serve(&mut frames.as_slice(), &mut rows).unwrap();
    let report = replay::compare(&*read, &mut rows.as_slice()).unwrap();
    assert!(report.is_sound(), "{report:#?}");
}

#[tokio::test]
async fn what_was_interrupted_is_made_good_at_the_start() {
    let world = World::new().await;
    let gone = world.person(&["model_owner"]).await;
    recorded(&world, gone).await;
    assert!(world.keys.get(gone.0).unwrap().is_some());
    let wiring = world.assent.wiring.clone();
    drop(World::open(Arc::clone(&world.store), world.keys.clone(), wiring));
    assert_eq!(name(&world, gone), None);
}

#[tokio::test]
async fn older_keys_do_not_bring_anybody_back() {
    let world = World::new().await;
    let gone = world.person(&["model_owner"]).await;
    let key = world.keys.get(gone.0).unwrap().unwrap();
    recorded(&world, gone).await;
    world.assent.carry_out_erasures().unwrap();

    let older = MemoryKeys::new();
    older.get_or_insert(gone.0, &key).unwrap();
    let wiring = world.assent.wiring.clone();
    let opened = World::open(Arc::clone(&world.store), older.clone(), wiring.clone());
    assert_eq!(older.get(gone.0).unwrap(), None);
    assert_eq!(opened.sealer.open(&principal(&world, gone).name).unwrap(), None);

    // Keys that never knew the subject learn that there are none to be made.
    let unaware = MemoryKeys::new();
    drop(World::open(Arc::clone(&world.store), unaware.clone(), wiring));
    assert!(unaware.get_or_insert(gone.0, &[1; 32]).is_err());
}

#[tokio::test]
async fn who_may_be_erased_and_by_whom() {
    let world = World::new().await;
    let (person, other) = (world.person(&["model_owner"]).await, world.person(&["admin"]).await);
    assert_eq!(world.refused(world.admin, erase(&world, person)).await, Code::StillActive);
    assert_eq!(world.refused(world.admin, erase(&world, world.admin)).await, Code::ErasureOfOneself);
    assert_eq!(world.refused(person, erase(&world, other)).await, Code::PermissionMissing);
    let nobody = PrincipalId(world.id());
    assert_eq!(world.refused(world.admin, erase(&world, nobody)).await, Code::NotFound);

    // Who counts as a second person is taken out of the count by two first.
    let disable = Command::Principal(other, identity::Command::Disable);
    world.run(world.admin, disable).await.unwrap();
    assert_eq!(world.refused(world.admin, erase(&world, other)).await, Code::StillManages);
    world.run(world.admin, Command::Principal(other, identity::Command::Enable)).await.unwrap();
    let grant = principal(&world, other).grants[0].id;
    let revoke = Command::Principal(other, identity::Command::RevokeGrant(grant));
    let proposal = ProposalId(world.run(world.admin, revoke).await.unwrap().id);
    let read = world.store.read().unwrap();
    let digest = Snapshot::new(&*read).get::<Proposal>(proposal).unwrap().unwrap().digest;
    world.run(other, Command::ConfirmProposal(proposal, digest)).await.unwrap();

    // The last one who administers is the one who asks.
    recorded(&world, other).await;
    assert_eq!(principal(&world, other).status, Status::Erased);
    let on = |command| Command::Principal(other, command);
    assert_eq!(world.refused(world.admin, on(identity::Command::Enable)).await, Code::SubjectErased);
    let grant = identity::Command::grant(GrantId(world.id()), "admin");
    assert_eq!(world.refused(world.admin, on(grant)).await, Code::SubjectErased);
    assert!(world.run(world.admin, on(identity::Command::Disable)).await.unwrap().events.is_empty());
    assert_eq!(world.refused(other, erase(&world, person)).await, Code::PrincipalDisabled);
}

#[tokio::test]
async fn a_registration_that_is_under_way_elsewhere_keeps_its_look_up() {
    let world = World::new().await;
    let (wiring, sealer) = (world.assent.wiring.clone(), &world.assent.sealer);
    let begun = PrincipalId(world.id());
    sealer.seal(begun.0, "Olga").unwrap();
    sealer.claim_email(begun, "olga@example.org").unwrap();
    let beside = || World::open_beside(Arc::clone(&world.store), world.keys.clone(), wiring.clone(), false);
    let found = || sealer.find_email("olga@example.org").unwrap();
    drop(beside());
    assert_eq!(found(), Some(begun), "another server starts meanwhile");
    world.clock.advance(SignedDuration::from_mins(9));
    world.assent.settle_look_ups().unwrap();
    assert_eq!(found(), Some(begun), "and this one looks for what is left over");
    world.clock.advance(SignedDuration::from_mins(2));
    drop(beside());
    assert_eq!(found(), None, "it did not come to its end");
}

#[tokio::test]
async fn look_ups_fit_the_principals_at_every_start() {
    let world = World::new().await;
    let sealer = &world.assent.sealer;
    let person = PrincipalId(world.id());
    let register = identity::Command::Register {
        kind: identity::PrincipalKind::User,
        name: sealer.seal(person.0, "Olga").unwrap(),
        email: Some(sealer.seal(person.0, "Olga@Example.org").unwrap()),
        responsible: None,
    };
    world.run(world.admin, Command::Principal(person, register)).await.unwrap();
    // One that did not come to its registration, and one whose look-up was lost.
    let never = PrincipalId(world.id());
    sealer.seal(never.0, "Nobody").unwrap();
    assert_eq!(sealer.claim_email(never, "nobody@example.org").unwrap(), None);
    assert_eq!(sealer.find_email("olga@example.org").unwrap(), None);
    let opened = World::open(Arc::clone(&world.store), world.keys.clone(), world.assent.wiring.clone());
    assert_eq!(opened.sealer.find_email("nobody@example.org").unwrap(), None);
    assert_eq!(opened.sealer.find_email("OLGA@example.ORG").unwrap(), Some(person));

    recorded(&world, person).await;
    world.assent.carry_out_erasures().unwrap();
    assert_eq!(sealer.find_email("olga@example.org").unwrap(), None);
    drop(World::open(Arc::clone(&world.store), world.keys.clone(), world.assent.wiring.clone()));
    assert!(world.keys.claimed().unwrap().is_empty());
}
