use assent_domain::change_request::{facts, facts_of_version};
use assent_domain::delegation::event::DelegationGiven;
use assent_domain::delegation::{Acting, Delegation, OnBehalf};
use assent_domain::identity::Scope;
use assent_domain::ids::DelegationId;
use assent_domain::registry::event::Recorded;
use assent_domain::signoff::Signature;

use super::*;

fn submitted(kind: ChangeType) -> (World, ChangeId) {
    let mut world = World::new();
    let id = world.request(20, content(kind)).unwrap();
    world.submit(id, &[]).unwrap();
    (world, id)
}

#[test]
fn all_reviewers_of_the_risk_sign_each_another_person() {
    let (mut world, id) = submitted(ChangeType::ModelUpdate);
    assert_eq!(world.hearing(id).missing(), ["owner", "tech", "security"]);
    refused(world.sign(id, REQUESTER, Verdict::Approved), Code::ReviewerIsRequester, "");
    refused(world.sign(id, CHIEF, Verdict::Approved), Code::ReviewerLacksRole, "");
    world.approve(id, &[TECH]);
    assert_eq!(world.state(id), StateName::UnderReview);
    refused(world.sign(id, TECH, Verdict::Approved), Code::ReviewerDecidedAlready, "");
    world.approve(id, &[SECURITY]);
    assert_eq!(world.state(id), StateName::UnderReview);
    assert!(!facts(&world.hearing(id)).approved);
    world.approve(id, &[OWNER]);
    assert_eq!(world.state(id), StateName::Approved);
    assert!(facts(&world.hearing(id)).approved);
}

#[test]
fn who_made_the_version_does_not_review_it() {
    let (mut world, id) = submitted(ChangeType::ModelUpdate);
    let mut change = world.changes[&id].clone();
    change.maker = id_of(TECH);
    world.changes.insert(id, change);
    refused(world.sign(id, TECH, Verdict::Approved), Code::ReviewerIsRequester, "your own work");
}

#[test]
fn one_rejection_rejects() {
    let (mut world, id) = submitted(ChangeType::ModelUpdate);
    world.approve(id, &[TECH, OWNER]);
    world.sign(id, SECURITY, Verdict::Rejected).unwrap();
    assert_eq!(world.state(id), StateName::Rejected);
    assert!(!facts(&world.hearing(id)).approved);
    refused(world.start(id), Code::WrongState, "REJECTED");
}

#[test]
fn the_request_of_an_owner_carries_their_attestation() {
    let mut world = World::new();
    let versions = (Some(&world.versions[0]), &world.versions[1]);
    let decided =
        change_request::request(change_id(1), Box::new(small()), &world.model, versions, &world.pack, 0);
    world.happen(OWNER, decided).unwrap();
    let id = change_id(1);
    let decided = change_request::submit(&world.hearing(id), Plan::default(), &[], id_of(OWNER));
    world.happen(OWNER, decided).unwrap();
    assert_eq!(world.state(id), StateName::Approved, "a small change waits for nobody else");
    // Where somebody else asks, the owner is waited for.
    let id = world.request(2, small()).unwrap();
    world.submit(id, &[]).unwrap();
    assert_eq!(world.state(id), StateName::Submitted);
}

#[test]
fn a_signature_counts_as_long_as_its_signer_could_still_give_it() {
    let (mut world, id) = submitted(ChangeType::ModelUpdate);
    world.approve(id, &[TECH, SECURITY, OWNER]);
    world.person(SECURITY, &[]);
    assert!(!facts(&world.hearing(id)).approved);
    refused(world.start(id), Code::SignaturesMissing, "security");
    refused(world.schedule(id, "2026-12-02T09:00:00Z"), Code::SignaturesMissing, "security");
    // Somebody else takes the place, and what was approved goes on.
    world.person(RISK, &["security"]);
    world.approve(id, &[RISK]);
    assert_eq!(world.state(id), StateName::Approved);
    world.start(id).unwrap();
    // What was begun was approved on the day it began.
    world.person(TECH, &[]);
    assert!(facts(&world.hearing(id)).approved);
    world.complete(id, false).unwrap();
    assert!(!facts(&world.hearing(id)).approved, "what failed lets nothing through");
}

#[test]
fn an_emergency_starts_with_the_pair_and_is_reviewed_afterwards() {
    let (mut world, id) = submitted(ChangeType::Emergency);
    refused(world.start(id), Code::SignaturesMissing, "with those of risk and chief it may start before");
    world.approve(id, &[RISK]);
    refused(world.start(id), Code::SignaturesMissing, "chief");
    world.approve(id, &[CHIEF]);
    assert_eq!(world.state(id), StateName::UnderReview, "the pair is not all of the reviewers");
    world.start(id).unwrap();
    assert!(world.changes[&id].started.as_ref().unwrap().by_emergency_pair);
    assert!(!facts(&world.hearing(id)).approved);
    world.complete(id, true).unwrap();
    assert!(world.changes[&id].is_unfinished(), "reviewers still have to sign");
    world.approve(id, &[TECH, SECURITY, OWNER]);
    assert_eq!(world.state(id), StateName::Completed);
    assert!(facts(&world.hearing(id)).approved && !world.changes[&id].is_unfinished());
}

#[test]
fn a_pair_is_two_persons_in_two_roles_who_can_still_sign() {
    let (mut world, id) = submitted(ChangeType::Emergency);
    world.approve(id, &[RISK]);
    // A request of an earlier day, whose pair was one role twice: one person is no pair.
    let mut alone = world.changes[&id].clone();
    let submitted = alone.submitted.as_mut().unwrap();
    submitted.emergency_pair = vec!["risk".to_owned(), "risk".to_owned()];
    let told = world.changes.insert(id, alone).unwrap();
    refused(world.start(id), Code::SignaturesMissing, "risk and risk");
    world.changes.insert(id, told);
    world.approve(id, &[CHIEF]);
    // Who loses the role does not let it start any more.
    let chief = world.people[&id_of(CHIEF)].clone();
    world.person(CHIEF, &[]);
    refused(world.start(id), Code::SignaturesMissing, "chief");
    world.people.insert(id_of(CHIEF), chief);
    // What was signed in the place of somebody is no word of the pair.
    let mut lent = world.changes[&id].clone();
    let by = OnBehalf { delegator: id_of(7), delegation: DelegationId(Uuid::nil()) };
    lent.signatures[0].signature.on_behalf_of = Some(by);
    let told = world.changes.insert(id, lent).unwrap();
    assert!(world.start(id).is_err());
    world.changes.insert(id, told);
    world.start(id).unwrap();
}

#[test]
fn the_pair_of_an_emergency_signs_in_its_own_name() {
    for (kind, role, of, expect) in [
        (ChangeType::Emergency, "risk", RISK, Some(Code::NotDelegable)),
        (ChangeType::Emergency, "tech", TECH, None),
        (ChangeType::Infrastructure, "security", SECURITY, None),
    ] {
        let (mut world, id) = submitted(kind);
        world.person(7, &[]);
        let given = DelegationGiven {
            delegator: id_of(of),
            delegate: id_of(7),
            roles: vec![role.to_owned()],
            scope: Scope::default(),
            from: world.now,
            until: Time::MAX,
            reason: sealed(),
        };
        let stamp = Stamp { at: world.now, actor: id_of(of) };
        let delegations = vec![Arc::new(Delegation::new(DelegationId(Uuid::nil()), &given, &stamp))];
        let acting = Acting { delegations, delegator: Arc::clone(&world.people[&id_of(of)]) };
        let signer = world.people[&id_of(7)].in_place_of(acting);
        world.people.insert(id_of(7), Arc::new(signer));
        let signed = world.sign(id, 7, Verdict::Approved);
        assert_eq!(signed.err().map(|refusal| refusal.code), expect, "{role}");
    }
}

#[test]
fn a_late_rejection_leaves_the_state_and_takes_the_approval() {
    let (mut world, id) = submitted(ChangeType::Emergency);
    world.approve(id, &[RISK, CHIEF]);
    world.start(id).unwrap();
    world.sign(id, TECH, Verdict::Rejected).unwrap();
    assert_eq!(world.state(id), StateName::InProgress);
    assert!(world.changes[&id].rejected.is_some());
    refused(world.sign(id, SECURITY, Verdict::Approved), Code::WrongState, "IN_PROGRESS");
    world.complete(id, true).unwrap();
    assert!(!facts(&world.hearing(id)).approved);
}

#[test]
fn other_types_do_not_start_with_the_pair() {
    let (mut world, id) = submitted(ChangeType::Infrastructure);
    refused(world.sign(id, RISK, Verdict::Approved), Code::ReviewerLacksRole, "");
    refused(world.start(id), Code::WrongState, "SUBMITTED");
}

#[test]
fn approvals_of_the_promotion_count_for_roles_that_both_ask_for() {
    let approval = |role: &str, by: u128| SignatureRecord {
        signature: Signature {
            role: role.to_owned(),
            verdict: Verdict::Approved,
            comment: None,
            on_behalf_of: None,
        },
        recorded: Recorded { at: time("2026-11-30T09:00:00Z"), by: id_of(by) },
    };
    let mut world = World::new();
    let id = world.request(20, content(ChangeType::ModelUpdate)).unwrap();
    // Of these only the first counts: the change asks for no chief, the requester is no reviewer, and one person signs once.
    let approvals = [
        approval("tech", TECH),
        approval("chief", CHIEF),
        approval("security", REQUESTER),
        approval("security", TECH),
    ];
    world.submit(id, &approvals).unwrap();
    assert_eq!(world.changes[&id].signatures, approvals[..1]);
    assert_eq!(world.state(id), StateName::UnderReview);
    assert_eq!(world.hearing(id).missing(), ["owner", "security"]);
    world.approve(id, &[OWNER, SECURITY]);
    assert_eq!(world.state(id), StateName::Approved);
}

#[test]
fn a_change_that_was_made_is_spent_once_its_version_has_left() {
    let mut world = World::new();
    let id = world.request(20, content(ChangeType::ModelUpdate)).unwrap();
    world.submit(id, &[]).unwrap();
    world.approve(id, &[TECH, SECURITY, OWNER]);
    world.start(id).unwrap();
    world.complete(id, true).unwrap();
    let mut version = world.versions[1].clone();
    let approved = |version: &Version| facts_of_version(&world.hearing(id), version).approved;
    version.stage_since = world.now - jiff::SignedDuration::from_hours(1);
    assert!(approved(&version), "it was completed before the version was moved");
    version.stage_since = world.now + jiff::SignedDuration::from_hours(1);
    assert!(!approved(&version), "the version went elsewhere since");
    version.stage = "PRODUCTION".to_owned();
    assert!(approved(&version), "it stands where the change brought it");
}

#[test]
fn a_change_that_nobody_said_was_made_is_spent_too_once_its_version_has_left() {
    let mut world = World::new();
    let id = world.request(20, content(ChangeType::ModelUpdate)).unwrap();
    world.submit(id, &[]).unwrap();
    world.approve(id, &[TECH, SECURITY, OWNER]);
    let mut version = world.versions[1].clone();
    let approved = |version: &Version| facts_of_version(&world.hearing(id), version).approved;
    version.stage_since = world.now + jiff::SignedDuration::from_hours(1);
    assert!(!approved(&version), "it stood in production, and went elsewhere after the request");
    version.stage_since = world.now - jiff::SignedDuration::from_hours(1);
    assert!(approved(&version), "it had left before: this is the way back");
    version.stage_since = world.now + jiff::SignedDuration::from_hours(1);
    version.stood_in.clear();
    assert!(approved(&version), "it never stood there, and only came nearer since");
}

#[test]
fn a_spent_change_stays_spent_when_somebody_says_later_that_it_was_made() {
    let mut world = World::new();
    let id = world.request(20, content(ChangeType::ModelUpdate)).unwrap();
    world.submit(id, &[]).unwrap();
    world.approve(id, &[TECH, SECURITY, OWNER]);
    let mut version = world.versions[1].clone();
    version.stage_since = world.now + jiff::SignedDuration::from_mins(1);
    assert!(facts_of_version(&world.hearing(id), &version).spent);
    world.now += jiff::SignedDuration::from_hours(1);
    world.start(id).unwrap();
    assert!(facts_of_version(&world.hearing(id), &version).spent, "it was begun after the version had left");
    world.complete(id, true).unwrap();
    let known = facts_of_version(&world.hearing(id), &version);
    assert!(known.spent && !known.approved && !known.lets_into("PRODUCTION"));
}

#[test]
fn beginning_a_change_freezes_no_signature_before_the_version_is_there() {
    let (mut world, id) = submitted(ChangeType::ModelUpdate);
    world.approve(id, &[TECH, SECURITY, OWNER]);
    let version = world.versions[1].clone();
    let elsewhere = Version { stage: "STAGING".to_owned(), stage_since: world.now, ..version.clone() };
    let there = Version { stage: "PRODUCTION".to_owned(), ..version };
    let known = facts_of_version(&world.hearing(id), &elsewhere);
    assert!(known.approved);
    let mut signers = known.signers;
    signers.sort_unstable();
    assert_eq!(signers, [id_of(TECH), id_of(SECURITY)], "the owner attests to their own work");
    world.start(id).unwrap();
    world.person(TECH, &[]);
    assert!(!facts_of_version(&world.hearing(id), &elsewhere).approved);
    assert!(facts_of_version(&world.hearing(id), &there).approved, "it was approved on the day it was made");
}
