//! Giving delegations and ending them.

use assent_domain::delegation::{self, DelegationState, NewDelegation};
use assent_domain::identity::{PrincipalKind, Scope, Status};
use assent_domain::{Code, Time};
use jiff::SignedDuration;
use std::collections::BTreeSet;

use crate::authority::world::{ANNE, BEN, DORA, MAX, NOBODY, Outcome, World, id, kinds, noon, sealed};

fn code(outcome: Outcome) -> Code {
    outcome.unwrap_err().code
}

fn after(days: i64) -> Time {
    noon().checked_add(SignedDuration::from_hours(24 * days)).unwrap()
}

fn new(role: &str) -> NewDelegation {
    NewDelegation {
        roles: vec![role.to_owned()],
        scope: Scope::default(),
        from: noon(),
        until: after(7),
        reason: sealed(),
    }
}

#[test]
fn it_is_given_to_a_reviewer_in_roles_that_the_giver_holds() {
    let mut world = World::new();
    assert_eq!(kinds(&world.give(ANNE, DORA, new("compliance")).unwrap()), ["delegationGiven"]);
    for (to, expect) in [(ANNE, Code::NotADelegate), (NOBODY, Code::NotADelegate)] {
        assert_eq!(code(world.give(ANNE, to, new("compliance"))), expect, "{to}");
    }
    for (role, expect) in [
        ("security", Code::RoleNotDelegable),
        ("reader", Code::RoleNotDelegable),
        ("nothing", Code::UnknownRole),
    ] {
        assert_eq!(code(world.give(ANNE, DORA, new(role))), expect, "{role}");
    }
    assert_eq!(code(world.give(NOBODY, DORA, new("reader"))), Code::RoleNotDelegable, "it decides nothing");
    let twice = NewDelegation { roles: vec!["compliance".to_owned(); 2], ..new("compliance") };
    assert_eq!(code(world.give(ANNE, DORA, twice)), Code::Duplicate);
    let none = NewDelegation { roles: Vec::new(), ..new("compliance") };
    assert_eq!(code(world.give(ANNE, DORA, none)), Code::TooMany);
    let tiers = Some(BTreeSet::from(["NONE".to_owned()]));
    let nowhere = NewDelegation { scope: Scope { tiers, ..Scope::default() }, ..new("compliance") };
    assert_eq!(code(world.give(ANNE, DORA, nowhere)), Code::UnknownTier);
}

#[test]
fn what_was_lent_is_not_lent_on() {
    let mut world = World::new();
    world.give(ANNE, DORA, new("compliance")).unwrap();
    assert_eq!(code(world.give(DORA, BEN, new("compliance"))), Code::RoleNotDelegable);
}

#[test]
fn only_to_another_active_person() {
    let undo: [(&str, fn(&mut World)); 3] = [
        ("disabled", |world| world.change(DORA, |dora| dora.status = Status::Disabled)),
        ("linked", |world| world.change(DORA, |dora| dora.person = Some(id(ANNE)))),
        ("a service account", |world| world.change(DORA, |dora| dora.kind = PrincipalKind::Service)),
    ];
    for (what, undo) in undo {
        let mut world = World::new();
        undo(&mut world);
        assert_eq!(code(world.give(ANNE, DORA, new("compliance"))), Code::NotADelegate, "{what}");
    }
    let mut world = World::new();
    world.change(ANNE, |anne| anne.kind = PrincipalKind::Service);
    assert_eq!(code(world.give(ANNE, DORA, new("compliance"))), Code::ReviewerIsNotAPerson);
}

#[test]
fn its_period_lies_ahead_and_is_not_too_long() {
    for (from, until, expect) in [
        (noon(), after(30), None),
        (after(60), after(90), None),
        (after(-1), after(1), None),
        (noon(), after(31), Some(Code::DurationTooLong)),
        (after(-9), noon(), Some(Code::InvalidValue)),
        (after(2), after(2), Some(Code::InvalidValue)),
        (after(3), after(2), Some(Code::InvalidValue)),
    ] {
        let mut world = World::new();
        let given = world.give(ANNE, DORA, NewDelegation { from, until, ..new("compliance") });
        assert_eq!(given.err().map(|refusal| refusal.code), expect, "{from} {until}");
    }
    let mut world = World::new();
    world.change(ANNE, |anne| anne.grants[0].until = Some(after(5)));
    let later = NewDelegation { from: after(5), until: after(6), ..new("compliance") };
    assert_eq!(code(world.give(ANNE, DORA, later)), Code::RoleNotDelegable, "the grant is over then");
}

#[test]
fn somebody_has_so_many_and_no_more() {
    let world = World::new();
    let (anne, dora) = (world.person(ANNE), world.person(DORA));
    let give = |open| {
        let number = uuid::Uuid::nil().into();
        delegation::give(number, &anne, &dora, new("compliance"), open, &world.pack, world.now)
    };
    assert!(give(49).is_ok());
    assert_eq!(code(give(50)), Code::TooManyOpen);
}

/// Every state, with who tries to revoke.
#[test]
fn each_of_the_two_ends_it_while_it_is_not_over() {
    for (days, revoked, state) in [
        (-1, false, DelegationState::Planned),
        (0, false, DelegationState::Active),
        (7, false, DelegationState::Ended),
        (0, true, DelegationState::Revoked),
    ] {
        for (who, may) in [(ANNE, true), (DORA, true), (MAX, false)] {
            let mut world = World::new();
            world.give(ANNE, DORA, new("compliance")).unwrap();
            let revoke = |world: &World, who| {
                delegation::revoke(&world.delegations[0], &world.person(who), None, world.now)
            };
            if revoked {
                let changes = revoke(&world, ANNE).unwrap();
                world.happen(&changes, ANNE);
            }
            world.now = after(days);
            assert_eq!(world.delegations[0].state_at(world.now), state);
            let is_open = matches!(state, DelegationState::Planned | DelegationState::Active);
            let expect = match (may, is_open) {
                (false, _) => Some(Code::NotTheDelegator),
                (true, false) => Some(Code::WrongState),
                (true, true) => None,
            };
            assert_eq!(revoke(&world, who).err().map(|refusal| refusal.code), expect, "{state:?} {who}");
        }
    }
}
