//! Changes of models in the ledger: what a gate that was prepared notices of them, what a promotion brings along, and that the
//! log tells all of it again.

use crate::common;

use std::sync::Arc;

use assent_app::cases::{Prepared, Question, of_version};
use assent_app::changes::ChangeCommand;
use assent_app::ledger::Failure;
use assent_app::view::{Snapshot, View};
use assent_app::{Command, replay, verify};
use assent_domain::change_request::{
    ChangeRequest, ChangeType, Content, Impact, NewRollback, Plan, Reach, StateName,
};
use assent_domain::facts::{self, Target};
use assent_domain::identity::Permission;
use assent_domain::ids::{ChangeId, ModelId, PrincipalId, PromotionId, VersionId};
use assent_domain::registry::VersionCommand;
use assent_domain::signoff::{NewSignature, Verdict};
use assent_domain::workflow::{ConditionTime, Decision, NewCondition, NewReview};
use assent_domain::{Code, Sealed};
use assent_log::verify::Level;
use common::World;

pub(crate) struct Cast {
    pub(crate) world: World,
    pub(crate) owner: PrincipalId,
    pub(crate) compliance: PrincipalId,
    pub(crate) security: PrincipalId,
    model: ModelId,
    pub(crate) versions: [VersionId; 2],
}

pub(crate) async fn cast() -> Cast {
    let world = World::new().await;
    let owner = world.person(&["model_owner"]).await;
    let (compliance, security) = (world.person(&["compliance"]).await, world.person(&["security"]).await);
    let (model, first) = world.version(owner, "credit").await;
    let second = VersionId(world.id());
    let new = Box::new(common::new_version());
    world.run(owner, Command::RegisterVersion(second, model, new)).await.unwrap();
    Cast { world, owner, compliance, security, model, versions: [first, second] }
}

impl Cast {
    pub(crate) fn sealed(&self, text: &str) -> Sealed {
        self.world.assent.sealer.seal(self.owner.0, text).unwrap()
    }

    pub(crate) fn content(&self) -> Content {
        let impact = Impact {
            affected_systems: Vec::new(),
            affected_users: Reach::AllUsers,
            estimated_downtime: "none".to_owned(),
            rollback_time: "5 minutes".to_owned(),
            testing_required: vec![self.sealed("the usual")],
            dependencies: Vec::new(),
        };
        Content {
            kind: ChangeType::ModelUpdate,
            title: self.sealed("Größe"),
            description: self.sealed("d"),
            justification: self.sealed("j"),
            environment: "PROD".to_owned(),
            current_version: Some(self.versions[0]),
            target_version: self.versions[1],
            department: None,
            plan: Plan {
                impact: Some(impact),
                rollback_plan: Some(self.sealed("the version before")),
                ..Plan::default()
            },
            preferred_window: None,
            blackouts: Vec::new(),
            promotion: None,
        }
    }

    async fn request(&self, content: Content) -> ChangeId {
        let id = ChangeId(self.world.id());
        let command = ChangeCommand::Request { content: Box::new(content), submit: true };
        self.world.run(self.owner, Command::Change(id, Box::new(command))).await.unwrap();
        id
    }

    async fn run(&self, by: PrincipalId, id: ChangeId, command: ChangeCommand) {
        self.world.run(by, Command::Change(id, Box::new(command))).await.unwrap();
    }

    async fn sign(&self, id: ChangeId, by: PrincipalId) {
        let new = NewSignature { role: None, verdict: Verdict::Approved, comment: None };
        self.run(by, id, ChangeCommand::Sign(new)).await;
    }

    fn change(&self, id: ChangeId) -> Arc<ChangeRequest> {
        let read = self.world.store.read().unwrap();
        Snapshot::new(&*read).get::<ChangeRequest>(id).unwrap().unwrap()
    }

    fn facts(&self) -> serde_json::Value {
        let read = self.world.store.read().unwrap();
        let (packs, now) = (self.world.assent.ledger.packs(), self.world.assent.wiring.now());
        let case = of_version(&Snapshot::new(&*read), packs, self.versions[1], None, now).unwrap();
        facts::build(&case.case().inputs)["change"].clone()
    }
}

#[tokio::test]
async fn a_judgement_ahead_of_the_queue_notices_a_change() {
    let cast = cast().await;
    let target = Target { stage: "PROD".to_owned(), environment: None, strategy: None, replicas: None };
    let command = Command::RequestPromotion {
        id: PromotionId(cast.world.id()),
        version: cast.versions[1],
        target: target.clone(),
        comment: None,
        submit: true,
    };
    let question = Question::New(cast.versions[1], target);
    let (packs, now) = (cast.world.assent.ledger.packs(), cast.world.assent.wiring.now());
    let holds = |prepared: &Prepared| {
        let read = cast.world.store.read().unwrap();
        prepared.still(&question, &Snapshot::new(&*read), now).unwrap().is_some()
    };
    let prepare = || {
        let read = cast.world.store.read().unwrap();
        Prepared::new(&Snapshot::new(&*read), packs, &command, now).unwrap().unwrap()
    };
    let prepared = prepare();
    assert!(holds(&prepared));
    let id = cast.request(cast.content()).await;
    assert!(!holds(&prepared), "there was no change when it was prepared");
    let prepared = prepare();
    assert!(holds(&prepared));
    cast.sign(id, cast.compliance).await;
    assert!(!holds(&prepared), "the change moved on");
    let prepared = prepare();
    let role = cast.world.run(
        cast.world.admin,
        Command::Principal(cast.compliance, assent_domain::identity::Command::Disable),
    );
    role.await.unwrap();
    assert!(!holds(&prepared), "who signed may not sign any more");
}

#[tokio::test]
async fn facts_tell_of_the_newest_change_that_was_not_given_up() {
    let cast = cast().await;
    assert_eq!(cast.facts(), serde_json::Value::Null);
    let first = cast.request(cast.content()).await;
    for by in [cast.compliance, cast.security] {
        assert_eq!(cast.facts()["approved"], false);
        cast.sign(first, by).await;
    }
    let facts = cast.facts();
    assert_eq!((&facts["state"], &facts["risk"]), (&"APPROVED".into(), &"HIGH".into()));
    assert_eq!((&facts["approved"], &facts["environment"]), (&true.into(), &"PROD".into()));
    cast.world.clock.advance(jiff::SignedDuration::from_secs(1));
    let second = cast.request(cast.content()).await;
    assert_eq!(cast.facts()["id"], second.to_string());
    cast.run(cast.owner, second, ChangeCommand::Withdraw(None)).await;
    assert_eq!(cast.facts()["id"], first.to_string());
}

/// An approval with conditions counts for a change once those for the time before the deployment are met.
#[tokio::test]
async fn a_conditional_approval_counts_once_what_was_to_come_first_is_met() {
    use ConditionTime::{AfterDeployment, BeforeDeployment};
    let cast = cast().await;
    let version = cast.versions[1];
    let attach = Command::Version(version, Box::new(VersionCommand::Attach(common::card())));
    cast.world.run(cast.owner, attach).await.unwrap();
    let tables: [(&[ConditionTime], &[&str], bool); 5] = [
        (&[BeforeDeployment], &[], false),
        (&[BeforeDeployment, BeforeDeployment], &["c0"], false),
        (&[BeforeDeployment], &["c0"], true),
        (&[BeforeDeployment, AfterDeployment], &["c0"], true),
        (&[AfterDeployment], &[], true),
    ];
    for (conditions, met, counts) in tables {
        let promotion = PromotionId(cast.world.id());
        let target = Target { stage: "PROD".to_owned(), environment: None, strategy: None, replicas: None };
        let ask = Command::RequestPromotion { id: promotion, version, target, comment: None, submit: true };
        cast.world.run(cast.owner, ask).await.unwrap();
        let due_at = cast.world.assent.wiring.now().checked_add(jiff::SignedDuration::from_hours(24)).ok();
        let condition = |(i, when): (usize, &ConditionTime)| NewCondition {
            id: format!("c{i}"),
            text: cast.sealed("look again"),
            owner: cast.owner,
            due_at,
            when: *when,
        };
        let review = NewReview {
            step: "compliance".to_owned(),
            role: None,
            decision: Decision::Conditional,
            comment: Some(cast.sealed("if")),
            conditions: conditions.iter().enumerate().map(condition).collect(),
            evidence: cast.world.evidence(promotion),
        };
        cast.world.run(cast.compliance, Command::Review(promotion, Box::new(review))).await.unwrap();
        for id in met {
            let meet = Command::MeetCondition { promotion, condition: (*id).to_owned(), comment: None };
            cast.world.run(cast.owner, meet).await.unwrap();
        }
        let content = Content { current_version: None, promotion: Some(promotion), ..cast.content() };
        let signed = cast.change(cast.request(content).await).signatures.len();
        assert_eq!(signed, usize::from(counts), "{conditions:?} {met:?}");
        cast.world.run(cast.owner, Command::WithdrawPromotion(promotion, None)).await.unwrap();
    }
}

#[tokio::test]
async fn approvals_of_a_promotion_count_where_it_leads_to_the_same_place() {
    let cast = cast().await;
    let version = cast.versions[1];
    let attach = Command::Version(version, Box::new(VersionCommand::Attach(common::card())));
    cast.world.run(cast.owner, attach).await.unwrap();
    let promotion = PromotionId(cast.world.id());
    let target = Target { stage: "PROD".to_owned(), environment: None, strategy: None, replicas: None };
    let ask = Command::RequestPromotion { id: promotion, version, target, comment: None, submit: true };
    cast.world.run(cast.owner, ask).await.unwrap();
    let review = NewReview {
        step: "compliance".to_owned(),
        role: None,
        decision: Decision::Approved,
        comment: None,
        conditions: Vec::new(),
        evidence: cast.world.evidence(promotion),
    };
    cast.world.run(cast.compliance, Command::Review(promotion, Box::new(review))).await.unwrap();

    let refused = async |content: Content| {
        let id = ChangeId(cast.world.id());
        let command = ChangeCommand::Request { content: Box::new(content), submit: true };
        cast.world.refused(cast.owner, Command::Change(id, Box::new(command))).await
    };
    let of = |environment: &str, target_version| Content {
        environment: environment.to_owned(),
        target_version,
        current_version: None,
        promotion: Some(promotion),
        ..cast.content()
    };
    assert_eq!(refused(of("DEV", version)).await, Code::InvalidValue);
    assert_eq!(refused(of("PROD", cast.versions[0])).await, Code::InvalidValue);
    let other = Content { kind: ChangeType::Emergency, ..of("PROD", version) };
    assert_eq!(refused(other).await, Code::InvalidValue);
    let id = cast.request(of("PROD", version)).await;
    let change = cast.change(id);
    assert_eq!(change.signatures.len(), 1);
    assert_eq!((change.state, change.signatures[0].recorded.by), (StateName::UnderReview, cast.compliance));
    cast.sign(id, cast.security).await;
    assert_eq!(cast.change(id).state, StateName::Approved);

    // What was approved for a promotion that is over counts for nothing, drafted before or not.
    let draft = ChangeId(cast.world.id());
    let command = ChangeCommand::Request { content: Box::new(of("PROD", version)), submit: false };
    cast.run(cast.owner, draft, command).await;
    cast.world.run(cast.owner, Command::WithdrawPromotion(promotion, None)).await.unwrap();
    cast.run(cast.owner, draft, ChangeCommand::Submit(Box::default())).await;
    assert_eq!(cast.change(draft).signatures, []);
    assert_eq!(refused(of("PROD", version)).await, Code::InvalidValue);
}

#[tokio::test]
async fn a_rollback_completes_both_in_one_commit_and_the_log_tells_it_again() {
    let cast = cast().await;
    let id = cast.request(cast.content()).await;
    cast.sign(id, cast.compliance).await;
    cast.sign(id, cast.security).await;
    cast.run(cast.owner, id, ChangeCommand::Start).await;
    cast.run(cast.owner, id, ChangeCommand::Complete { success: true, notes: None }).await;
    let rollback = ChangeId(cast.world.id());
    let text = || cast.sealed("x");
    let new = NewRollback { title: text(), description: text(), justification: text(), plan: text() };
    cast.run(cast.owner, id, ChangeCommand::RollBack { rollback, new: Box::new(new) }).await;
    cast.sign(rollback, cast.compliance).await;
    // The version before never was in service, so that going there is an update, and asks for as much.
    cast.sign(rollback, cast.security).await;
    cast.run(cast.owner, rollback, ChangeCommand::Start).await;
    let command = ChangeCommand::Complete { success: true, notes: Some(text()) };
    let receipt = cast.world.run(cast.owner, Command::Change(rollback, Box::new(command))).await.unwrap();
    let kinds: Vec<&str> = receipt.events.iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(kinds, ["changeCompleted", "changeRolledBack"]);
    assert_eq!(cast.change(id).state, StateName::RolledBack);
    assert_eq!(cast.change(id).rolled_back_by, Some(rollback));

    let read = cast.world.store.read().unwrap();
    assert!(verify::verify(&*read, Level::Schema, &[], &[]).unwrap().is_sound());
    let (mut frames, mut rows) = (Vec::new(), Vec::new());
    replay::send(&*read, &mut frames).unwrap();
    replay::serve(&mut frames.as_slice(), &mut rows).unwrap();
    let report = replay::compare(&*read, &mut rows.as_slice()).unwrap();
    assert!(report.is_sound(), "{report:#?}");
}

/// Where the owner asks, the request carries the attestation of the owner; a token that may only ask does not.
#[tokio::test]
async fn a_token_that_may_not_review_carries_no_attestation() {
    let cast = cast().await;
    let ask = |permissions: Option<Vec<Permission>>| {
        let id = ChangeId(cast.world.id());
        let command = ChangeCommand::Request { content: Box::new(cast.content()), submit: true };
        let mut request = cast.world.request(cast.owner, Command::Change(id, Box::new(command)));
        request.restriction.permissions = permissions.map(|held| held.into_iter().collect());
        cast.world.assent.ledger.execute(request)
    };
    let asking = vec![Permission::Read, Permission::RequestChange];
    let Err(Failure::Refused(refusal)) = ask(Some(asking.clone())).await else { panic!("it was done") };
    assert_eq!(refusal.code, Code::TokenRestricted, "{refusal:?}");
    assert!(ask(Some([asking, vec![Permission::Review]].concat())).await.is_ok());
    assert!(ask(None).await.is_ok());
}

/// Every field of it is within its bounds, and all of them together are not.
#[tokio::test]
async fn what_would_hold_too_much_is_refused_and_leaves_nothing() {
    let cast = cast().await;
    let mut content = cast.content();
    let impact = content.plan.impact.as_mut().unwrap();
    impact.testing_required = (0..200).map(|_| cast.sealed(&"x".repeat(8_000))).collect();
    let command = ChangeCommand::Request { content: Box::new(content), submit: false };
    let before = cast.world.store.read().unwrap().head().unwrap().size;
    let id = ChangeId(cast.world.id());
    let code = cast.world.refused(cast.owner, Command::Change(id, Box::new(command))).await;
    assert_eq!(code, Code::TooLarge);
    assert_eq!(cast.world.store.read().unwrap().head().unwrap().size, before);
}
