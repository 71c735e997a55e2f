//! Every state of promotions, delegations and proposals with everything that somebody can try.

use assent_domain::delegation::{self, DelegationState};
use assent_domain::identity::Grant;
use assent_domain::ids::{GrantId, ProposalId};
use assent_domain::proposal::{self, Approver, Proposal, Proposed};
use assent_domain::signoff::Verdict;
use assent_domain::workflow::{self, Decision, Move, StateName};
use assent_domain::{Aggregate, Change, Code, Refusal, Stamp, aggregate};
use jiff::SignedDuration;
use serde_json::json;
use uuid::Uuid;

use crate::authority::world::{ANNE, BEN, CARL, MAX, OWNER, RITA, World, id as person, sealed, with};

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// A refusal that comes from the state says it, what was tried, and all that is possible.
fn says(refusal: &Refusal, begin: &str, possible: &[&str]) -> bool {
    let possible = if possible.is_empty() {
        "nothing is left to do".to_owned()
    } else {
        format!("it can be {}", possible.join(" or "))
    };
    refusal.code == Code::WrongState && refusal.message == format!("{begin}; {possible}")
}

fn promotion_in(state: StateName) -> World {
    let settings = |settings: &mut serde_json::Value| settings["promotionsExpireAfter"] = json!("30d");
    let mut world = World::under(with("Settings", settings));
    world.draft();
    if state != StateName::Draft {
        world.submit().unwrap();
    }
    match state {
        StateName::Draft | StateName::InReview => {}
        StateName::ChangesRequired => {
            world.review("compliance", ANNE, Decision::ChangesRequested).unwrap();
        }
        StateName::Approved | StateName::Completed => {
            for (step, by) in [("attest", OWNER), ("compliance", ANNE), ("security", BEN)] {
                world.review(step, by, Decision::Approved).unwrap();
            }
        }
        StateName::Rejected => drop(world.review("compliance", ANNE, Decision::Rejected).unwrap()),
        StateName::Withdrawn => drop(world.withdraw().unwrap()),
        StateName::Expired => world.pass(DAY * 30),
    }
    if state == StateName::Completed {
        world.complete().unwrap();
    }
    assert_eq!(world.promotion().state_at(world.now), state);
    world
}

#[test]
fn every_move_of_a_promotion_is_tried_in_every_state() {
    use StateName::{Approved, ChangesRequired, Draft, InReview};
    for state in StateName::ALL {
        for wanted in Move::ALL {
            let expected: &[StateName] = match wanted {
                Move::Submit => &[Draft, ChangesRequired],
                Move::Assign => &[Draft, ChangesRequired, InReview],
                Move::Review | Move::BreakGlass | Move::Complete => &[InReview, Approved],
                Move::Withdraw => &[Draft, ChangesRequired, InReview, Approved],
            };
            let what = format!("{wanted:?} in {state:?}");
            assert_eq!(state.moves().contains(&wanted), expected.contains(&state), "{what}");
            let mut world = promotion_in(state);
            let before = world.promotion.clone();
            let answer = match wanted {
                Move::Submit => world.submit(),
                Move::Assign => world.assign("security", BEN),
                Move::Review => world.review("compliance", ANNE, Decision::Approved),
                Move::BreakGlass => world.declare(RITA),
                Move::Complete => world.complete(),
                Move::Withdraw => world.withdraw(),
            };
            let possible: Vec<&str> = state.moves().iter().map(|possible| possible.done()).collect();
            let begin = format!("a promotion that is {} cannot be {}", state.name(), wanted.done());
            match answer {
                Ok(_) => {
                    assert!(expected.contains(&state), "{what}");
                    assert_ne!(world.promotion, before, "{what}");
                }
                Err(refusal) => {
                    let by_state = says(&refusal, &begin, &possible);
                    assert_eq!(by_state, !expected.contains(&state), "{what}: {refusal}");
                    assert_eq!(world.promotion, before, "{what}");
                }
            }
        }
    }
}

#[test]
fn every_move_of_a_delegation_is_tried_in_every_state() {
    for state in DelegationState::ALL {
        let mut world = World::new();
        world.delegate(ANNE, MAX, "compliance").unwrap();
        match state {
            DelegationState::Planned => world.now = world.now.checked_sub(DAY).unwrap(),
            DelegationState::Active => {}
            DelegationState::Ended => world.pass(DAY * 7),
            DelegationState::Revoked => drop(world.revoke(ANNE).unwrap()),
        }
        assert_eq!(world.delegations[0].state_at(world.now), state);
        let legal = matches!(state, DelegationState::Planned | DelegationState::Active);
        assert_eq!(state.moves().contains(&delegation::Move::Revoke), legal, "{state:?}");
        let before = world.delegations.clone();
        match world.revoke(MAX) {
            Ok(_) => assert!(legal, "{state:?}"),
            Err(refusal) => {
                let begin = format!("a delegation that is {} cannot be revoked", state.name());
                assert!(!legal && says(&refusal, &begin, &[]), "{state:?}: {refusal}");
                assert_eq!(world.delegations, before);
            }
        }
    }
}

#[test]
fn every_move_of_a_proposal_is_tried_in_every_state() {
    use proposal::StateName;
    let id = ProposalId(Uuid::from_u128(400));
    let world = World::new();
    let (proposer, second) = (world.person(ANNE), world.person(BEN));
    let grant = Grant::of(GrantId(Uuid::nil()), "security");
    let grants = || Proposed::GrantRole { principal: person(MAX), grant: grant.clone() };
    let evolved = |before: Option<Proposal>, changes: &[Change], actor: u128| {
        let stamp = Stamp { at: world.now, actor: person(actor) };
        let mut state = before.map(Into::into);
        for change in changes {
            state = Some(aggregate::evolve(state, id.0, &change.event, &stamp).unwrap());
        }
        match state {
            Some(Aggregate::Proposal(proposal)) => (*proposal).clone(),
            other => panic!("{other:?}"),
        }
    };
    for state in StateName::ALL {
        let open = evolved(None, &proposal::propose(id, grants(), world.now), ANNE);
        let mut now = world.now;
        let held = match state {
            StateName::Open => open,
            StateName::Expired => {
                now = now.checked_add(DAY * 7).unwrap();
                open
            }
            StateName::Confirmed => {
                let change =
                    proposal::confirm(&open, &second, &proposer, None, Approver::NotAsked, open.digest, now)
                        .unwrap();
                evolved(Some(open), &[change], BEN)
            }
            StateName::Declined => {
                let changes = proposal::decline(&open, &second, &proposer, sealed(), now).unwrap();
                evolved(Some(open), &changes, BEN)
            }
            StateName::Withdrawn => {
                let changes = proposal::withdraw(&open, &proposer, None, now).unwrap();
                evolved(Some(open), &changes, ANNE)
            }
        };
        assert_eq!(held.state_at(now), state);
        for wanted in [proposal::Move::Confirm, proposal::Move::Decline, proposal::Move::Withdraw] {
            let answer = match wanted {
                proposal::Move::Confirm => {
                    let approver = Approver::NotAsked;
                    proposal::confirm(&held, &second, &proposer, None, approver, held.digest, now).map(|_| ())
                }
                proposal::Move::Decline => {
                    proposal::decline(&held, &second, &proposer, sealed(), now).map(|_| ())
                }
                proposal::Move::Withdraw => proposal::withdraw(&held, &proposer, None, now).map(|_| ()),
            };
            let legal = state == StateName::Open;
            assert_eq!(state.moves().contains(&wanted), legal, "{wanted:?} in {state:?}");
            let begin = format!("a proposal that is {} cannot be {}", state.name(), wanted.done());
            match answer {
                Ok(()) => assert!(legal, "{wanted:?} in {state:?}"),
                Err(refusal) => assert!(!legal && says(&refusal, &begin, &[]), "{wanted:?}: {refusal}"),
            }
        }
    }
}

#[test]
fn a_promotion_that_is_over_stays_so_whatever_is_tried() {
    for state in [StateName::Rejected, StateName::Withdrawn, StateName::Expired, StateName::Completed] {
        assert_eq!(state.moves(), [], "{state:?}");
        let mut world = promotion_in(state);
        let condition = workflow::meet_condition(world.promotion(), &world.model, "c", None, person(OWNER));
        assert_eq!(condition.unwrap_err().code, Code::ConditionNotOpen);
        assert!(world.sign(CARL, Verdict::Approved).is_err());
    }
}
