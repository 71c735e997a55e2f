//! What an emergency stands for, who signs it, how long it counts, and what comes after it.

use assent_domain::identity::Status;
use assent_domain::signoff::Verdict;
use assent_domain::workflow::emergency::EmergencyState;
use assent_domain::workflow::{Decision, StateName};
use assent_domain::{Code, Event, RiskLevel};
use jiff::SignedDuration;
use serde_json::json;

use crate::authority::world::{
    ANNE, BEN, CARL, DORA, MAKER, MAX, OWNER, Outcome, REQUESTER, RITA, World, codes, compiled, documents,
    id, kinds, noon, with,
};

const DAY: SignedDuration = SignedDuration::from_hours(24);
const SECOND: SignedDuration = SignedDuration::from_secs(1);

fn code(outcome: Outcome) -> Code {
    outcome.unwrap_err().code
}

fn state(world: &World) -> Option<EmergencyState> {
    world.promotion().emergencies.last().map(|emergency| emergency.state_at(world.now))
}

#[test]
fn two_signatures_stand_for_every_approval_that_is_missing() {
    let mut world = World::in_review();
    let missing =
        ["policy-failed", "policy-failed", "approval-missing", "approval-missing", "approval-missing"];
    assert_eq!(codes(&world.gate()), missing);
    assert_eq!(kinds(&world.declare(RITA).unwrap()), ["emergencyDeclared", "emergencySigned"]);
    assert_eq!(codes(&world.gate()), missing, "one person opens nothing");
    assert_eq!(code(world.complete()), Code::GateShut);
    let signed = world.sign(CARL, Verdict::Approved).unwrap();
    assert_eq!(kinds(&signed), ["emergencySigned", "emergencyGranted"]);
    assert!(signed.iter().all(|change| change.event.least_risk() == Some(RiskLevel::High)));

    let answer = world.gate();
    assert!(answer.is_eligible(), "{answer:?}");
    let standing = answer.emergency.unwrap();
    assert_eq!(standing.steps, ["attest", "compliance", "security"]);
    assert_eq!(standing.policies, ["approved", "attested"]);
    let completed = world.complete().unwrap();
    assert_eq!(kinds(&completed), ["promotionCompleted", "versionStageChanged"]);
    let Event::PromotionCompleted(event) = &completed[0].event else { panic!() };
    assert_eq!(event.emergency.as_ref().unwrap().steps, ["attest", "compliance", "security"]);
    assert_eq!(completed[0].event.least_risk(), Some(RiskLevel::High));
}

#[test]
fn what_policies_forbid_stays_forbidden_however_bad_it_is() {
    for severity in ["LOW", "CRITICAL"] {
        let documents = with("Policy", |policy| {
            if policy["id"] == "figures" {
                policy["rules"][0]["condition"] = json!("hasDocument('MODEL_CARD')");
                policy["severity"] = json!(severity);
            }
        });
        let mut world = World::new();
        world.ask();
        world.break_glass();
        assert!(world.gate().is_eligible());
        world.pack = compiled(documents);
        assert_eq!(codes(&world.gate())[0], "policy-failed", "{severity}");
        assert_eq!(code(world.complete()), Code::GateShut);

        let mut world = World::in_review();
        world.pack = compiled(with("Policy", |policy| {
            if policy["id"] == "figures" {
                policy["rules"][0]["condition"] = json!("hasDocument('MODEL_CARD')");
                policy["severity"] = json!(severity);
            }
        }));
        assert_eq!(code(world.declare(RITA)), Code::GateShut, "{severity}");
    }
}

#[test]
fn a_rule_that_asks_for_more_than_an_approval_is_not_excused() {
    for (condition, eligible) in [
        ("approvedBy('owner')", true),
        ("approvedBy('owner') && approvedBy('owner')", false),
        ("approvedBy('owner') || version.number > 1", false),
        ("'owner' in approvals.roles", false),
    ] {
        let mut world = World::under(with("Policy", |policy| {
            if policy["id"] == "attested" {
                policy["rules"][0]["condition"] = json!(condition);
            }
        }));
        world.ask();
        world.break_glass();
        assert_eq!(world.gate().is_eligible(), eligible, "{condition}");
    }
}

#[test]
fn other_evidence_is_another_case() {
    let mut world = World::in_review();
    world.declare(RITA).unwrap();
    world.attach();
    assert_eq!(code(world.sign(CARL, Verdict::Approved)), Code::EvidenceMoved);
    let mut world = World::in_review();
    world.break_glass();
    world.attach();
    assert!(!world.gate().is_eligible());
    assert_eq!(code(world.complete()), Code::GateShut);
}

#[test]
fn an_emergency_ends_to_the_second() {
    for (later, eligible) in [(DAY - SECOND, true), (DAY, false)] {
        let mut world = World::in_review();
        world.break_glass();
        world.pass(later);
        assert_eq!(world.gate().is_eligible(), eligible, "{later}");
        assert_eq!(world.complete().is_ok(), eligible);
        let mut world = World::in_review();
        world.declare(RITA).unwrap();
        world.pass(later);
        assert_eq!(world.sign(CARL, Verdict::Approved).is_ok(), eligible, "{later}");
    }
    let mut world = World::in_review();
    let before = world.judgement().valid_until;
    world.break_glass();
    assert!(world.judgement().valid_until <= noon().checked_add(DAY).unwrap(), "{before}");
    world.pass(DAY);
    world.break_glass();
    assert!(world.gate().is_eligible(), "it can be declared anew");
}

#[test]
fn the_two_are_two_persons_with_the_roles_of_the_pair() {
    let mut world = World::in_review();
    for (who, expect) in [
        (REQUESTER, Code::ReviewerIsRequester),
        (MAKER, Code::ReviewerIsCreator),
        (OWNER, Code::ReviewerIsOwner),
        (ANNE, Code::ReviewerLacksRole),
        (DORA, Code::ReviewerLacksRole),
    ] {
        assert_eq!(code(world.declare(who)), expect, "{who}");
    }
    world.declare(RITA).unwrap();
    for (who, expect) in [
        (REQUESTER, Code::ReviewerIsRequester),
        (MAKER, Code::ReviewerIsCreator),
        (OWNER, Code::ReviewerIsOwner),
        (ANNE, Code::ReviewerLacksRole),
        (RITA, Code::ReviewerDecidedAlready),
    ] {
        assert_eq!(code(world.sign(who, Verdict::Approved)), expect, "{who}");
    }
    world.change(CARL, |carl| carl.person = Some(id(RITA)));
    assert_eq!(code(world.sign(CARL, Verdict::Approved)), Code::ReviewerDecidedAlready, "a second account");
    world.sign(MAX, Verdict::Approved).unwrap();
    assert!(world.gate().is_eligible());
}

#[test]
fn signatures_count_as_long_as_they_could_be_given() {
    let undo: [(&str, fn(&mut World)); 4] = [
        ("disabled", |world| world.change(CARL, |carl| carl.status = Status::Disabled)),
        ("role lost", |world| world.change(CARL, |carl| carl.grants.clear())),
        ("linked", |world| world.change(CARL, |carl| carl.person = Some(id(RITA)))),
        ("linked to the requester", |world| world.change(CARL, |carl| carl.person = Some(id(REQUESTER)))),
    ];
    for (what, undo) in undo {
        let mut world = World::in_review();
        world.break_glass();
        assert!(world.gate().is_eligible());
        undo(&mut world);
        assert!(!world.gate().is_eligible(), "{what}");
    }
}

#[test]
fn nobody_signs_and_reviews() {
    let mut world = World::in_review();
    world.review("compliance", RITA, Decision::Approved).unwrap();
    assert_eq!(code(world.declare(RITA)), Code::ReviewerDecidedAnotherStep);
    let mut world = World::in_review();
    world.declare(RITA).unwrap();
    assert_eq!(code(world.review("compliance", RITA, Decision::Approved)), Code::ReviewerSignedEmergency);
    world.review("compliance", MAX, Decision::Approved).unwrap();
    assert_eq!(code(world.sign(MAX, Verdict::Approved)), Code::ReviewerDecidedAnotherStep);
}

#[test]
fn a_no_of_the_second_person_holds_for_the_promotion() {
    let mut world = World::in_review();
    world.declare(RITA).unwrap();
    assert_eq!(kinds(&world.sign(CARL, Verdict::Rejected).unwrap()), ["emergencySigned", "emergencyRefused"]);
    assert!(!world.gate().is_eligible());
    assert_eq!(code(world.sign(MAX, Verdict::Approved)), Code::WrongState);
    assert_eq!(code(world.declare(MAX)), Code::WrongState);
}

#[test]
fn what_reviewers_rejected_goes_through_no_more() {
    let mut world = World::in_review();
    world.break_glass();
    world.review("compliance", ANNE, Decision::Rejected).unwrap();
    assert!(codes(&world.gate()).contains(&"promotion-over"));
    assert_eq!(code(world.complete()), Code::WrongState);
    world.ask();
    assert_eq!(code(world.declare(RITA)), Code::EmergencyAfterRejection);

    let mut world = World::in_review();
    world.break_glass();
    world.review("compliance", ANNE, Decision::ChangesRequested).unwrap();
    assert!(!world.gate().is_eligible());
    world.submit().unwrap();
    assert!(!world.gate().is_eligible(), "another round needs another emergency");
    world.break_glass();
    assert!(world.gate().is_eligible());
}

/// A promotion that went through by an emergency.
fn through() -> World {
    let mut world = World::in_review();
    world.break_glass();
    world.complete().unwrap();
    world
}

#[test]
fn the_reviews_come_after_and_end_it() {
    let mut world = through();
    assert_eq!((world.version.stage.as_str(), state(&world)), ("PROD", Some(EmergencyState::FollowUpDue)));
    let answer = world.gate();
    assert!(answer.is_eligible() && answer.emergency.unwrap().is_needed());
    assert_eq!(code(world.review("compliance", RITA, Decision::Approved)), Code::ReviewerSignedEmergency);
    world.review("attest", OWNER, Decision::Approved).unwrap();
    world.review("compliance", ANNE, Decision::Approved).unwrap();
    assert_eq!(code(world.review("security", CARL, Decision::Approved)), Code::ReviewerSignedEmergency);
    assert_eq!(code(world.review("security", BEN, Decision::ChangesRequested)), Code::DecisionNotAllowed);
    let last = world.review("security", BEN, Decision::Approved).unwrap();
    assert_eq!(kinds(&last), ["reviewDecided", "emergencyFollowedUp"]);
    assert_eq!(state(&world), Some(EmergencyState::Accepted));
    assert_eq!(world.promotion().state_at(world.now), StateName::Completed);
    let answer = world.gate();
    assert!(answer.is_eligible() && answer.emergency.is_none(), "{answer:?}");
    assert_eq!(code(world.review("security", MAX, Decision::Rejected)), Code::WrongState);
    // From now on it needs its approvals, like any other.
    world.change(BEN, |ben| ben.grants.clear());
    assert!(!world.gate().is_eligible());
}

#[test]
fn a_rejection_afterwards_shuts_the_gate_until_the_version_leaves() {
    let mut world = through();
    let rejected = world.review("compliance", ANNE, Decision::Rejected).unwrap();
    assert_eq!(kinds(&rejected), ["reviewDecided", "emergencyFollowedUp"]);
    assert_eq!(state(&world), Some(EmergencyState::Rejected));
    assert_eq!(world.promotion().state_at(world.now), StateName::Completed);
    assert!(codes(&world.gate()).contains(&"emergency-rejected"));
    assert_eq!(code(world.review("compliance", MAX, Decision::Approved)), Code::WrongState);
}

#[test]
fn the_follow_up_is_overdue_to_the_second() {
    // Monday noon and two business days: until the end of Wednesday.
    let end = SignedDuration::from_hours(60);
    for (later, eligible) in [(end - SECOND, true), (end, false)] {
        let mut world = through();
        world.pass(later);
        let answer = world.gate();
        assert_eq!(answer.is_eligible(), eligible, "{later}");
        assert_eq!(codes(&answer).contains(&"follow-up-overdue"), !eligible);
        assert!(answer.emergency.is_some(), "it is flagged either way");
        // Late is better than never.
        world.review("attest", OWNER, Decision::Approved).unwrap();
        world.review("compliance", ANNE, Decision::Approved).unwrap();
        world.review("security", BEN, Decision::Approved).unwrap();
        assert!(world.gate().is_eligible());
    }
}

#[test]
fn an_emergency_that_was_not_needed_leaves_no_follow_up() {
    let mut world = World::in_review();
    world.break_glass();
    world.review("attest", OWNER, Decision::Approved).unwrap();
    world.review("compliance", ANNE, Decision::Approved).unwrap();
    world.review("security", BEN, Decision::Approved).unwrap();
    let completed = world.complete().unwrap();
    let Event::PromotionCompleted(event) = &completed[0].event else { panic!() };
    assert_eq!(event.emergency, None);
    assert_eq!(completed[0].event.least_risk(), None);
}

#[test]
fn a_pack_without_two_roles_has_no_emergencies() {
    let mut world = World::in_review();
    world.pack = compiled(documents().into_iter().filter(|it| it["kind"] != "Duties").collect());
    assert_eq!(code(world.declare(RITA)), Code::DutyUnbound);
}

/// Every state with everything that can be tried, and what is possible.
#[test]
fn each_move_is_legal_just_where_the_table_says() {
    let reach: [(EmergencyState, fn() -> World); 8] = [
        (EmergencyState::Declared, || {
            let mut world = World::in_review();
            world.declare(RITA).unwrap();
            world
        }),
        (EmergencyState::Granted, || {
            let mut world = World::in_review();
            world.break_glass();
            world
        }),
        (EmergencyState::Refused, || {
            let mut world = World::in_review();
            world.declare(RITA).unwrap();
            world.sign(CARL, Verdict::Rejected).unwrap();
            world
        }),
        (EmergencyState::Expired, || {
            let mut world = World::in_review();
            world.declare(RITA).unwrap();
            world.pass(DAY);
            world
        }),
        (EmergencyState::FollowUpDue, through),
        (EmergencyState::FollowUpOverdue, || {
            let mut world = through();
            world.pass(DAY * 4);
            world
        }),
        (EmergencyState::Accepted, || {
            let mut world = through();
            world.review("attest", OWNER, Decision::Approved).unwrap();
            world.review("compliance", ANNE, Decision::Approved).unwrap();
            world.review("security", BEN, Decision::Approved).unwrap();
            world
        }),
        (EmergencyState::Rejected, || {
            let mut world = through();
            world.review("compliance", ANNE, Decision::Rejected).unwrap();
            world
        }),
    ];
    assert_eq!(reach.map(|(state, _)| state), EmergencyState::ALL);
    let tries: [(&str, fn(&mut World) -> Outcome); 4] = [
        ("declare", |world| world.declare(MAX)),
        ("sign", |world| world.sign(MAX, Verdict::Approved)),
        ("complete", World::complete),
        ("review", |world| world.review("compliance", ANNE, Decision::Rejected)),
    ];
    for (expect, reach) in reach {
        let legal: Vec<&str> = tries
            .iter()
            .filter(|(_, attempt)| {
                let mut world = reach();
                assert_eq!(state(&world), Some(expect));
                attempt(&mut world).is_ok()
            })
            .map(|(name, _)| *name)
            .collect();
        let table: &[&str] = match expect {
            EmergencyState::Declared => &["sign", "review"],
            EmergencyState::Granted => &["complete", "review"],
            EmergencyState::Refused => &["review"],
            EmergencyState::Expired => &["declare", "review"],
            EmergencyState::FollowUpDue | EmergencyState::FollowUpOverdue => &["review"],
            EmergencyState::Accepted | EmergencyState::Rejected => &[],
        };
        assert_eq!(legal, table, "{expect:?}");
    }
}
