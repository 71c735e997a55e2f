//! A step that waits for an approved change: what lets it pass, what it says where nothing does, and what it leaves alone.

use assent_domain::change_request::{ChangeFacts, ChangeType, StateName, Window};
use assent_domain::ids::ChangeId;
use assent_domain::pack::{Pack, weaker};
use assent_domain::workflow::{self, Decision, StateName as PromotionState, StepState};
use assent_domain::{Code, Time};
use jiff::SignedDuration;
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::authority::world::{
    ANNE, BEN, MAKER, OWNER, REQUESTER, World, codes, compiled, documents, id, kinds, noon,
};

const PROMOTION: &str = "00000000-0000-0000-0000-0000000000c8";

/// The way to production with a change behind the last review.
fn with_change(when: Option<&str>) -> Vec<Value> {
    let mut documents = documents();
    let mut step = json!({"id": "change", "type": "change"});
    if let Some(when) = when {
        step["when"] = json!(when);
    }
    let way = documents.iter_mut().find(|document| document["kind"] == "Workflow").unwrap();
    way["steps"].as_array_mut().unwrap().push(step);
    documents.push(json!({"kind": "ChangeRules", "id": "changes", "downtime": "HIGH",
        "fixed": {"EMERGENCY": "CRITICAL", "ROLLBACK": "MEDIUM"},
        "byType": {"MODEL_UPDATE": "HIGH", "CONFIG_CHANGE": "LOW", "PROMPT_UPDATE": "LOW", "INFRASTRUCTURE": "LOW"},
        "environments": {"PROD": "HIGH", "DEV": "LOW"}}));
    documents
}

/// A version whose reviews are given.
fn reviewed() -> World {
    let world = under_review(&with_change(None));
    assert_eq!(world.promotion().state_at(noon()), PromotionState::InReview, "the change is missing");
    world
}

/// The same under this pack.
fn under_review(documents: &[Value]) -> World {
    let mut world = World::under(documents.to_vec());
    world.ask();
    world.review("attest", OWNER, Decision::Approved).unwrap();
    world.review("compliance", ANNE, Decision::Approved).unwrap();
    world.review("security", BEN, Decision::Approved).unwrap();
    world
}

fn known(kind: ChangeType, state: StateName, approved: bool) -> ChangeFacts {
    let id = ChangeId(Uuid::from_u128(7));
    let environment = "PROD".to_owned();
    let (spent, rejected, signers) = (false, false, vec![]);
    let blackouts = Some(vec![]);
    ChangeFacts { id, kind, state, environment, risk: None, approved, spent, rejected, blackouts, signers }
}

fn approved() -> ChangeFacts {
    known(ChangeType::ModelUpdate, StateName::Approved, true)
}

/// A pack whose production rests on the day after the tests begin, and a change whose request rests in the hour after that.
pub(super) fn resting() -> (Vec<Value>, ChangeFacts) {
    let mut documents = with_change(None);
    let rules = documents.iter_mut().find(|document| document["kind"] == "ChangeRules").unwrap();
    let tomorrow = noon().to_zoned(TimeZone::UTC).date().tomorrow().unwrap();
    rules["blackouts"] = json!([
        {"from": tomorrow, "until": tomorrow, "reason": "stocktaking", "environments": ["PROD"]},
        {"from": "2020-01-01", "until": "2099-12-31", "reason": "elsewhere", "environments": ["DEV"]}
    ]);
    let from = midnight_after(1).checked_add(SignedDuration::from_hours(24)).unwrap();
    let until = from.checked_add(SignedDuration::from_hours(1)).unwrap();
    (documents, ChangeFacts { blackouts: Some(vec![Window { from, until }]), ..approved() })
}

/// The midnight that many days after noon of the first day.
pub(super) fn midnight_after(days: i64) -> Time {
    noon().checked_add(SignedDuration::from_hours(days * 24 - 12)).unwrap()
}

fn state(world: &World) -> StepState {
    world.judgement().steps.iter().find(|step| step.step == "change").unwrap().state
}

#[test]
fn without_a_change_the_gate_says_what_to_ask_for() {
    let mut world = World::under(with_change(None));
    assert_eq!(state(&world), StepState::Waiting);
    let before = world.gate();
    let reason = before.reasons.iter().find(|reason| reason.code == "change-missing").unwrap();
    assert_eq!(reason.remedy, "ask for it with `assent change request`, and let its reviewers sign");
    world = reviewed();
    assert_eq!(state(&world), StepState::Open);
    let answer = world.gate();
    assert_eq!(codes(&answer), ["change-missing"]);
    assert_eq!(
        answer.reasons[0].message,
        "the step `change` needs an approved change that puts the version into `PROD`; there is none"
    );
    assert_eq!(
        answer.reasons[0].remedy,
        format!(
            "ask for it with `assent change request --promotion {PROMOTION}`, and let its reviewers sign"
        )
    );
    assert_eq!(world.complete().unwrap_err().code, Code::GateShut);
    assert_eq!(
        world.review("change", ANNE, Decision::Approved).unwrap_err().code,
        Code::UnknownStep,
        "nobody decides it here"
    );
}

#[test]
fn only_an_approved_change_that_puts_the_version_there_counts() {
    use ChangeType::{ConfigChange, Emergency, Infrastructure, ModelUpdate, PromptUpdate, Rollback};
    use StateName::{Approved, Completed, InProgress, Scheduled, UnderReview};
    let table = [
        (known(ModelUpdate, Approved, true), true),
        (known(ModelUpdate, Scheduled, true), true),
        (known(ModelUpdate, InProgress, true), true),
        (known(ModelUpdate, Completed, true), true),
        (known(Rollback, Approved, true), true),
        (known(Emergency, InProgress, false), true),
        (known(Emergency, UnderReview, false), false),
        (known(Emergency, Completed, false), false),
        (known(ModelUpdate, InProgress, false), false),
        (known(ModelUpdate, UnderReview, false), false),
        (known(ModelUpdate, Approved, false), false),
        (known(ConfigChange, Approved, true), false),
        (known(PromptUpdate, Approved, true), false),
        (known(Infrastructure, Approved, true), false),
        (ChangeFacts { environment: "DEV".to_owned(), ..approved() }, false),
        (ChangeFacts { spent: true, ..known(Emergency, InProgress, false) }, false),
        (ChangeFacts { rejected: true, ..known(Emergency, InProgress, false) }, false),
        (ChangeFacts { signers: vec![id(ANNE), id(BEN)], ..approved() }, true),
        (ChangeFacts { signers: vec![id(ANNE), id(REQUESTER)], ..approved() }, false),
        (ChangeFacts { signers: vec![id(MAKER)], ..approved() }, false),
        (ChangeFacts { signers: vec![id(OWNER)], ..approved() }, false),
    ];
    for (facts, passes) in table {
        let mut world = reviewed();
        world.placing = Some(facts.clone());
        let expect = if passes { StepState::Passed } else { StepState::Open };
        assert_eq!(state(&world), expect, "{facts:?}");
        assert_eq!(world.gate().is_eligible(), passes, "{facts:?}");
    }
    let mut world = reviewed();
    world.placing = Some(known(ModelUpdate, UnderReview, false));
    let reason = world.gate().reasons.remove(0);
    assert!(
        reason.message.ends_with("the last one, `00000000-0000-0000-0000-000000000007`, is UNDER_REVIEW")
    );
    assert!(reason.remedy.contains("assent change show 00000000-0000-0000-0000-000000000007"), "{reason:?}");
    world.placing = Some(known(ModelUpdate, Approved, false));
    assert!(world.gate().reasons[0].message.ends_with("and lost a signature or was used before"));
}

#[test]
fn the_approval_of_the_change_leaves_the_reviews_as_they_are_and_approves_the_promotion() {
    let mut world = reviewed();
    let before = world.judgement();
    assert!(workflow::approve(world.promotion(), &world.case(), &before).is_none());
    world.placing = Some(approved());
    let judgement = world.judgement();
    assert_eq!(judgement.evidence, before.evidence);
    assert_eq!(judgement.approvals().count(), 3);
    assert!(judgement.steps.iter().all(|step| step.lapsed.is_empty()));
    let noted = workflow::approve(world.promotion(), &world.case(), &judgement).unwrap();
    world.happen(&[noted], BEN);
    assert_eq!(world.promotion().state_at(noon()), PromotionState::Approved);
    assert!(workflow::approve(world.promotion(), &world.case(), &judgement).is_none(), "once");
    world.complete().unwrap();
}

#[test]
fn a_change_that_is_there_before_lets_the_last_review_approve() {
    let mut world = World::under(with_change(None));
    world.placing = Some(approved());
    world.ask();
    world.review("attest", OWNER, Decision::Approved).unwrap();
    world.review("compliance", ANNE, Decision::Approved).unwrap();
    let last = world.review("security", BEN, Decision::Approved).unwrap();
    assert_eq!(kinds(&last), ["reviewDecided", "promotionApproved"]);
}

#[test]
fn what_stands_there_is_not_asked_for_another_change() {
    let mut world = reviewed();
    world.placing = Some(approved());
    world.complete().unwrap();
    for later in [None, Some(known(ChangeType::ModelUpdate, StateName::Failed, false))] {
        world.placing = later;
        assert_eq!(state(&world), StepState::Passed);
        assert!(world.gate().is_eligible());
    }
}

#[test]
fn an_emergency_of_the_promotion_does_not_stand_for_the_change() {
    let mut world = World::under(with_change(None));
    world.ask();
    world.break_glass();
    let answer = world.gate();
    assert_eq!(codes(&answer), ["change-missing"]);
    assert!(!answer.emergency.unwrap().steps.contains(&"change".to_owned()));
    // The same two may let an emergency change start.
    world.placing = Some(known(ChangeType::Emergency, StateName::InProgress, false));
    world.complete().unwrap();
    // The reviews are given afterwards, and nothing else is asked for.
    world.review("attest", OWNER, Decision::Approved).unwrap();
    world.review("compliance", ANNE, Decision::Approved).unwrap();
    let last = world.review("security", BEN, Decision::Approved).unwrap();
    assert_eq!(kinds(&last), ["reviewDecided", "emergencyFollowedUp"]);
}

#[test]
fn the_step_applies_where_its_condition_says() {
    let step = |when: &str| state(&World::under(with_change(Some(when))));
    assert_eq!(step("has(champion.version)"), StepState::NotApplicable);
    assert_eq!(step("!has(champion.version)"), StepState::Waiting);
}

#[test]
fn a_pack_that_no_longer_asks_for_the_change_is_weaker() {
    let before = compiled(with_change(None));
    let mut without = with_change(None);
    let way = without.iter_mut().find(|document| document["kind"] == "Workflow").unwrap();
    let change = way["steps"].as_array_mut().unwrap().pop().unwrap();
    assert_eq!(weaker(&before, &compiled(without.clone())), ["step `change` of way `to-prod` removed"]);
    assert!(weaker(&compiled(without.clone()), &before).is_empty());
    let way = without.iter_mut().find(|document| document["kind"] == "Workflow").unwrap();
    let open = json!({"id": "change", "type": "deployment", "stage": "DEV"});
    way["steps"].as_array_mut().unwrap().push(open);
    assert_eq!(weaker(&before, &compiled(without)).len(), 1, "another kind of step");
    assert_eq!(change["type"], "change");
}

#[test]
fn a_change_step_needs_an_environment_to_change() {
    let mut without = with_change(None);
    without.retain(|document| document["kind"] != "ChangeRules");
    let without = without.into_iter().map(|document| ("p.yaml".to_owned(), document)).collect();
    let problems = Pack::compile(without).unwrap_err();
    let texts: Vec<String> = problems.iter().map(|problem| format!("{problem:?}")).collect();
    let expected = "no change is made in `PROD`: name it among the `environments` of the `ChangeRules`";
    assert!(texts.iter().any(|text| text.contains("steps/4") && text.contains(expected)), "{texts:?}");
}

#[test]
fn a_promotion_that_waits_for_no_change_is_approved_by_none() {
    let mut documents = documents();
    let way = documents.iter_mut().find(|document| document["kind"] == "Workflow").unwrap();
    way["steps"].as_array_mut().unwrap().truncate(1);
    let mut world = World::under(documents);
    world.placing = Some(approved());
    world.ask();
    let judgement = world.judgement();
    assert!(judgement.is_complete());
    assert!(workflow::approve(world.promotion(), &world.case(), &judgement).is_none());
}

/// To the millisecond: the version goes there when a change may be made, and the gate says the same as who completes.
#[test]
fn a_version_does_not_go_there_in_a_blackout_of_its_change_or_of_the_pack() {
    let (documents, change) = resting();
    let (of_pack, of_request) = (midnight_after(1), midnight_after(2));
    let end = of_request.checked_add(SignedDuration::from_hours(1)).unwrap();
    let tick = SignedDuration::from_millis(1);
    let table = [
        (of_pack.checked_sub(tick).unwrap(), None),
        (of_pack, Some("stocktaking")),
        (of_request.checked_sub(tick).unwrap(), Some("stocktaking")),
        (of_request, Some("blackout of the request")),
        (end.checked_sub(tick).unwrap(), Some("blackout of the request")),
        (end, None),
    ];
    for (now, blackout) in table {
        let mut world = under_review(&documents);
        world.placing = Some(change.clone());
        world.now = now;
        let answer = world.gate();
        assert_eq!(state(&world), StepState::Passed, "nobody has to do anything: {now}");
        let Some(words) = blackout else {
            assert!(answer.is_eligible(), "{now} {answer:?}");
            world.complete().unwrap();
            continue;
        };
        assert_eq!(codes(&answer), ["blackout"], "{now}");
        assert!(answer.reasons[0].message.contains(words), "{answer:?}");
        assert!(answer.reasons[0].remedy.contains("EMERGENCY"), "{answer:?}");
        let refusal = world.complete().unwrap_err();
        assert_eq!((refusal.code, refusal.message), (Code::Blackout, answer.reasons[0].message.clone()));
    }
}

#[test]
fn what_cannot_wait_goes_there_in_a_blackout_and_what_stands_there_stays() {
    let (documents, change) = resting();
    let emergency = known(ChangeType::Emergency, StateName::InProgress, false);
    let rollback = known(ChangeType::Rollback, StateName::Approved, true);
    for urgent in [emergency, rollback] {
        let mut world = under_review(&documents);
        world.placing = Some(ChangeFacts { blackouts: None, ..urgent });
        world.now = midnight_after(1);
        assert!(world.gate().is_eligible());
        world.complete().unwrap();
        world.placing = Some(change.clone());
        assert!(world.gate().is_eligible(), "it is there");
    }
    // An emergency of the promotion stands for reviews, and for no time.
    let mut world = World::under(documents.clone());
    world.ask();
    world.break_glass();
    world.placing = Some(change.clone());
    world.now = midnight_after(1);
    assert_eq!(codes(&world.gate()), ["blackout"]);
    // Where something else is missing, that is said too; where no change is asked for, nothing rests.
    let mut world = World::under(documents);
    world.ask();
    world.placing = Some(change.clone());
    world.now = midnight_after(1);
    let said = world.gate();
    assert!(codes(&said).contains(&"approval-missing") && codes(&said).contains(&"blackout"), "{said:?}");
    assert_eq!(world.complete().unwrap_err().code, Code::GateShut);
    let mut without = resting().0;
    let way = without.iter_mut().find(|document| document["kind"] == "Workflow").unwrap();
    way["steps"].as_array_mut().unwrap().pop();
    let mut world = under_review(&without);
    world.placing = Some(change);
    world.now = midnight_after(1);
    world.complete().unwrap();
}

/// The way is then as it is without the step: whoever has nobody to ask does not approve either.
#[test]
fn a_step_that_does_not_apply_approves_nothing() {
    for (when, approves) in [("has(champion.version)", false), ("!has(champion.version)", true)] {
        let mut documents = with_change(Some(when));
        let way = documents.iter_mut().find(|document| document["kind"] == "Workflow").unwrap();
        let steps = way["steps"].as_array_mut().unwrap();
        steps.drain(1..steps.len() - 1);
        let mut world = World::under(documents);
        world.placing = Some(approved());
        world.ask();
        let judgement = world.judgement();
        assert!(judgement.is_complete());
        let noted = workflow::approve(world.promotion(), &world.case(), &judgement);
        assert_eq!(noted.is_some(), approves, "{when}");
    }
}

/// The first way out of a refusal is a change that is approved: what is not lets nothing in, whatever the time.
#[test]
fn a_change_that_lets_nothing_in_has_no_blackout() {
    let (documents, change) = resting();
    let mut world = under_review(&documents);
    world.placing = Some(ChangeFacts { approved: false, ..change });
    world.now = midnight_after(1);
    assert_eq!(codes(&world.gate()), ["change-missing"]);
}
