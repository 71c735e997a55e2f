//! A promotion from registration to production, with the refusals on the way.

use crate::common;

use assent_app::cases;
use assent_app::view::Snapshot;
use assent_app::{Command, Failure, verify};
use assent_domain::facts::Target;
use assent_domain::gate::Verdict;
use assent_domain::identity;
use assent_domain::ids::{Digest, ModelId, PrincipalId, PromotionId, VersionId};
use assent_domain::registry::VersionCommand;
use assent_domain::workflow::{Decision, NewReview};
use assent_domain::{Code, Sealed};
use assent_log::verify::Level;
use common::{World, card};
use jiff::SignedDuration;

fn prod() -> Target {
    Target { stage: "PROD".to_owned(), environment: None, strategy: None, replicas: None }
}

fn ask(id: PromotionId, version: VersionId) -> Command {
    Command::RequestPromotion { id, version, target: prod(), comment: None, submit: true }
}

fn decide(world: &World, promotion: PromotionId, step: &str, decision: Decision) -> Command {
    let comment =
        (decision != Decision::Approved).then(|| Sealed { subject: promotion.0, data: "AAAA".to_owned() });
    let review = NewReview {
        step: step.to_owned(),
        role: None,
        decision,
        comment,
        conditions: Vec::new(),
        evidence: world.evidence(promotion),
    };
    Command::Review(promotion, Box::new(review))
}

fn blind(promotion: PromotionId, evidence: Option<Digest>) -> Command {
    let (step, decision) = ("compliance".to_owned(), Decision::Approved);
    let review = NewReview { step, role: None, decision, comment: None, conditions: Vec::new(), evidence };
    Command::Review(promotion, Box::new(review))
}

fn gate(world: &World, version: VersionId) -> assent_domain::gate::GateAnswer {
    let read = world.store.read().unwrap();
    let now = world.assent.wiring.now();
    let view = Snapshot::new(&*read);
    cases::of_version(&view, world.assent.ledger.packs(), version, Some(prod()), now).unwrap().gate()
}

fn codes(answer: &assent_domain::gate::GateAnswer) -> Vec<&str> {
    answer.reasons.iter().map(|reason| reason.code).collect()
}

struct Cast {
    owner: PrincipalId,
    compliance: PrincipalId,
    security: PrincipalId,
    deployer: PrincipalId,
}

async fn cast(world: &World) -> Cast {
    Cast {
        owner: world.person(&["model_owner", "compliance"]).await,
        compliance: world.person(&["compliance", "security"]).await,
        security: world.person(&["security"]).await,
        deployer: world.person(&["deployer"]).await,
    }
}

#[tokio::test]
async fn a_version_reaches_production_by_the_rules() {
    let world = World::new().await;
    let Cast { owner, compliance, security, deployer } = cast(&world).await;
    let (_, version) = world.version(owner, "scoring").await;

    // Without a model card the automated step fails, and nobody is asked.
    let promotion = PromotionId(world.id());
    world.run(owner, ask(promotion, version)).await.unwrap();
    assert_eq!(
        world.refused(compliance, decide(&world, promotion, "compliance", Decision::Approved)).await,
        Code::WrongState
    );
    assert_eq!(
        codes(&gate(&world, version)),
        ["policy-failed", "promotion-not-submitted", "approval-missing", "approval-missing"]
    );
    assert_eq!(world.refused(owner, ask(PromotionId(world.id()), version)).await, Code::PromotionOpen);

    let attach = Command::Version(version, Box::new(VersionCommand::Attach(card())));
    world.run(owner, attach).await.unwrap();
    world.run(owner, Command::SubmitPromotion(promotion)).await.unwrap();

    let approve = |step| decide(&world, promotion, step, Decision::Approved);
    assert_eq!(world.refused(owner, approve("compliance")).await, Code::ReviewerIsRequester);
    assert_eq!(world.refused(deployer, approve("compliance")).await, Code::PermissionMissing);
    assert_eq!(world.refused(security, approve("compliance")).await, Code::ReviewerLacksRole);
    assert_eq!(world.refused(security, approve("security")).await, Code::StepNotReached);
    assert_eq!(world.refused(compliance, blind(promotion, None)).await, Code::EvidenceMissing);
    let other = Digest::of(b"what stood there before");
    assert_eq!(world.refused(compliance, blind(promotion, Some(other))).await, Code::EvidenceMoved);
    world.run(compliance, approve("compliance")).await.unwrap();
    assert_eq!(world.refused(compliance, approve("security")).await, Code::ReviewerDecidedAnotherStep);
    assert_eq!(world.refused(deployer, Command::CompletePromotion(promotion)).await, Code::GateShut);
    let receipt = world.run(security, approve("security")).await.unwrap();
    let kinds: Vec<&str> = receipt.events.iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(kinds, ["reviewDecided", "promotionApproved"]);

    assert_eq!(gate(&world, version).verdict, Verdict::Eligible);
    assert_eq!(world.refused(owner, Command::CompletePromotion(promotion)).await, Code::PermissionMissing);
    world.run(deployer, Command::CompletePromotion(promotion)).await.unwrap();
    let answer = gate(&world, version);
    assert_eq!((answer.verdict, codes(&answer)), (Verdict::Eligible, vec![]));

    let read = world.store.read().unwrap();
    let report = verify::verify(&*read, Level::Schema, &[], &[]).unwrap();
    assert!(report.is_sound(), "{:?}", report.damages);
}

#[tokio::test]
async fn separation_of_duties_holds() {
    let world = World::new().await;
    let Cast { owner, compliance, .. } = cast(&world).await;
    let creator = world.person(&["model_owner", "compliance"]).await;
    let (model, _) = world.version(owner, "scoring").await;
    let version = VersionId(world.id());
    world
        .run(creator, Command::RegisterVersion(version, model, Box::new(common::new_version())))
        .await
        .unwrap();
    world.run(creator, Command::Version(version, Box::new(VersionCommand::Attach(card())))).await.unwrap();
    let requester = world.person(&["model_owner", "compliance"]).await;
    let promotion = PromotionId(world.id());
    world.run(requester, ask(promotion, version)).await.unwrap();
    let approve = || decide(&world, promotion, "compliance", Decision::Approved);
    assert_eq!(world.refused(requester, approve()).await, Code::ReviewerIsRequester);
    assert_eq!(world.refused(creator, approve()).await, Code::ReviewerIsCreator);
    assert_eq!(world.refused(owner, approve()).await, Code::ReviewerIsOwner);
    world.run(compliance, approve()).await.unwrap();
}

#[tokio::test]
async fn separation_of_duties_sees_the_person_behind_a_service_account() {
    let world = World::new().await;
    let Cast { owner, compliance, security, .. } = cast(&world).await;
    let service = world.service(compliance, &["model_owner", "compliance"]).await;
    let other = world.person(&["compliance"]).await;
    // Who registers the model, who the version, who asks: the service account is one of the three.
    for (of_model, of_version, asks, code) in [
        (owner, owner, service, Code::ReviewerIsRequester),
        (owner, service, owner, Code::ReviewerIsCreator),
        (service, owner, owner, Code::ReviewerIsOwner),
    ] {
        let model = ModelId(world.id());
        let name = format!("{code:?}");
        world.run(of_model, Command::Model(model, common::register(&name))).await.unwrap();
        let version = VersionId(world.id());
        let new = Box::new(common::new_version());
        world.run(of_version, Command::RegisterVersion(version, model, new)).await.unwrap();
        let attach = Command::Version(version, Box::new(VersionCommand::Attach(card())));
        world.run(owner, attach).await.unwrap();
        let promotion = PromotionId(world.id());
        world.run(asks, ask(promotion, version)).await.unwrap();
        let approve = |step| decide(&world, promotion, step, Decision::Approved);
        assert_eq!(world.refused(compliance, approve("compliance")).await, code);
        assert_eq!(world.refused(service, approve("compliance")).await, Code::ReviewerIsNotAPerson);
        world.run(other, approve("compliance")).await.unwrap();
        assert_eq!(world.refused(compliance, approve("security")).await, code);
        world.run(security, approve("security")).await.unwrap();
        assert_eq!(gate(&world, version).verdict, Verdict::Eligible);
    }
}

#[tokio::test]
async fn the_person_behind_a_service_account_attests_for_what_it_owns() {
    let world = World::new().await;
    let mut documents = common::pack();
    let workflow = documents.iter_mut().find(|(_, document)| document["kind"] == "Workflow").unwrap();
    workflow.1["steps"] =
        serde_json::json!([{"id": "check", "type": "automated"}, {"id": "sign", "type": "attestation"}]);
    world.run(world.admin, Command::ApplyPack(documents)).await.unwrap();
    let person = world.person(&["deployer"]).await;
    let service = world.service(person, &["model_owner"]).await;
    let other = world.person(&["deployer"]).await;
    let reviewer = world.person(&["compliance"]).await;
    let (_, version) = world.version(service, "scoring").await;
    let attach = Command::Version(version, Box::new(VersionCommand::Attach(card())));
    world.run(service, attach).await.unwrap();
    let promotion = PromotionId(world.id());
    world.run(service, ask(promotion, version)).await.unwrap();
    assert_eq!(codes(&gate(&world, version)), ["approval-missing"], "a service account signs nothing");
    let sign = || decide(&world, promotion, "sign", Decision::Approved);
    assert_eq!(world.refused(service, sign()).await, Code::ReviewerIsNotAPerson);
    assert_eq!(world.refused(other, sign()).await, Code::PermissionMissing);
    assert_eq!(world.refused(reviewer, sign()).await, Code::NotTheOwner);
    world.run(person, sign()).await.unwrap();
    assert_eq!(gate(&world, version).verdict, Verdict::Eligible);
    world.run(world.admin, Command::Principal(person, identity::Command::Disable)).await.unwrap();
    assert_eq!(codes(&gate(&world, version)), ["approval-missing"]);

    // A person who owns the model and asks themself has signed by asking.
    let owner = world.person(&["model_owner"]).await;
    let (_, version) = world.version(owner, "other").await;
    world.run(owner, Command::Version(version, Box::new(VersionCommand::Attach(card())))).await.unwrap();
    world.run(owner, ask(PromotionId(world.id()), version)).await.unwrap();
    assert_eq!(gate(&world, version).verdict, Verdict::Eligible);
}

#[tokio::test]
async fn approvals_lapse_with_evidence_time_and_role() {
    let world = World::new().await;
    let Cast { owner, compliance, security, .. } = cast(&world).await;
    let (_, version) = world.version(owner, "scoring").await;
    let attach = |card| Command::Version(version, Box::new(VersionCommand::Attach(card)));
    world.run(owner, attach(card())).await.unwrap();
    let promotion = PromotionId(world.id());
    world.run(owner, ask(promotion, version)).await.unwrap();
    let approve = |step| decide(&world, promotion, step, Decision::Approved);
    world.run(compliance, approve("compliance")).await.unwrap();

    // New evidence: the approval is stale, and its step is open again.
    let mut other = card();
    other.blob.sha256 = Digest::of(b"another card");
    world.run(owner, attach(other)).await.unwrap();
    assert_eq!(world.refused(security, approve("security")).await, Code::StepNotReached);
    world.run(compliance, approve("compliance")).await.unwrap();
    world.run(security, approve("security")).await.unwrap();
    assert_eq!(gate(&world, version).verdict, Verdict::Eligible);

    // The clock alone: compliance approvals hold for 20 days, to the millisecond.
    world.clock.advance(SignedDuration::from_hours(20 * 24) - SignedDuration::from_millis(1));
    assert_eq!(gate(&world, version).verdict, Verdict::Eligible);
    world.clock.advance(SignedDuration::from_millis(1));
    assert_eq!(codes(&gate(&world, version)), ["approval-missing"]);
    world.run(compliance, approve("compliance")).await.unwrap();
    assert_eq!(gate(&world, version).verdict, Verdict::Eligible);

    // The role: whoever loses it, or is disabled, no longer counts.
    world.run(world.admin, Command::Principal(security, identity::Command::Disable)).await.unwrap();
    assert_eq!(codes(&gate(&world, version)), ["approval-missing"]);
    world.run(world.admin, Command::Principal(security, identity::Command::Enable)).await.unwrap();
    assert_eq!(gate(&world, version).verdict, Verdict::Eligible);

    // The promotion itself: after 30 days it is over, without any job.
    world.clock.advance(SignedDuration::from_hours(10 * 24));
    assert!(codes(&gate(&world, version)).contains(&"promotion-over"));
    let again = PromotionId(world.id());
    let receipt = world.run(owner, ask(again, version)).await.unwrap();
    let kinds: Vec<&str> = receipt.events.iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(kinds, ["promotionExpired", "promotionRequested", "promotionSubmitted"]);
}

#[tokio::test]
async fn a_rejection_is_final_and_requested_changes_are_a_new_round() {
    let world = World::new().await;
    let Cast { owner, compliance, .. } = cast(&world).await;
    let (_, version) = world.version(owner, "scoring").await;
    world.run(owner, Command::Version(version, Box::new(VersionCommand::Attach(card())))).await.unwrap();
    let promotion = PromotionId(world.id());
    world.run(owner, ask(promotion, version)).await.unwrap();
    world.run(compliance, decide(&world, promotion, "compliance", Decision::ChangesRequested)).await.unwrap();
    assert_eq!(
        world.refused(compliance, decide(&world, promotion, "compliance", Decision::Approved)).await,
        Code::WrongState
    );
    world.run(owner, Command::SubmitPromotion(promotion)).await.unwrap();
    world.run(compliance, decide(&world, promotion, "compliance", Decision::Rejected)).await.unwrap();
    assert_eq!(world.refused(owner, Command::SubmitPromotion(promotion)).await, Code::WrongState);
    assert!(codes(&gate(&world, version)).contains(&"promotion-over"));
    world.run(owner, ask(PromotionId(world.id()), version)).await.unwrap();
}

#[tokio::test]
async fn a_repeated_request_is_done_once() {
    let world = World::new().await;
    let owner = world.person(&["model_owner"]).await;
    let key =
        assent_store::ReceiptKey { principal: owner.0, route: "models".to_owned(), key: "k".to_owned() };
    let request = |body: u8| {
        let id = assent_domain::ids::ModelId(world.id());
        let mut request = world.request(owner, Command::Model(id, common::register("scoring")));
        request.idempotency = Some((key.clone(), [body; 32]));
        request
    };
    let first = world.assent.ledger.execute(request(1)).await.unwrap();
    let second = world.assent.ledger.execute(request(1)).await.unwrap();
    assert_eq!((first.id, &first.events, false), (second.id, &second.events, first.replayed));
    assert!(second.replayed);
    match world.assent.ledger.execute(request(2)).await {
        Err(Failure::Refused(refusal)) => assert_eq!(refusal.code, Code::KeyReused),
        other => panic!("{other:?}"),
    }
}

/// The clock has gone on since the last entry; a receipt alone moves no head.
#[tokio::test]
async fn a_request_that_changes_nothing_is_remembered_too() {
    let world = World::new().await;
    world.clock.advance(jiff::SignedDuration::from_secs(60));
    let key =
        assent_store::ReceiptKey { principal: world.admin.0, route: "packs".to_owned(), key: "k".to_owned() };
    let request = || {
        let mut request = world.request(world.admin, Command::ApplyPack(common::pack()));
        request.idempotency = Some((key.clone(), [1; 32]));
        request
    };
    let first = world.assent.ledger.execute(request()).await.unwrap();
    assert!(first.events.is_empty() && !first.replayed);
    assert!(world.assent.ledger.execute(request()).await.unwrap().replayed);
}
