//! Exceptions in force: what they open, what is recorded of it, and when that is over.

use crate::common;

use std::collections::BTreeMap;
use std::sync::Arc;

use assent_app::cases::{self, OwnedCase, Prepared};
use assent_app::command::ExceptionCommand;
use assent_app::view::{Snapshot, View};
use assent_app::{Command, Failure, Receipt, verify};
use assent_domain::exception::{Exception, StateName};
use assent_domain::facts::Target;
use assent_domain::ids::{ExceptionId, ModelId, PrincipalId, PromotionId, VersionId};
use assent_domain::registry::ModelCommand;
use assent_domain::signoff::{NewSignature, Verdict};
use assent_domain::workflow::{self, Decision, NewReview, Promotion};
use assent_domain::{Code, RiskLevel, Sealed, Time};
use assent_log::entry::Entry;
use assent_log::verify::Level;
use common::World;
use jiff::SignedDuration;
use serde_json::json;

/// A version without a model card, an hour's exception from the policy that wants one, and people.
struct Scene {
    world: World,
    owner: PrincipalId,
    compliance: PrincipalId,
    security: PrincipalId,
    deployer: PrincipalId,
    version: VersionId,
    exception: ExceptionId,
}

fn words() -> Sealed {
    Sealed { subject: uuid::Uuid::nil(), data: "AAAA".to_owned() }
}

fn prod() -> Target {
    Target { stage: "PROD".to_owned(), environment: None, strategy: None, replicas: None }
}

fn register(tier: &str) -> ModelCommand {
    ModelCommand::Register {
        name: "scoring".to_owned(),
        purpose: "sort letters".to_owned(),
        use_cases: Vec::new(),
        tags: BTreeMap::new(),
        tier: Some(tier.to_owned()),
        owner: None,
        criteria: BTreeMap::new(),
    }
}

impl Scene {
    /// With the exception approved now, for a model of that tier.
    async fn new(tier: &str) -> Self {
        let world = World::new().await;
        let owner = world.person(&["model_owner"]).await;
        let compliance = world.person(&["compliance"]).await;
        let security = world.person(&["security"]).await;
        let deployer = world.person(&["deployer"]).await;
        let model = ModelId(world.id());
        world.run(owner, Command::Model(model, register(tier))).await.unwrap();
        let (version, exception) = (VersionId(world.id()), ExceptionId(world.id()));
        let new = Box::new(common::new_version());
        world.run(owner, Command::RegisterVersion(version, model, new)).await.unwrap();
        let new = Box::new(common::exception(model, version));
        let ask = Command::RequestException(exception, new, true);
        world.run(owner, ask).await.unwrap();
        let scene = Self { world, owner, compliance, security, deployer, version, exception };
        scene.sign(scene.compliance).await;
        if scene.state() == StateName::Submitted {
            scene.sign(scene.security).await;
        }
        assert_eq!(scene.state(), StateName::Active);
        scene
    }

    async fn sign(&self, by: PrincipalId) -> Receipt {
        let new = NewSignature { role: None, verdict: Verdict::Approved, comment: None };
        self.world.run(by, Command::Exception(self.exception, ExceptionCommand::Sign(new))).await.unwrap()
    }

    fn read<T>(&self, ask: impl FnOnce(&Snapshot<'_>, Time) -> T) -> T {
        let read = self.world.store.read().unwrap();
        ask(&Snapshot::new(&*read), self.world.assent.wiring.now())
    }

    fn state(&self) -> StateName {
        self.read(|view, now| view.get::<Exception>(self.exception).unwrap().unwrap().state_at(now))
    }

    fn case(&self) -> OwnedCase {
        let packs = self.world.assent.ledger.packs();
        self.read(|view, now| cases::of_version(view, packs, self.version, Some(prod()), now).unwrap())
    }

    async fn ask(&self, submit: bool) -> PromotionId {
        let id = PromotionId(self.world.id());
        let version = self.version;
        let ask = Command::RequestPromotion { id, version, target: prod(), comment: None, submit };
        self.world.run(self.owner, ask).await.unwrap();
        id
    }

    fn approve(&self, id: PromotionId, step: &str) -> Command {
        let review = NewReview {
            step: step.to_owned(),
            role: None,
            decision: Decision::Approved,
            comment: None,
            conditions: Vec::new(),
            evidence: self.world.evidence(id),
        };
        Command::Review(id, Box::new(review))
    }

    /// A promotion with all its reviews.
    async fn reviewed(&self) -> PromotionId {
        let id = self.ask(true).await;
        self.world.run(self.compliance, self.approve(id, "compliance")).await.unwrap();
        self.world.run(self.security, self.approve(id, "security")).await.unwrap();
        id
    }

    /// Moves the clock to that many milliseconds from the end of the exception.
    fn wait(&self, from_end: i64) {
        let approval = self.read(|view, _| view.get::<Exception>(self.exception).unwrap().unwrap().approval);
        let now = self.world.assent.wiring.now();
        let left = approval.unwrap().ends_at.duration_since(now);
        self.world.clock.advance(left + SignedDuration::from_millis(from_end));
    }

    fn entries(&self, kind: &str) -> Vec<Entry> {
        let mut entries = Vec::new();
        let read = self.world.store.read().unwrap();
        let mut keep = |_, bytes: &[u8]| {
            entries.extend(Entry::decode(bytes).ok().filter(|entry| entry.kind == kind));
            Ok(())
        };
        read.scan_entries(0, &mut keep).unwrap();
        entries
    }
}

fn code(result: Result<Receipt, Failure>) -> Option<Code> {
    match result {
        Ok(_) => None,
        Err(Failure::Refused(refusal)) => Some(refusal.code),
        Err(other) => panic!("{other:?}"),
    }
}

/// The last millisecond of an exception, its end, and a second later: at each of them, whoever asks is told the same, and
/// nothing has been written in between.
#[tokio::test]
async fn an_exception_ends_by_the_clock_wherever_it_is_asked_for() {
    for (from_end, holds) in [(-1, true), (0, false), (1_000, false)] {
        let refused = |code| (!holds).then_some(code);

        // State, facts and gate.
        let scene = Scene::new("HIGH").await;
        let reviewed = scene.reviewed().await;
        scene.wait(from_end);
        let (case, state) = (scene.case(), scene.state());
        let expected = if holds { StateName::Active } else { StateName::Expired };
        assert_eq!(state, expected, "{from_end}");
        let waived = if holds { json!(["card"]) } else { json!([]) };
        assert_eq!(case.judge().facts["exceptions"]["policies"], waived, "{from_end}");
        let answer = case.gate();
        assert_eq!((answer.is_eligible(), answer.exceptions_used.len()), (holds, usize::from(holds)));
        let reasons: Vec<_> = answer.reasons.iter().map(|reason| reason.code).collect();
        assert_eq!(reasons.contains(&"policy-failed"), !holds, "{from_end}: {reasons:?}");

        // Completing.
        let complete = Command::CompletePromotion(reviewed);
        let done = code(scene.world.run(scene.deployer, complete).await);
        assert_eq!(done, refused(Code::GateShut), "{from_end}");
        assert_eq!(scene.entries("exceptionUsed").len(), usize::from(holds), "{from_end}");

        // Submitting: the automated step passes or not.
        let scene = Scene::new("HIGH").await;
        let draft = scene.ask(false).await;
        scene.wait(from_end);
        scene.world.run(scene.owner, Command::SubmitPromotion(draft)).await.unwrap();
        let submitted = scene.read(|view, now| view.get::<Promotion>(draft).unwrap().unwrap().state_at(now));
        let expected =
            if holds { workflow::StateName::InReview } else { workflow::StateName::ChangesRequired };
        assert_eq!(submitted, expected, "{from_end}");

        // Reviewing: the step is reached or not.
        let scene = Scene::new("HIGH").await;
        let promotion = scene.ask(true).await;
        scene.wait(from_end);
        let review = scene.approve(promotion, "compliance");
        let decided = code(scene.world.run(scene.compliance, review).await);
        assert_eq!(decided, refused(Code::StepNotReached), "{from_end}");
    }
}

/// A judgement that was made ahead of the queue while the exception held is no good once it does not.
#[tokio::test]
async fn a_judgement_made_before_does_not_outlive_the_exception() {
    enum After {
        Nothing,
        TheEnd,
        Revocation,
    }
    for after in [After::Nothing, After::TheEnd, After::Revocation] {
        let scene = Scene::new("HIGH").await;
        let promotion = scene.reviewed().await;
        scene.wait(-1);
        let command = Command::CompletePromotion(promotion);
        let packs = scene.world.assent.ledger.packs();
        let prepared = scene.read(|view, now| Prepared::new(view, packs, &command, now).unwrap());
        let mut request = scene.world.request(scene.deployer, command);
        request.prepared = prepared.map(Arc::new);
        assert!(request.prepared.is_some());
        let expected = match after {
            After::Nothing => None,
            After::TheEnd => {
                scene.wait(0);
                Some(Code::GateShut)
            }
            After::Revocation => {
                let revoke = Command::Exception(scene.exception, ExceptionCommand::Revoke(words()));
                scene.world.run(scene.security, revoke).await.unwrap();
                assert_eq!(scene.state(), StateName::Revoked);
                Some(Code::GateShut)
            }
        };
        assert_eq!(code(scene.world.assent.ledger.execute(request).await), expected);
    }
}

/// And one that was made while there was none is not used once there is.
#[tokio::test]
async fn a_judgement_made_before_learns_of_a_new_exception() {
    let scene = Scene::new("HIGH").await;
    let promotion = scene.reviewed().await;
    scene.wait(0);
    let command = Command::CompletePromotion(promotion);
    let packs = scene.world.assent.ledger.packs();
    let prepared = scene.read(|view, now| Prepared::new(view, packs, &command, now).unwrap());
    let model = scene.case().model.id;
    let new = Box::new(common::exception(model, scene.version));
    let id = ExceptionId(scene.world.id());
    let receipt = scene.world.run(scene.owner, Command::RequestException(id, new, true)).await.unwrap();
    let kinds: Vec<&str> = receipt.events.iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(kinds, ["exceptionExpired", "exceptionRequested", "exceptionSubmitted"]);
    for by in [scene.compliance, scene.security] {
        let new = NewSignature { role: None, verdict: Verdict::Approved, comment: None };
        scene.world.run(by, Command::Exception(id, ExceptionCommand::Sign(new))).await.unwrap();
    }
    let mut request = scene.world.request(scene.deployer, command);
    request.prepared = prepared.map(Arc::new);
    assert_eq!(code(scene.world.assent.ledger.execute(request).await), None);
}

#[tokio::test]
async fn every_use_is_recorded_at_a_high_risk() {
    let scene = Scene::new("LOW").await;
    let promotion = scene.reviewed().await;
    let receipt = scene.world.run(scene.deployer, Command::CompletePromotion(promotion)).await.unwrap();
    let kinds: Vec<&str> = receipt.events.iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(kinds, ["promotionCompleted", "versionStageChanged", "exceptionUsed"]);

    let completed = scene.entries("promotionCompleted").remove(0);
    let used = scene.entries("exceptionUsed").remove(0);
    let moved = scene.entries("versionStageChanged").remove(0);
    assert_eq!(completed.details["exceptions"][0]["exception"], scene.exception.to_string());
    assert_eq!(completed.details["exceptions"][0]["policy"], "card");
    assert_eq!(used.details["promotion"], promotion.to_string());
    assert_eq!((used.subject.kind.as_str(), used.subject.id), ("EXCEPTION", scene.exception.to_string()));
    let levels = [completed.risk_level, used.risk_level, moved.risk_level];
    assert_eq!(levels, [Some(RiskLevel::High), Some(RiskLevel::High), Some(RiskLevel::Low)]);
    let counted =
        scene.read(|view, _| view.get::<Exception>(scene.exception).unwrap().unwrap().uses.unwrap());
    assert_eq!((counted.count, counted.promotion), (1, promotion));

    let read = scene.world.store.read().unwrap();
    let report = verify::verify(&*read, Level::Schema, &[], &[]).unwrap();
    assert!(report.is_sound(), "{:?}", report.damages);
}

#[tokio::test]
async fn who_may_do_what() {
    let scene = Scene::new("LOW").await;
    let world = &scene.world;
    let id = scene.exception;
    let yes = || NewSignature { role: None, verdict: Verdict::Approved, comment: None };
    for (by, command, code) in [
        (scene.deployer, Command::Exception(id, ExceptionCommand::Sign(yes())), Code::PermissionMissing),
        (scene.owner, Command::Exception(id, ExceptionCommand::Sign(yes())), Code::PermissionMissing),
        (scene.compliance, Command::Exception(id, ExceptionCommand::Sign(yes())), Code::WrongState),
        (scene.owner, Command::Exception(id, ExceptionCommand::Revoke(words())), Code::PermissionMissing),
        (scene.security, Command::Exception(id, ExceptionCommand::Revoke(words())), Code::ReviewerLacksRole),
        (
            scene.compliance,
            Command::Exception(id, ExceptionCommand::Remediate(words())),
            Code::PermissionMissing,
        ),
        (scene.owner, Command::Exception(id, ExceptionCommand::Withdraw(None)), Code::WrongState),
        (scene.owner, Command::Exception(id, ExceptionCommand::Submit), Code::WrongState),
        (scene.owner, Command::Exception(ExceptionId(world.id()), ExceptionCommand::Submit), Code::NotFound),
    ] {
        assert_eq!(world.refused(by, command).await, code);
    }
    let model = scene.case().model.id;
    let ask = |new| Command::RequestException(ExceptionId(world.id()), new, false);
    let new = || Box::new(common::exception(model, scene.version));
    assert_eq!(world.refused(scene.deployer, ask(new())).await, Code::PermissionMissing);
    assert_eq!(world.refused(scene.owner, ask(new())).await, Code::ExceptionOpen);
    let mut elsewhere = new();
    elsewhere.version = Some(VersionId(world.id()));
    assert_eq!(world.refused(scene.owner, ask(elsewhere)).await, Code::NotFound);
    world.run(scene.owner, Command::Exception(id, ExceptionCommand::Remediate(words()))).await.unwrap();
    assert_eq!(scene.state(), StateName::Remediated);
    assert!(!scene.case().gate().reasons.is_empty());
}

#[tokio::test]
async fn who_asks_owns_the_model_or_made_the_version_does_not_sign() {
    let world = World::new().await;
    let owner = world.person(&["model_owner", "compliance"]).await;
    let maker = world.person(&["model_owner", "compliance"]).await;
    let requester = world.person(&["model_owner", "compliance"]).await;
    let other = world.person(&["compliance"]).await;
    let (model, version, id) = (ModelId(world.id()), VersionId(world.id()), ExceptionId(world.id()));
    world.run(owner, Command::Model(model, register("LOW"))).await.unwrap();
    let new = Box::new(common::new_version());
    world.run(maker, Command::RegisterVersion(version, model, new)).await.unwrap();
    let new = Box::new(common::exception(model, version));
    world.run(requester, Command::RequestException(id, new, true)).await.unwrap();
    let sign = || {
        let new = NewSignature { role: None, verdict: Verdict::Approved, comment: None };
        Command::Exception(id, ExceptionCommand::Sign(new))
    };
    for own in [owner, maker, requester] {
        assert_eq!(world.refused(own, sign()).await, Code::ReviewerIsRequester);
    }
    world.run(other, sign()).await.unwrap();
}
