//! Steps that the conditions of the pack let pass without a person.

use assent_domain::workflow::{Decision, StepState};
use assent_domain::{Code, Event};
use serde_json::{Value, json};

use crate::authority::world::{ANNE, BEN, OWNER, World, codes, compiled, documents, kinds, with};

/// The pack with a rule on the compliance review.
fn ruled(tiers: &[&str], when: &str) -> Vec<Value> {
    with("Workflow", |way| {
        way["steps"][2]["autoApprove"] = json!({"tiers": tiers, "when": when});
    })
}

fn step(world: &World) -> (StepState, bool) {
    let steps = world.judgement().steps;
    let step = steps.iter().find(|step| step.step == "compliance").unwrap();
    (step.state, step.automatic)
}

#[test]
fn a_step_passes_where_the_condition_holds_for_the_tier() {
    for (tiers, when, passes) in [
        (&["HIGH"][..], "reported('f1') >= 0.9", true),
        (&["LOW", "HIGH"], "reported('f1') >= 0.9", true),
        (&["LOW"], "reported('f1') >= 0.9", false),
        (&["HIGH"], "reported('f1') > 0.9", false),
        (&["HIGH"], "reported('nothing') > 0.9", false),
        (&["HIGH"], "improved('f1', 0.05)", false),
    ] {
        let mut world = World::under(ruled(tiers, when));
        world.ask();
        let expect = if passes { (StepState::Passed, true) } else { (StepState::Open, false) };
        assert_eq!(step(&world), expect, "{tiers:?} {when}");
        assert_eq!(world.promotion().passed.len(), usize::from(passes));
    }
}

#[test]
fn the_event_names_the_condition_and_what_it_read() {
    let mut world = World::under(ruled(&["HIGH"], "reported('f1') >= 0.9"));
    world.ask();
    let passed = &world.promotion().passed[0];
    assert_eq!((passed.step.as_str(), passed.round, passed.tier.as_str()), ("compliance", 1, "HIGH"));
    assert_eq!(passed.condition, "reported('f1') >= 0.9");
    assert_eq!(passed.facts[0].path, "version.reportedMetrics.f1");
    assert_eq!(passed.facts[0].value.as_deref(), Some("0.9"));
    let event = Event::StepPassed(passed.clone());
    assert_eq!(serde_json::to_value(&event).unwrap()["type"], "stepPassed");
}

#[test]
fn it_counts_for_no_role_and_the_others_still_decide() {
    let mut world = World::under(ruled(&["HIGH"], "true"));
    world.ask();
    assert!(world.judgement().approvals().all(|approval| approval.step != "compliance"));
    assert!(!world.gate().is_eligible());
    world.review("attest", OWNER, Decision::Approved).unwrap();
    let last = world.review("security", BEN, Decision::Approved).unwrap();
    assert_eq!(kinds(&last), ["reviewDecided", "promotionApproved"]);
    assert!(world.gate().is_eligible());
    world.complete().unwrap();
    assert!(world.gate().is_eligible(), "it stands once the version is there");
}

#[test]
fn other_evidence_another_tier_another_pack_open_the_step_again() {
    let undo: [(&str, fn(&mut World)); 2] =
        [("evidence", World::attach), ("tier", |world| world.model.tier = "LOW".to_owned())];
    for (what, undo) in undo {
        let mut world = World::under(ruled(&["LOW", "HIGH"], "true"));
        world.ask();
        assert_eq!(step(&world), (StepState::Passed, true));
        undo(&mut world);
        assert_eq!(step(&world), (StepState::Open, false), "{what}");
    }
}

#[test]
fn a_champion_that_came_since_is_compared_with() {
    let mut world = World::under(ruled(&["HIGH"], "!has(champion.version)"));
    world.ask();
    assert_eq!(step(&world), (StepState::Passed, true));
    world.champion = Some(world.version.clone());
    assert_eq!(step(&world), (StepState::Open, false), "the condition holds no more");
}

#[test]
fn where_a_person_said_no_a_person_decides() {
    let mut world = World::under(ruled(&["HIGH"], "true"));
    world.ask();
    world.review("compliance", ANNE, Decision::ChangesRequested).unwrap();
    assert_eq!(codes(&world.gate()).iter().filter(|code| **code == "promotion-not-submitted").count(), 1);
    let submitted = world.submit().unwrap();
    assert_eq!(kinds(&submitted), ["promotionSubmitted"]);
    assert_eq!(step(&world), (StepState::Open, false));
    world.review("compliance", ANNE, Decision::Approved).unwrap();
    assert_eq!(step(&world), (StepState::Passed, false));
}

#[test]
fn nothing_passes_where_a_policy_failed() {
    let mut documents = ruled(&["HIGH"], "true");
    for policy in documents.iter_mut().filter(|document| document["id"] == "figures") {
        policy["rules"][0]["condition"] = json!("hasDocument('MODEL_CARD')");
    }
    let mut world = World::under(documents);
    world.ask();
    assert!(world.promotion().passed.is_empty());
    world.attach();
    assert_eq!(kinds(&world.submit().unwrap()), ["promotionSubmitted", "stepPassed"]);
    assert_eq!(world.submit().unwrap_err().code, Code::WrongState);
}

#[test]
fn the_pack_is_checked() {
    let problems = |documents: Vec<Value>| {
        let documents = documents.into_iter().map(|document| ("f".to_owned(), document)).collect();
        let problems = assent_domain::pack::Pack::compile(documents).err().unwrap_or_default();
        problems.into_iter().map(|problem| (problem.place, problem.message)).collect::<Vec<_>>()
    };
    for (tiers, when, place, message) in [
        (&["NONE"][..], "true", "steps/2/autoApprove/tiers", "no tier `NONE`"),
        (&[], "true", "steps/2/autoApprove/tiers", "name the tiers"),
        (&["HIGH"], "1", "steps/2/autoApprove/when", ""),
        (&["HIGH"], "approvedBy('security')", "steps/2/autoApprove/when", "reads approvals"),
    ] {
        let found = problems(ruled(tiers, when));
        assert!(found.iter().any(|(at, says)| at == place && says.contains(message)), "{found:?}");
    }
    let mut narrow = ruled(&["HIGH"], "true");
    narrow.iter_mut().filter(|it| it["kind"] == "Workflow").for_each(|way| way["tiers"] = json!(["LOW"]));
    assert!(problems(narrow).iter().any(|(_, says)| says.contains("do not take this way")));
    assert!(problems(ruled(&["HIGH", "LOW"], "improved('f1', 0.05)")).is_empty());
}

#[test]
fn passing_without_a_person_is_weaker() {
    let weaker = |before: Vec<Value>, after: Vec<Value>| {
        assent_domain::pack::weaker(&compiled(before), &compiled(after)).len()
    };
    let rule = || ruled(&["HIGH"], "reported('f1') >= 0.9");
    assert_eq!(weaker(documents(), rule()), 1);
    assert_eq!(weaker(rule(), documents()), 0);
    assert_eq!(weaker(rule(), rule()), 0);
    assert_eq!(weaker(rule(), ruled(&["HIGH", "LOW"], "reported('f1') >= 0.9")), 1);
    assert_eq!(weaker(ruled(&["HIGH", "LOW"], "true"), ruled(&["LOW"], "true")), 0);
    assert_eq!(weaker(rule(), ruled(&["HIGH"], "true")), 1);
    let settings = |field: &str, value: Value| with("Settings", |settings| settings[field] = value.clone());
    for (field, same, longer) in [
        ("emergencyExpiresAfter", json!("1d"), json!("2d")),
        ("emergencyFollowUp", json!(2), json!(3)),
        ("delegationsAtMost", json!("30d"), json!("31d")),
    ] {
        assert_eq!(weaker(documents(), settings(field, same.clone())), 0, "{field}");
        assert_eq!(weaker(documents(), settings(field, longer.clone())), 1, "{field}");
        assert_eq!(weaker(settings(field, longer), documents()), 0, "{field}");
    }
}
