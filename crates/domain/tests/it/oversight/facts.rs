use assent_domain::facts::{self, Answering, Inputs, Oversight};
use std::collections::BTreeMap;

use assent_domain::ids::VersionId;
use assent_domain::policy;
use assent_domain::registry::Version;
use assent_domain::registry::event::VersionRegistered;

use super::*;

fn version(world: &World) -> Version {
    let model = world.model().id;
    let event = json!({"model": model, "number": 1, "kind": "CLASSICAL", "stage": "S"});
    let event: VersionRegistered = serde_json::from_value(event).unwrap();
    Version::new(
        VersionId(Uuid::from_u128(11)),
        &event,
        &Stamp { at: time("2026-05-01T09:00:00Z"), actor: id(OWNER) },
    )
}

/// The facts and the digest of the evidence, with what is known of oversight or without.
fn built(world: &World, oversight: Option<&Oversight>) -> (Value, assent_domain::ids::Digest) {
    let (model, version) = (world.model(), version(world));
    let inputs = Inputs {
        oversight,
        model: &model,
        version: &version,
        datasets: &[],
        champion: None,
        target: None,
        exceptions: &[],
        assessment: None,
        is_first: true,
        people: &BTreeMap::new(),
        change: None,
        pack: &world.pack,
        now: world.now,
    };
    let facts = facts::build(&inputs);
    let findings = policy::check(&world.pack, &model, &version, "S", &facts, world.now);
    let digest = facts::evidence_digest(&facts, &findings);
    (facts, digest)
}

#[test]
fn conditions_read_who_answers_and_when_it_was_reviewed() {
    let mut world = World::new();
    world.pack = pack("model.accountability.complete && !review.overdue");
    world.assign("steward", STEWARD, None).unwrap();
    let oversight = Oversight {
        answering: Some(Answering { held: world.held(), people: world.people.clone() }),
        last_review: None,
        in_service_since: Some(time("2026-04-02T09:00:00Z")),
    };
    let (facts, _) = built(&world, Some(&oversight));
    assert_eq!(
        facts["model"]["accountability"],
        json!({"complete": false, "assigned": ["owner", "steward"], "missing": ["security"]})
    );
    assert_eq!(facts["review"], json!({"next": "2026-05-02T09:00:00Z", "overdue": false}));
    let (model, now) = (world.model(), world.now);
    assert_eq!(oversight.changes_next(&model, &world.pack, now), Some(time("2026-05-02T09:00:00Z")));
    world.now = time("2026-05-02T09:00:00Z");
    assert_eq!(built(&world, Some(&oversight)).0["review"]["overdue"], json!(true));
    assert_eq!(oversight.changes_next(&model, &world.pack, world.now), None);

    // Neither is evidence: an approval outlives both.
    let (_, digest) = built(&world, Some(&oversight));
    let (bare, without) = built(&world, None);
    assert!(bare["model"].get("accountability").is_none() && bare.get("review").is_none());
    // The rule fails without them, and its finding is none either.
    assert_eq!(digest, without);
}

#[test]
fn a_pack_says_whether_it_reads_them() {
    for (rule, review, accountability) in [
        ("true", false, false),
        ("model.tier == 'HIGH' && version.number > 0", false, false),
        ("!review.overdue", true, false),
        ("has(review.next)", true, false),
        ("model.accountability.complete", false, true),
        ("'security' in model.accountability.assigned", false, true),
    ] {
        let pack = pack(rule);
        assert_eq!((pack.reads_review(), pack.reads_accountability()), (review, accountability), "{rule}");
    }
}
