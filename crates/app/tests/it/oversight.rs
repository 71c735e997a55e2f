//! Who answers for a model, and when it is to be reviewed again, from the ledger to the gate.

use crate::common;

use assent_app::oversight::{AccountabilityCommand, PeriodicReviewCommand, answering};
use assent_app::view::Snapshot;
use assent_app::{Command, cases, replay, verify};
use assent_domain::accountability::NewPost;
use assent_domain::facts::Target;
use assent_domain::ids::{ModelId, PeriodicReviewId, PrincipalId, PromotionId, VersionId};
use assent_domain::periodic_review::{NewFinding, Outcome};
use assent_domain::registry::VersionCommand;
use assent_domain::signoff::{NewSignature, Verdict};
use assent_domain::workflow::{Decision, NewReview};
use assent_domain::{Code, Sealed};
use assent_log::verify::Level;
use common::{World, card};
use jiff::SignedDuration;
use serde_json::{Value, json};

fn sealed(world: &World) -> Sealed {
    Sealed { subject: world.id(), data: "AAAA".to_owned() }
}

fn facts(world: &World, version: VersionId) -> Value {
    let read = world.store.read().unwrap();
    let (view, now) = (Snapshot::new(&*read), world.assent.wiring.now());
    let case = cases::of_version(&view, world.assent.ledger.packs(), version, None, now).unwrap();
    assert!(case.oversight.is_none(), "no condition of the pack reads it");
    case.overseen(&view).unwrap().judge().facts
}

fn assign(world: &World, model: ModelId, role: &str, principal: PrincipalId) -> Command {
    let new = NewPost { role: role.to_owned(), principal, until: None, reason: sealed(world) };
    Command::Accountability(model, Box::new(AccountabilityCommand::Assign(new)))
}

/// Brings a version into service.
async fn promoted(world: &World, owner: PrincipalId, version: VersionId) {
    let (compliance, security) = (world.person(&["compliance"]).await, world.person(&["security"]).await);
    let deployer = world.person(&["deployer"]).await;
    let attach = Command::Version(version, Box::new(VersionCommand::Attach(card())));
    world.run(owner, attach).await.unwrap();
    let id = PromotionId(world.id());
    let target = Target { stage: "PROD".to_owned(), environment: None, strategy: None, replicas: None };
    let ask = Command::RequestPromotion { id, version, target, comment: None, submit: true };
    world.run(owner, ask).await.unwrap();
    for (reviewer, step) in [(compliance, "compliance"), (security, "security")] {
        let review = NewReview {
            step: step.to_owned(),
            role: None,
            decision: Decision::Approved,
            comment: None,
            conditions: Vec::new(),
            evidence: world.evidence(id),
        };
        world.run(reviewer, Command::Review(id, Box::new(review))).await.unwrap();
    }
    world.run(deployer, Command::CompletePromotion(id)).await.unwrap();
}

#[tokio::test]
async fn a_model_in_service_is_reviewed_in_time_or_overdue() {
    let world = World::new().await;
    let owner = world.person(&["model_owner"]).await;
    let compliance = world.person(&["compliance"]).await;
    let (model, version) = world.version(owner, "scoring").await;
    assert_eq!(facts(&world, version)["review"], json!({"overdue": false}));
    promoted(&world, owner, version).await;
    let since = facts(&world, version)["review"].clone();
    assert_eq!((since["overdue"].as_bool(), since.get("last")), (Some(false), None));
    let first = since["next"].as_str().unwrap().to_owned();

    let review = |id, command| Command::PeriodicReview(id, Box::new(command));
    let id = PeriodicReviewId(world.id());
    world.run(owner, review(id, PeriodicReviewCommand::Open(model))).await.unwrap();
    let other = PeriodicReviewId(world.id());
    assert_eq!(
        world.refused(owner, review(other, PeriodicReviewCommand::Open(model))).await,
        Code::PeriodicReviewOpen
    );
    for section in ["PERFORMANCE", "DRIFT", "INCIDENTS", "COMPLIANCE"] {
        let new = NewFinding {
            section: section.to_owned(),
            outcome: Outcome::Ok,
            finding: sealed(&world),
            actions: Vec::new(),
        };
        world.run(owner, review(id, PeriodicReviewCommand::Find(new))).await.unwrap();
    }
    world.clock.advance(SignedDuration::from_hours(24 * 31));
    assert_eq!(facts(&world, version)["review"]["overdue"], true);
    world.run(owner, review(id, PeriodicReviewCommand::Submit)).await.unwrap();
    let yes = NewSignature { role: None, verdict: Verdict::Approved, comment: None };
    world.run(compliance, review(id, PeriodicReviewCommand::Sign(yes))).await.unwrap();
    let after = facts(&world, version)["review"].clone();
    assert_eq!(after["overdue"], false);
    assert!(after["last"].is_string() && after["next"].as_str().unwrap() > first.as_str(), "{after}");

    let read = world.store.read().unwrap();
    let report = verify::verify(&*read, Level::Schema, &[], &[]).unwrap();
    assert!(report.is_sound(), "{:?}", report.damages);
    let (mut frames, mut rows) = (Vec::new(), Vec::new());
    replay::send(&*read, &mut frames).unwrap();
    replay::serve(&mut frames.as_slice(), &mut rows).unwrap();
    let report = replay::compare(&*read, &mut rows.as_slice()).unwrap();
    assert!(report.is_sound(), "{report:#?}");
}

#[tokio::test]
async fn what_the_ledger_knows_is_what_the_coverage_says() {
    let world = World::new().await;
    let owner = world.person(&["model_owner"]).await;
    let other = world.person(&["model_owner"]).await;
    let stranger = world.person(&[]).await;
    let (model, version) = world.version(owner, "scoring").await;
    assert_eq!(facts(&world, version)["model"]["accountability"]["missing"], json!(["model_owner"]));
    assert_eq!(
        world.refused(other, assign(&world, model, "model_owner", other)).await,
        Code::PermissionMissing
    );
    assert_eq!(
        world.refused(owner, assign(&world, model, "model_owner", stranger)).await,
        Code::NotAssignable
    );
    let nobody = PrincipalId(world.id());
    assert_eq!(world.refused(owner, assign(&world, model, "model_owner", nobody)).await, Code::NotFound);
    world.run(owner, assign(&world, model, "model_owner", other)).await.unwrap();
    assert_eq!(facts(&world, version)["model"]["accountability"]["complete"], true);
    let read = world.store.read().unwrap();
    let view = Snapshot::new(&*read);
    let held = assent_app::View::get::<assent_domain::registry::Model>(&view, model).unwrap().unwrap();
    let known = answering(&view, &held).unwrap();
    assert_eq!(known.people.keys().copied().collect::<Vec<_>>(), {
        let mut both = vec![owner, other];
        both.sort_unstable();
        both
    });
}
