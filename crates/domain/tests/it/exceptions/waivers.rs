//! What an exception excuses: which findings, of which versions, until when.

use std::collections::BTreeMap;

use assent_domain::Time;
use assent_domain::facts::{Inputs, Target};
use assent_domain::gate::{self, GateAnswer};
use assent_domain::ids::VersionId;
use assent_domain::policy::FindingStatus::{self, Error, Excepted, Failed, Passed};
use assent_domain::workflow::{self, Case, Judgement};
use jiff::SignedDuration;
use serde_json::json;
use uuid::Uuid;

use crate::exceptions::world::{World, exception_id, new, noon};

fn judged(world: &World, version: usize, now: Time) -> (Judgement, GateAnswer) {
    let target = Target { stage: "PROD".to_owned(), environment: None, strategy: None, replicas: None };
    let people = BTreeMap::new();
    let inputs = Inputs {
        oversight: None,
        model: &world.model,
        version: &world.versions[version],
        datasets: &[],
        champion: None,
        target: Some(&target),
        assessment: None,
        is_first: true,
        people: &people,
        change: None,
        exceptions: &world.exceptions,
        pack: &world.pack,
        now,
    };
    let case = Case { inputs, promotion: None, placing: None };
    let judgement = workflow::judge(&case);
    let answer = gate::gate(&case, &judgement);
    (judgement, answer)
}

fn status(judgement: &Judgement, policy: &str) -> FindingStatus {
    judgement.findings.iter().find(|finding| finding.policy == policy).unwrap().status
}

#[test]
fn what_failed_is_excepted_and_what_cannot_be_judged_is_not() {
    let mut world = World::new();
    let (before, shut) = judged(&world, 0, noon());
    world.approved(1, &new("card", "1d"));
    world.approved(2, &new("broken", "1d"));
    world.approved(3, &new("endless", "1d"));
    let (judgement, answer) = judged(&world, 0, noon());
    for (policy, expected) in [("card", Excepted), ("free", Failed), ("broken", Error), ("endless", Passed)] {
        assert_eq!(status(&judgement, policy), expected, "{policy}");
    }
    let card = judgement.findings.iter().find(|finding| finding.policy == "card").unwrap();
    assert_eq!((card.exception, card.blocks()), (Some(exception_id(1)), false));

    // Only what was needed was used; facts list all that hold.
    let used: Vec<_> = answer.exceptions_used.iter().map(|used| (&*used.policy, used.exception)).collect();
    assert_eq!(used, [("card", exception_id(1))]);
    assert_eq!(judgement.facts["exceptions"]["policies"], json!(["broken", "card", "endless"]));
    let list = &judgement.facts["exceptions"]["list"];
    assert_eq!(list[1]["exception"], exception_id(1).to_string());
    assert_eq!(list[1]["endsAt"], "2026-11-22T12:00:00Z");

    // It counts as passed, and is told apart. What reviews bind to is what was found.
    let (was, is) = (&shut.compliance, &answer.compliance);
    assert_eq!((is.checks_passed, is.checks_excepted), (was.checks_passed + 1, 1));
    assert!(is.score > was.score && was.checks_excepted == 0);
    assert_eq!(judgement.evidence, before.evidence);
}

#[test]
fn an_exception_for_a_version_is_for_that_version() {
    let mut world = World::new();
    let mut request = new("card", "1d");
    request.version = Some(VersionId(Uuid::from_u128(12)));
    world.approved(1, &request);
    assert_eq!(status(&judged(&world, 0, noon()).0, "card"), Failed);
    assert_eq!(status(&judged(&world, 1, noon()).0, "card"), Excepted);
}

#[test]
fn of_two_exceptions_the_one_that_ends_last_counts() {
    let mut world = World::new();
    world.approved(1, &new("card", "2d"));
    let mut next = new("card", "1d");
    next.extends = Some(exception_id(1));
    world.approved(2, &next);
    assert_eq!(judged(&world, 0, noon()).1.exceptions_used[0].exception, exception_id(1));
}

/// The whole way across both ends of an exception, in steps that meet them exactly: the state, the findings, the facts, the
/// gate and the horizon of a judgement never disagree.
#[test]
fn everything_agrees_on_when_an_exception_holds() {
    let mut world = World::new();
    world.approved(1, &new("card", "3m"));
    let until: Time = "2026-11-21T12:03:00Z".parse().unwrap();
    let steps = (-2_000..182_000).step_by(500).chain([-1, 0, 1, 179_999, 180_000, 180_001]);
    let mut held = 0;
    for millis in steps {
        let now = noon().checked_add(SignedDuration::from_millis(millis)).unwrap();
        let holds = (0..180_000).contains(&millis);
        held += u32::from(holds);
        let (judgement, answer) = judged(&world, 0, now);
        assert_eq!(world.get(1).holds_at(now), holds, "{now}");
        assert_eq!(status(&judgement, "card") == FindingStatus::Excepted, holds, "{now}");
        assert_eq!(judgement.facts["exceptions"]["policies"] == json!(["card"]), holds, "{now}");
        assert_eq!(!answer.exceptions_used.is_empty(), holds, "{now}");
        let blamed = answer.reasons.iter().any(|reason| reason.message.starts_with("card "));
        assert_eq!(blamed, !holds, "{now}");
        // A judgement made now is not relied on beyond the next boundary.
        let next = if millis < 0 { noon() } else { until };
        assert!(now >= until || judgement.valid_until <= next, "{now}: {}", judgement.valid_until);
    }
    assert!(held > 300, "{held}");
}
