//! The life of an exception: every state with every command, and who decides.

use assent_domain::exception::{self, StateName};
use assent_domain::signoff::Verdict;
use assent_domain::{Code, Refusal};
use jiff::SignedDuration;

use crate::exceptions::world::{ANNE, BEN, CLEO, OWNER, REQUESTER, World, kinds, new, noon, person, sealed};

/// An exception in that state.
fn in_state(state: StateName) -> World {
    let mut world = World::new();
    world.request(1, &new("card", "1d")).unwrap();
    if state == StateName::Draft {
        return world;
    }
    if state == StateName::Withdrawn {
        run(&mut world, "withdraw").unwrap();
        return world;
    }
    world.submit(1).unwrap();
    match state {
        StateName::Draft | StateName::Submitted | StateName::Withdrawn => {}
        StateName::Rejected => drop(world.sign(1, ANNE, Verdict::Rejected).unwrap()),
        StateName::Approved | StateName::Active | StateName::Expired => run(&mut world, "sign").unwrap(),
        StateName::Revoked | StateName::Remediated => {
            run(&mut world, "sign").unwrap();
            run(&mut world, if state == StateName::Revoked { "revoke" } else { "remediate" }).unwrap();
        }
    }
    let hours = if state == StateName::Expired { 24 } else { -i64::from(state == StateName::Approved) };
    world.now = world.now.checked_add(SignedDuration::from_hours(hours)).unwrap();
    world
}

/// Carries out a command as somebody who may.
fn run(world: &mut World, command: &str) -> Result<(), Refusal> {
    let held = || world.get(1);
    let (changes, actor) = match command {
        "submit" => return world.submit(1).map(drop),
        "sign" => return world.sign(1, ANNE, Verdict::Approved).map(drop),
        "reject" => return world.sign(1, ANNE, Verdict::Rejected).map(drop),
        "withdraw" => {
            let changes = exception::withdraw(held(), &world.situation(), None, person(REQUESTER));
            (changes?, REQUESTER)
        }
        "revoke" => {
            let by = world.people[&person(ANNE)].clone();
            let changes =
                world.with_case(1, |case| exception::revoke(held(), &world.situation(), case, &by, sealed()));
            (changes?, ANNE)
        }
        "remediate" => {
            (exception::remediate(held(), &world.situation(), sealed(), person(REQUESTER))?, REQUESTER)
        }
        other => panic!("{other}"),
    };
    world.happen(&changes, actor);
    Ok(())
}

#[test]
fn every_state_takes_just_the_commands_that_are_legal_in_it() {
    use StateName::{Active, Approved, Draft, Rejected, Remediated, Revoked, Submitted, Withdrawn};
    let commands: [(&str, &[StateName], StateName); 6] = [
        ("submit", &[Draft], Submitted),
        ("sign", &[Submitted], Active),
        ("reject", &[Submitted], Rejected),
        ("withdraw", &[Draft, Submitted], Withdrawn),
        ("revoke", &[Approved, Active], Revoked),
        ("remediate", &[Approved, Active], Remediated),
    ];
    for state in StateName::ALL {
        for (command, legal, then) in commands {
            let mut world = in_state(state);
            assert_eq!(world.get(1).state_at(world.now), state);
            let before = world.exceptions.clone();
            match run(&mut world, command) {
                Ok(()) => {
                    assert!(legal.contains(&state), "{state:?} {command}");
                    assert_eq!(world.get(1).state_at(world.now), then, "{state:?} {command}");
                }
                Err(refusal) => {
                    assert!(!legal.contains(&state), "{state:?} {command}: {refusal}");
                    assert_eq!(refusal.code, Code::WrongState, "{state:?} {command}");
                    let possible: Vec<&str> = state.moves().iter().map(|possible| possible.done()).collect();
                    let possible = if possible.is_empty() {
                        "nothing is left to do".to_owned()
                    } else {
                        format!("it can be {}", possible.join(" or "))
                    };
                    let begins = format!("an exception that is {} cannot be ", state.name());
                    assert!(refusal.message.starts_with(&begins), "{state:?} {command}: {refusal}");
                    assert!(refusal.message.ends_with(&possible), "{state:?} {command}: {refusal}");
                    assert_eq!(world.exceptions, before);
                }
            }
        }
    }
}

#[test]
fn it_is_active_from_its_approval_until_its_end() {
    let mut world = World::new();
    world.approved(1, &new("card", "1d"));
    let approval = world.get(1).approval.unwrap();
    assert_eq!((approval.at, approval.ends_at), (noon(), "2026-11-22T12:00:00Z".parse().unwrap()));
    for (time, state) in [
        ("2026-11-21T11:59:59.999Z", StateName::Approved),
        ("2026-11-21T12:00:00Z", StateName::Active),
        ("2026-11-22T11:59:59.999Z", StateName::Active),
        ("2026-11-22T12:00:00Z", StateName::Expired),
        ("2026-11-22T12:00:01Z", StateName::Expired),
    ] {
        let time = time.parse().unwrap();
        assert_eq!(world.get(1).state_at(time), state, "{time}");
        assert_eq!(world.get(1).holds_at(time), state == StateName::Active, "{time}");
    }
}

#[test]
fn who_asks_owns_or_lacks_the_role_does_not_sign() {
    let mut world = World::new();
    world.request(1, &new("card", "1d")).unwrap();
    world.submit(1).unwrap();
    for (signer, code) in [
        (REQUESTER, Code::ReviewerIsRequester),
        (OWNER, Code::ReviewerIsRequester),
        (BEN, Code::ReviewerLacksRole),
        (CLEO, Code::ReviewerLacksRole),
    ] {
        let refusal = world.sign(1, signer, Verdict::Approved).unwrap_err();
        assert_eq!(refusal.code, code, "{signer}");
    }
    let changes = world.sign(1, ANNE, Verdict::Approved).unwrap();
    assert_eq!(kinds(&changes), ["exceptionSigned", "exceptionApproved"]);
}

#[test]
fn a_tier_that_rises_asks_for_its_own_roles_and_one_that_falls_changes_nothing() {
    let mut world = World::new();
    world.request(1, &new("card", "1d")).unwrap();
    world.submit(1).unwrap();
    world.model.tier = "HIGH".to_owned();
    assert_eq!(world.get(1).roles(&world.model, &world.pack).unwrap(), ["a", "b"]);
    assert_eq!(kinds(&world.sign(1, ANNE, Verdict::Approved).unwrap()), ["exceptionSigned"]);
    assert_eq!(
        kinds(&world.sign(1, BEN, Verdict::Approved).unwrap()),
        ["exceptionSigned", "exceptionApproved"]
    );

    let mut world = World::new();
    world.model.tier = "HIGH".to_owned();
    world.request(1, &new("card", "1d")).unwrap();
    world.submit(1).unwrap();
    world.model.tier = "LOW".to_owned();
    assert_eq!(kinds(&world.sign(1, ANNE, Verdict::Approved).unwrap()), ["exceptionSigned"]);
    assert_eq!(world.get(1).state(), StateName::Submitted);
}

#[test]
fn the_requester_or_owner_withdraws_and_remediates_and_an_approver_revokes() {
    let mut world = World::new();
    world.request(1, &new("card", "1d")).unwrap();
    let situation = world.situation();
    for (actor, may) in [(REQUESTER, true), (OWNER, true), (ANNE, false)] {
        let asked = [
            exception::submit(world.get(1), &situation, person(actor)).map(drop),
            exception::withdraw(world.get(1), &situation, None, person(actor)).map(drop),
        ];
        for asked in asked {
            let expected = if may { Ok(()) } else { Err(Code::NotTheRequester) };
            assert_eq!(asked.map_err(|refusal| refusal.code), expected, "{actor}");
        }
    }
    world.submit(1).unwrap();
    world.sign(1, ANNE, Verdict::Approved).unwrap();
    let situation = world.situation();
    for (actor, remediates, revokes) in
        [(REQUESTER, true, true), (OWNER, true, true), (ANNE, false, true), (BEN, false, false)]
    {
        let remediated = exception::remediate(world.get(1), &situation, sealed(), person(actor));
        assert_eq!(remediated.is_ok(), remediates, "{actor}");
        let by = &world.people[&person(actor)];
        let revoked =
            world.with_case(1, |case| exception::revoke(world.get(1), &situation, case, by, sealed()));
        let expected = if revokes { Ok(()) } else { Err(Code::ReviewerLacksRole) };
        assert_eq!(revoked.map(drop).map_err(|refusal| refusal.code), expected, "{actor}");
    }
}
