//! Where a no sends a version back to.

use assent_domain::workflow::{Decision, StateName};
use assent_domain::{Code, Event};
use serde_json::{Value, json};

use crate::authority::world::{ANNE, BEN, World, codes, compiled, documents, kinds, with};

/// A way through a stage between the first and the last, and what it says about a no.
fn three_stages(on_rejected: &Value) -> Vec<Value> {
    let mut documents = with("Workflow", |way| {
        way["from"] = json!(["MIDDLE"]);
        if !on_rejected.is_null() {
            way["onRejected"] = on_rejected.clone();
        }
    });
    for stage in documents.iter_mut().filter(|document| document["id"] == "PROD") {
        stage["order"] = json!(3);
    }
    documents.push(json!({"kind": "Stage", "id": "MIDDLE", "title": "M", "order": 2}));
    documents.push(json!({"kind": "Stage", "id": "GONE", "title": "G", "order": 9, "retired": true}));
    documents
}

/// A version in the stage between, under review for the last.
fn in_review(on_rejected: &Value) -> World {
    let mut world = World::under(three_stages(on_rejected));
    "MIDDLE".clone_into(&mut world.version.stage);
    world.ask();
    world
}

#[test]
fn a_no_sends_a_version_back_just_where_it_stands_later() {
    for (stands, return_to, goes) in [
        ("MIDDLE", None, None),
        ("MIDDLE", Some("MIDDLE"), None),
        ("MIDDLE", Some("DEV"), Some("DEV")),
        ("PROD", Some("MIDDLE"), Some("MIDDLE")),
        ("DEV", Some("MIDDLE"), None),
        ("GONE", Some("MIDDLE"), None),
    ] {
        for decision in [Decision::Rejected, Decision::ChangesRequested, Decision::Approved] {
            let mut world = in_review(&return_to.map_or(Value::Null, |stage| json!({"returnTo": stage})));
            stands.clone_into(&mut world.version.stage);
            let changes = world.review("compliance", ANNE, decision).unwrap();
            let goes = goes.filter(|_| decision == Decision::Rejected);
            let moved: Vec<&str> =
                kinds(&changes).into_iter().filter(|kind| *kind == "versionStageChanged").collect();
            assert_eq!(moved.len(), usize::from(goes.is_some()), "{stands} {return_to:?} {decision:?}");
            assert_eq!(world.version.stage, goes.unwrap_or(stands), "{stands} {return_to:?} {decision:?}");
        }
    }
}

#[test]
fn the_event_names_the_promotion_and_the_way_begins_anew() {
    let mut world = in_review(&json!({"returnTo": "DEV"}));
    let changes = world.review("compliance", ANNE, Decision::Rejected).unwrap();
    assert_eq!(kinds(&changes), ["reviewDecided", "versionStageChanged"]);
    let Event::VersionStageChanged(moved) = &changes[1].event else { panic!() };
    assert_eq!((moved.from.as_str(), moved.to.as_str()), ("MIDDLE", "DEV"));
    assert_eq!((moved.promotion, moved.superseded_by), (Some(world.promotion().id), None));
    assert_eq!(world.promotion().state_at(world.now), StateName::Rejected);
    assert!(codes(&world.gate()).contains(&"stage-not-reachable"), "it has to reach the stage between again");
    assert_eq!(world.review("compliance", ANNE, Decision::Rejected).unwrap_err().code, Code::WrongState);
}

#[test]
fn what_went_through_in_an_emergency_leaves_when_a_reviewer_says_no() {
    let mut world = in_review(&json!({"returnTo": "MIDDLE"}));
    world.break_glass();
    world.complete().unwrap();
    assert_eq!(world.version.stage, "PROD");
    let rejected = world.review("compliance", ANNE, Decision::Rejected).unwrap();
    assert_eq!(kinds(&rejected), ["reviewDecided", "emergencyFollowedUp", "versionStageChanged"]);
    assert_eq!(world.version.stage, "MIDDLE");
    let codes = codes(&world.gate());
    assert!(codes.contains(&"promotion-over") && !world.gate().is_eligible(), "{codes:?}");
    world.ask();
    assert_eq!(world.promotion().state_at(world.now), StateName::InReview, "it can be asked for anew");
}

#[test]
fn what_left_since_and_came_back_by_another_way_stays() {
    let mut world = in_review(&json!({"returnTo": "MIDDLE"}));
    world.break_glass();
    world.complete().unwrap();
    world.pass(jiff::SignedDuration::from_hours(1));
    world.version.stage_since = world.now;
    let rejected = world.review("compliance", ANNE, Decision::Rejected).unwrap();
    assert_eq!(kinds(&rejected), ["reviewDecided", "emergencyFollowedUp"]);
    assert_eq!(world.version.stage, "PROD");
}

#[test]
fn the_workflow_that_was_pinned_decides() {
    let mut world = in_review(&json!({"returnTo": "DEV"}));
    world.pack = compiled(three_stages(&Value::Null));
    world.review("compliance", ANNE, Decision::Rejected).unwrap();
    assert_eq!(world.version.stage, "DEV");

    let mut world = in_review(&Value::Null);
    world.pack = compiled(three_stages(&json!({"returnTo": "DEV"})));
    world.review("compliance", ANNE, Decision::Rejected).unwrap();
    assert_eq!(world.version.stage, "MIDDLE");
}

#[test]
fn a_stage_that_the_pack_in_force_has_no_more_is_nowhere_to_return_to() {
    let mut world = World::under(with("Workflow", |way| way["onRejected"] = json!({"returnTo": "DEV"})));
    world.ask();
    world.break_glass();
    world.complete().unwrap();
    let renamed = documents().into_iter().map(|mut document| {
        if document["id"] == "DEV" {
            document["id"] = json!("LAB");
        }
        if document["kind"] == "Workflow" {
            document["from"] = json!(["LAB"]);
        }
        document
    });
    world.pack = compiled(renamed.collect());
    let rejected = world.review("compliance", ANNE, Decision::Rejected).unwrap();
    assert_eq!(kinds(&rejected), ["reviewDecided", "emergencyFollowedUp"]);
    assert!(codes(&world.gate()).contains(&"emergency-rejected"), "the gate is shut all the same");
    assert_eq!(world.review("security", BEN, Decision::Approved).unwrap_err().code, Code::WrongState);
}
