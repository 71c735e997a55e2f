//! Deciding in the place of somebody: whose role counts, whom it excludes, and when it stands.

use std::collections::BTreeSet;

use assent_domain::delegation::{self, NewDelegation};
use assent_domain::identity::{Scope, Status};
use assent_domain::ids::PrincipalId;
use assent_domain::registry::event::Recorded;
use assent_domain::signoff::{self, NewSignature, SignatureRecord, Verdict};
use assent_domain::workflow::{Decision, Lapse, StepState};
use assent_domain::{Code, Event, Refusal};
use jiff::SignedDuration;

use crate::authority::world::{
    ANNE, BEN, CARL, DORA, MAKER, MAX, OWNER, Outcome, REQUESTER, RITA, World, id, noon, sealed,
};

const DAY: SignedDuration = SignedDuration::from_hours(24);

fn code(outcome: Outcome) -> Code {
    outcome.unwrap_err().code
}

fn decides(world: &mut World, step: &str, delegate: u128, delegator: u128) -> Outcome {
    let acting = world.acting(delegate, delegator);
    world.review_as(step, &acting, Decision::Approved)
}

/// A promotion under review, and Dora in the place of Anne.
fn lent() -> World {
    let mut world = World::in_review();
    world.delegate(ANNE, DORA, "compliance").unwrap();
    world
}

#[test]
fn a_decision_counts_in_the_role_of_the_delegator_and_names_both() {
    let mut world = lent();
    assert_eq!(code(world.review("compliance", DORA, Decision::Approved)), Code::ReviewerLacksRole);
    let decided = decides(&mut world, "compliance", DORA, ANNE).unwrap();
    let Event::ReviewDecided(review) = &decided[0].event else { panic!() };
    assert_eq!(review.role.as_deref(), Some("compliance"));
    let behalf = review.on_behalf_of.unwrap();
    assert_eq!((behalf.delegator, behalf.delegation), (id(ANNE), world.delegations[0].id));
    let steps = world.judgement().steps;
    let step = steps.iter().find(|step| step.step == "compliance").unwrap();
    assert_eq!((step.state, step.approvals[0].reviewer), (StepState::Passed, id(DORA)));
    assert_eq!(step.approvals[0].on_behalf_of, Some(behalf));
}

#[test]
fn it_reaches_no_further_than_the_delegation_and_the_grants_of_the_delegator() {
    let narrow: [(&str, fn(&mut World)); 5] = [
        ("the delegator is disabled", |world| world.change(ANNE, |anne| anne.status = Status::Disabled)),
        ("the delegator lost the role", |world| world.change(ANNE, |anne| anne.grants.clear())),
        ("the delegator holds it for other models", |world| {
            let tiers = Some(BTreeSet::from(["LOW".to_owned()]));
            world.change(ANNE, |anne| anne.grants[0].scope = Scope { tiers, ..Scope::default() });
        }),
        ("the delegate is disabled", |world| world.change(DORA, |dora| dora.status = Status::Disabled)),
        ("it was revoked", |world| {
            let changes = delegation::revoke(&world.delegations[0], &world.person(DORA), None, world.now);
            world.happen(&changes.unwrap(), DORA);
        }),
    ];
    for (what, narrow) in narrow {
        let mut world = lent();
        narrow(&mut world);
        assert_eq!(code(decides(&mut world, "compliance", DORA, ANNE)), Code::ReviewerLacksRole, "{what}");
    }
    let tiers = |tier: &str| Scope { tiers: Some(BTreeSet::from([tier.to_owned()])), ..Scope::default() };
    for (scope, fits) in [(tiers("HIGH"), true), (tiers("LOW"), false)] {
        let mut world = World::in_review();
        let (from, until) = (world.now, world.now.checked_add(DAY).unwrap());
        let new =
            NewDelegation { roles: vec!["compliance".to_owned()], scope, from, until, reason: sealed() };
        world.give(ANNE, DORA, new).unwrap();
        assert_eq!(decides(&mut world, "compliance", DORA, ANNE).is_ok(), fits);
    }
    let mut world = lent();
    world.delegate(MAX, BEN, "compliance").unwrap();
    let mut acting = world.acting(BEN, MAX);
    acting.id = id(DORA);
    assert_eq!(
        code(world.review_as("compliance", &acting, Decision::Approved)),
        Code::ReviewerLacksRole,
        "a delegation to somebody else"
    );
}

#[test]
fn it_begins_and_ends_to_the_second() {
    let second = SignedDuration::from_secs(1);
    for (after, fits) in [(DAY - second, false), (DAY, true), (DAY * 2 - second, true), (DAY * 2, false)] {
        let mut world = World::in_review();
        let from = noon().checked_add(DAY).unwrap();
        let until = from.checked_add(DAY).unwrap();
        let roles = vec!["compliance".to_owned()];
        let new = NewDelegation { roles, scope: Scope::default(), from, until, reason: sealed() };
        world.give(ANNE, DORA, new).unwrap();
        world.pass(after);
        assert_eq!(decides(&mut world, "compliance", DORA, ANNE).is_ok(), fits, "{after}");
    }
}

#[test]
fn the_exclusions_of_both_hold() {
    for (excluded, expect) in [
        (REQUESTER, Code::ReviewerIsRequester),
        (MAKER, Code::ReviewerIsCreator),
        (OWNER, Code::ReviewerIsOwner),
    ] {
        let mut world = World::in_review();
        world.delegate(excluded, DORA, "compliance").unwrap();
        assert_eq!(code(decides(&mut world, "compliance", DORA, excluded)), expect, "in the place of one");
        let mut world = World::in_review();
        world.delegate(ANNE, excluded, "compliance").unwrap();
        assert_eq!(code(decides(&mut world, "compliance", excluded, ANNE)), expect, "by one");
    }
}

#[test]
fn both_have_decided_then() {
    // Who decided in the place of another decides no other step, and neither does the other.
    for who in [DORA, MAX] {
        let mut world = World::in_review();
        world.delegate(MAX, DORA, "compliance").unwrap();
        decides(&mut world, "compliance", DORA, MAX).unwrap();
        world.delegate(BEN, DORA, "security").unwrap();
        let second = if who == DORA {
            decides(&mut world, "security", DORA, BEN)
        } else {
            world.review("security", MAX, Decision::Approved)
        };
        assert_eq!(code(second), Code::ReviewerDecidedAnotherStep, "{who}");
    }
    // Who has decided a step is not stood in for on another one, and stands in for nobody.
    for (by, of) in [(DORA, MAX), (MAX, BEN)] {
        let mut world = World::in_review();
        world.review("compliance", MAX, Decision::Approved).unwrap();
        world.delegate(of, by, "security").unwrap();
        assert_eq!(code(decides(&mut world, "security", by, of)), Code::ReviewerDecidedAnotherStep);
    }
    // The same step is not decided twice either.
    for (by, of) in [(DORA, ANNE), (ANNE, MAX)] {
        let mut world = World::in_review();
        world.review("compliance", ANNE, Decision::Approved).unwrap();
        world.delegate(of, by, "compliance").unwrap();
        assert!(decides(&mut world, "compliance", by, of).is_err());
    }
}

#[test]
fn two_approvals_of_one_step_are_of_two_persons_each() {
    let mut world = World::under(crate::authority::world::with("Workflow", |way| {
        way["steps"][2]["roles"] = serde_json::json!(["compliance", "risk"]);
    }));
    world.ask();
    world.delegate(ANNE, DORA, "compliance").unwrap();
    world.delegate(RITA, DORA, "risk").unwrap();
    decides(&mut world, "compliance", DORA, ANNE).unwrap();
    assert_eq!(code(decides(&mut world, "compliance", DORA, RITA)), Code::ReviewerDecidedAlready);
    world.review("compliance", RITA, Decision::Approved).unwrap();
    let steps = world.judgement().steps;
    assert_eq!(steps[2].missing_people, 0);
}

#[test]
fn a_decision_stands_as_long_as_the_delegator_could_still_give_it() {
    let fate: [(&str, fn(&mut World), Option<Lapse>); 7] = [
        ("the time is over", |world| world.pass(DAY * 8), None),
        (
            "it was revoked",
            |world| {
                let changes = delegation::revoke(&world.delegations[0], &world.person(ANNE), None, world.now);
                world.happen(&changes.unwrap(), ANNE);
            },
            None,
        ),
        ("the delegate lost other roles", |world| world.change(DORA, |dora| dora.grants.clear()), None),
        (
            "the delegator lost the role",
            |world| world.change(ANNE, |anne| anne.grants.clear()),
            Some(Lapse::RoleLost),
        ),
        (
            "the delegator left",
            |world| world.change(ANNE, |anne| anne.status = Status::Disabled),
            Some(Lapse::RoleLost),
        ),
        (
            "the delegate left",
            |world| world.change(DORA, |dora| dora.status = Status::Disabled),
            Some(Lapse::RoleLost),
        ),
        (
            "the delegator was the requester all along",
            |world| world.change(ANNE, |anne| anne.person = Some(id(REQUESTER))),
            Some(Lapse::SamePerson),
        ),
    ];
    for (what, happens, expect) in fate {
        let mut world = lent();
        decides(&mut world, "compliance", DORA, ANNE).unwrap();
        happens(&mut world);
        let steps = world.judgement().steps;
        let step = steps.iter().find(|step| step.step == "compliance").unwrap();
        assert_eq!(step.lapsed.first().map(|lapsed| lapsed.lapse), expect, "{what}");
        assert_eq!(step.approvals.len(), usize::from(expect.is_none()), "{what}");
    }
}

#[test]
fn some_things_everybody_does_in_their_own_name() {
    let mut world = World::in_review();
    world.delegate(OWNER, DORA, "compliance").unwrap();
    assert_eq!(code(decides(&mut world, "attest", DORA, OWNER)), Code::NotDelegable);
    world.delegate(ANNE, OWNER, "compliance").unwrap();
    assert_eq!(code(decides(&mut world, "attest", OWNER, ANNE)), Code::NotDelegable);

    world.delegate(RITA, DORA, "risk").unwrap();
    let acting = world.acting(DORA, RITA);
    world.people.insert(id(DORA), std::sync::Arc::new(acting));
    assert_eq!(code(world.declare(DORA)), Code::NotDelegable);
    world.declare(RITA).unwrap();
    assert_eq!(code(world.sign(DORA, Verdict::Approved)), Code::NotDelegable);
}

/// A sign-off in two roles, by the same people.
struct Signoff {
    world: World,
    signatures: Vec<SignatureRecord>,
    makers: Vec<PrincipalId>,
}

impl Signoff {
    fn new() -> Self {
        let mut world = World::new();
        world.delegate(ANNE, DORA, "compliance").unwrap();
        world.delegate(BEN, DORA, "security").unwrap();
        Self { world, signatures: Vec::new(), makers: vec![id(MAKER)] }
    }

    fn ask<T>(&self, ask: impl FnOnce(&signoff::Case<'_>) -> T) -> T {
        ask(&signoff::Case {
            roles: &["compliance", "security", "owner"].map(str::to_owned),
            signatures: &self.signatures,
            requester: id(REQUESTER),
            makers: &self.makers,
            model: &self.world.model,
            people: &self.world.people,
            pack: &self.world.pack,
            now: self.world.now,
        })
    }

    fn sign(&mut self, role: &str, by: u128, of: Option<u128>) -> Result<(), Refusal> {
        let signer = match of {
            Some(of) => self.world.acting(by, of),
            None => (*self.world.person(by)).clone(),
        };
        let new = NewSignature { role: Some(role.to_owned()), verdict: Verdict::Approved, comment: None };
        let (signature, _) = self.ask(|case| signoff::sign(case, &signer, new))?;
        self.signatures
            .push(SignatureRecord { signature, recorded: Recorded { at: self.world.now, by: signer.id } });
        Ok(())
    }

    fn missing(&self) -> Vec<String> {
        self.ask(|case| signoff::standing(case).missing)
    }
}

#[test]
fn signatures_are_given_in_the_place_of_somebody_too() {
    let mut signoff = Signoff::new();
    assert_eq!(signoff.sign("compliance", DORA, None).unwrap_err().code, Code::ReviewerLacksRole);
    signoff.sign("compliance", DORA, Some(ANNE)).unwrap();
    assert_eq!(signoff.missing(), ["security", "owner"]);
    let behalf = signoff.signatures[0].signature.on_behalf_of.unwrap();
    assert_eq!(behalf.delegator, id(ANNE));
    // Both have signed: neither signs again, nor is stood in for.
    assert_eq!(signoff.sign("security", DORA, Some(BEN)).unwrap_err().code, Code::ReviewerDecidedAlready);
    signoff.world.delegate(CARL, ANNE, "security").unwrap();
    assert_eq!(signoff.sign("security", ANNE, Some(CARL)).unwrap_err().code, Code::ReviewerDecidedAlready);
    signoff.sign("security", CARL, None).unwrap();
    // Nobody attests for the owner.
    signoff.world.delegate(OWNER, MAX, "risk").unwrap();
    assert_eq!(signoff.sign("owner", MAX, Some(OWNER)).unwrap_err().code, Code::NotTheOwner);
    signoff.sign("owner", OWNER, None).unwrap();
    assert!(signoff.missing().is_empty());

    signoff.world.pass(DAY * 8);
    assert!(signoff.missing().is_empty(), "the delegation is over, and what was signed stands");
    signoff.world.change(ANNE, |anne| anne.grants.clear());
    assert_eq!(signoff.missing(), ["compliance"]);
}

#[test]
fn signatures_inherit_the_exclusions_of_both() {
    for excluded in [REQUESTER, MAKER] {
        let mut signoff = Signoff::new();
        signoff.world.delegate(excluded, DORA, "compliance").unwrap();
        let code = signoff.sign("compliance", DORA, Some(excluded)).unwrap_err().code;
        assert_eq!(code, Code::ReviewerIsRequester, "in the place of one");
        signoff.world.delegate(ANNE, excluded, "compliance").unwrap();
        let code = signoff.sign("compliance", excluded, Some(ANNE)).unwrap_err().code;
        assert_eq!(code, Code::ReviewerIsRequester, "by one");
    }
    let mut signoff = Signoff::new();
    signoff.sign("compliance", DORA, Some(ANNE)).unwrap();
    signoff.world.change(ANNE, |anne| anne.person = Some(id(REQUESTER)));
    assert!(signoff.missing().contains(&"compliance".to_owned()), "linked since");
}
