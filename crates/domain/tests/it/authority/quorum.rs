//! Several people in several roles: as many people as are asked for, each in a role of their own.

use assent_domain::Code;
use assent_domain::identity::Grant;
use assent_domain::ids::GrantId;
use assent_domain::workflow::{Decision, StepState};
use serde_json::json;

use crate::authority::world::{ANNE, BEN, DORA, MAX, World, with};

/// A compliance review by so many people in any of three roles.
fn any_of_three(people: u32) -> World {
    let mut world = World::under(with("Workflow", |way| {
        way["steps"][2]["roles"] = json!(["compliance", "security", "risk"]);
        way["steps"][2]["mode"] = json!("anyRoles");
        way["steps"][2]["people"] = json!(people);
    }));
    world.change(DORA, |dora| dora.grants = vec![Grant::of(GrantId(uuid::Uuid::nil()), "compliance")]);
    world.ask();
    world
}

fn missing(world: &World) -> (StepState, u32) {
    let steps = world.judgement().steps;
    assert!(steps.iter().all(|step| step.missing_people <= step.required_people));
    (steps[2].state, steps[2].missing_people)
}

#[test]
fn two_people_decide_in_two_roles() {
    let mut world = any_of_three(2);
    world.review("compliance", ANNE, Decision::Approved).unwrap();
    assert_eq!(missing(&world), (StepState::Open, 1));
    let again = world.review("compliance", ANNE, Decision::Approved);
    assert_eq!(again.unwrap_err().code, Code::ReviewerDecidedAlready);
    world.review("compliance", DORA, Decision::Approved).unwrap();
    assert_eq!(missing(&world), (StepState::Open, 1), "two people in one role");
    assert_eq!(world.judgement().steps[2].required_people, 2, "however many have approved");
    world.review("compliance", BEN, Decision::Approved).unwrap();
    assert_eq!(missing(&world), (StepState::Passed, 0));
}

#[test]
fn three_people_decide_in_three_roles() {
    let mut world = any_of_three(3);
    for (who, left) in [(ANNE, 2), (BEN, 1)] {
        world.review("compliance", who, Decision::Approved).unwrap();
        assert_eq!(missing(&world), (StepState::Open, left));
    }
    // Who holds all three decides in the one that is missing.
    world.review("compliance", MAX, Decision::Approved).unwrap();
    assert_eq!(missing(&world), (StepState::Passed, 0));
    let roles: Vec<String> =
        world.promotion().reviews.iter().filter_map(|record| record.review.role.clone()).collect();
    assert_eq!(roles, ["compliance", "security", "risk"]);
}
