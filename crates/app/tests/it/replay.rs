//! Any sequence of commands: the log verifies, replay gives the state, and the invariants of the state hold.

use crate::common;
use crate::drawn::{self, Draw};
use crate::tally::Tally;

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::io::Cursor;
use std::sync::Arc;

use assent_app::cases;
use assent_app::command::{AssessmentCommand, ExceptionCommand, Ran, SYSTEM, TierChangeCommand};
use assent_app::references;
use assent_app::replay::{self, Difference, Report};
use assent_app::view::{Snapshot, View};
use assent_app::{Command, Failure, Request, verify};
use assent_domain::delegation::NewDelegation;
use assent_domain::evaluation::{Job, ScanRequested, Task};
use assent_domain::exception::Exception;
use assent_domain::facts::Target;
use assent_domain::identity;
use assent_domain::ids::{
    AssessmentId, DelegationId, Digest, EvaluationId, ExceptionId, GrantId, ModelId, PrincipalId,
    PromotionId, TierChangeId, VersionId,
};
use assent_domain::registry::{Model, NewVersion, Version, VersionCommand};
use assent_domain::risk::assessment::{Answer, Answered, Custom};
use assent_domain::risk::{Assessment, Exact, TierChange, tier_change};
use assent_domain::signoff::{NewSignature, Verdict};
use assent_domain::workflow::emergency::NewEmergency;
use assent_domain::workflow::event::{ConditionTime, NewCondition};
use assent_domain::workflow::{Decision, NewReview, Promotion, StateName};
use assent_domain::{Code, Kind, Sealed};
use assent_log::verify::Level;
use assent_store::{Order, Predicate, Read, Select, TABLES};
use common::World;
use jiff::SignedDuration;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use uuid::Uuid;

/// A step of a random history; the numbers choose among what is there.
#[derive(Debug, Clone)]
enum Move {
    Person(u8),
    Disable(u8),
    Erase(u8),
    Grant(u8, u8),
    RevokeGrants(u8),
    Model(u8, u8),
    Version(u8, u8),
    Attach(u8, u8, bool),
    Report(u8, u8, u8),
    Scan(u8, u8),
    Scanned(u8, bool),
    Ask(u8, u8, bool),
    Submit(u8, u8),
    Decide(u8, u8, u8, u8),
    Withdraw(u8, u8),
    Complete(u8, u8),
    Retire(u8, u8),
    Pack(bool),
    Wait(u16),
    Except(u8, u8, bool),
    SignException(u8, u8, bool),
    EndException(u8, u8, u8),
    Assess(u8, u8),
    OnAssessment(u8, u8, u8),
    AskTier(u8, u8, bool),
    OnTier(u8, u8, u8),
    Declare(u8, u8),
    SignEmergency(u8, u8, bool),
    Delegate(u8, u8, u8),
    EndDelegation(u8, u8),
    Other(Draw),
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let one = prop_oneof![
        2 => any::<u8>().prop_map(Move::Person),
        1 => any::<u8>().prop_map(Move::Disable),
        1 => any::<u8>().prop_map(Move::Erase),
        4 => any::<(u8, u8)>().prop_map(|(p, r)| Move::Grant(p, r)),
        1 => any::<u8>().prop_map(Move::RevokeGrants),
        3 => any::<(u8, u8)>().prop_map(|(p, n)| Move::Model(p, n)),
        4 => any::<(u8, u8)>().prop_map(|(p, m)| Move::Version(p, m)),
        6 => any::<(u8, u8, bool)>().prop_map(|(p, v, c)| Move::Attach(p, v, c)),
        2 => any::<(u8, u8, u8)>().prop_map(|(p, v, r)| Move::Report(p, v, r)),
        2 => any::<(u8, u8)>().prop_map(|(p, v)| Move::Scan(p, v)),
        3 => any::<(u8, bool)>().prop_map(|(s, passed)| Move::Scanned(s, passed)),
        6 => any::<(u8, u8, bool)>().prop_map(|(p, v, s)| Move::Ask(p, v, s)),
        3 => any::<(u8, u8)>().prop_map(|(p, m)| Move::Submit(p, m)),
        12 => any::<(u8, u8, u8, u8)>().prop_map(|(p, m, s, d)| Move::Decide(p, m, s, d)),
        1 => any::<(u8, u8)>().prop_map(|(p, m)| Move::Withdraw(p, m)),
        4 => any::<(u8, u8)>().prop_map(|(p, m)| Move::Complete(p, m)),
        1 => any::<(u8, u8)>().prop_map(|(p, v)| Move::Retire(p, v)),
        1 => any::<bool>().prop_map(Move::Pack),
        2 => any::<u16>().prop_map(Move::Wait),
        3 => any::<(u8, u8, bool)>().prop_map(|(p, v, s)| Move::Except(p, v, s)),
        6 => any::<(u8, u8, bool)>().prop_map(|(p, e, yes)| Move::SignException(p, e, yes)),
        2 => any::<(u8, u8, u8)>().prop_map(|(p, e, how)| Move::EndException(p, e, how)),
        3 => any::<(u8, u8)>().prop_map(|(p, m)| Move::Assess(p, m)),
        8 => any::<(u8, u8, u8)>().prop_map(|(p, a, w)| Move::OnAssessment(p, a, w)),
        3 => any::<(u8, u8, bool)>().prop_map(|(p, m, up)| Move::AskTier(p, m, up)),
        5 => any::<(u8, u8, u8)>().prop_map(|(p, t, w)| Move::OnTier(p, t, w)),
        4 => any::<(u8, u8)>().prop_map(|(p, m)| Move::Declare(p, m)),
        6 => any::<(u8, u8, bool)>().prop_map(|(p, m, yes)| Move::SignEmergency(p, m, yes)),
        3 => any::<(u8, u8, u8)>().prop_map(|(p, to, r)| Move::Delegate(p, to, r)),
        1 => any::<(u8, u8)>().prop_map(|(p, d)| Move::EndDelegation(p, d)),
        90 => any::<(u8, u8, u8, u8)>().prop_map(|(what, who, one, two)| Move::Other(Draw { what, who, one, two })),
    ];
    prop::collection::vec(one, 1..120)
}

const ROLES: [&str; 6] = ["model_owner", "compliance", "security", "deployer", "steward", "admin"];

/// What exists, for choosing from.
#[derive(Default)]
struct Known {
    people: Vec<PrincipalId>,
    models: Vec<ModelId>,
    versions: Vec<VersionId>,
    promotions: Vec<PromotionId>,
    scans: Vec<EvaluationId>,
    exceptions: Vec<ExceptionId>,
    assessments: Vec<AssessmentId>,
    tier_changes: Vec<TierChangeId>,
    delegations: Vec<DelegationId>,
    /// How many commands there were.
    turn: usize,
}

/// What every history begins with, since chance alone seldom gets that far: a person in each role, two versions, and a
/// promotion under review.
async fn cast(world: &World) -> Known {
    let mut known = Known::default();
    for role in ROLES {
        known.people.push(world.person(&[role]).await);
    }
    let (model, version) = world.version(known.people[0], "first").await;
    known.models.push(model);
    known.versions.push(version);
    let new = NewVersion { artifacts: vec![common::artifact()], ..common::new_version() };
    let scanned = VersionId(world.id());
    world.run(known.people[0], Command::RegisterVersion(scanned, model, Box::new(new))).await.unwrap();
    known.versions.push(scanned);
    let attach = VersionCommand::Attach(common::card());
    world.run(known.people[0], Command::Version(version, Box::new(attach))).await.unwrap();
    let id = PromotionId(world.id());
    let target = Target { stage: "PROD".to_owned(), environment: None, strategy: None, replicas: None };
    let ask = Command::RequestPromotion { id, version, target, comment: None, submit: true };
    world.run(known.people[0], ask).await.unwrap();
    known.promotions.push(id);
    known
}

fn pick<T: Copy>(from: &[T], number: u8) -> Option<T> {
    from.get(usize::from(number) % from.len().max(1)).copied()
}

async fn play(world: &World, known: &mut Known, tally: &mut Tally, step: Move) {
    let behalf = known.people.last().copied();
    let Some((actor, command)) = command(world, known, step).await else { return };
    // Now and then a review is tried in the place of somebody.
    let delegated = matches!(command, Command::Review(..)) && actor.0.as_u128() % 2 == 0;
    let behalf = behalf.filter(|_| delegated && !known.delegations.is_empty());
    let mut done = tried(world, tally, actor, &command, behalf).await;
    known.turn += 1;
    // Mostly somebody does it who may: a history in which the wrong ones try gets nowhere.
    if !known.turn.is_multiple_of(4) && actor != SYSTEM {
        for person in known.people.clone() {
            if done {
                break;
            }
            done = tried(world, tally, person, &command, None).await;
        }
    }
}

/// Whether the ledger carries out the command.
async fn tried(
    world: &World,
    tally: &mut Tally,
    actor: PrincipalId,
    command: &Command,
    on_behalf_of: Option<PrincipalId>,
) -> bool {
    let request = || Request { on_behalf_of, ..world.request(actor, command.clone()) };
    let named: BTreeSet<Digest> = command.blobs().into_iter().map(|named| named.sha256).collect();
    if !named.is_empty() {
        match world.assent.ledger.execute(Request { may_name: BTreeSet::new(), ..request() }).await {
            Err(Failure::Refused(refusal)) => assert_eq!(refusal.code, Code::BlobMissing, "{command:?}"),
            other => panic!("{other:?}"),
        }
    }
    let before = world.store.read().unwrap().head().unwrap().size;
    let request = request();
    let outcome = world.assent.ledger.execute(request).await;
    let done = outcome.as_ref().is_ok_and(|receipt| !receipt.events.is_empty());
    tally.add(command, done);
    // Whatever the log refers to was named by the command, or made by the platform.
    if done && !matches!(command, Command::RanEvaluation(..)) {
        let read = world.store.read().unwrap();
        let referred = references::blobs_from(&*read, before).unwrap();
        assert!(referred.keys().all(|blob| named.contains(blob)), "{command:?} refers to {referred:?}");
        tally.referring += usize::from(!referred.is_empty());
    }
    match outcome {
        Ok(_) => {}
        Err(Failure::Refused(refusal)) => {
            assert!(!refusal.message.is_empty() && !refusal.code.remedy().is_empty(), "{refusal:?}");
        }
        Err(failure) => panic!("{failure:?}"),
    }
    done
}

async fn command(world: &World, known: &mut Known, step: Move) -> Option<(PrincipalId, Command)> {
    let admin = world.admin;
    let sealed = Sealed { subject: admin.0, data: "AAAA".to_owned() };
    let prod = Target { stage: "PROD".to_owned(), environment: None, strategy: None, replicas: None };
    Some(match step {
        Move::Person(role) => {
            let person = world.person(&[ROLES[usize::from(role) % ROLES.len()]]).await;
            known.people.push(person);
            return None;
        }
        Move::Disable(p) => (admin, Command::Principal(pick(&known.people, p)?, identity::Command::Disable)),
        Move::Erase(p) => {
            let erase = identity::Command::Erase { reason: sealed };
            (admin, Command::Principal(pick(&known.people, p)?, erase))
        }
        Move::Grant(p, r) => {
            let role = ROLES[usize::from(r) % ROLES.len()];
            let grant = identity::Command::grant(GrantId(world.id()), role);
            (admin, Command::Principal(pick(&known.people, p)?, grant))
        }
        Move::RevokeGrants(p) => {
            let person = pick(&known.people, p)?;
            let read = world.store.read().unwrap();
            let principal = Snapshot::new(&*read).get::<identity::Principal>(person).unwrap()?;
            let grant = principal.grants.first()?.id;
            (admin, Command::Principal(person, identity::Command::RevokeGrant(grant)))
        }
        Move::Model(p, n) => {
            let id = ModelId(world.id());
            known.models.push(id);
            (pick(&known.people, p)?, Command::Model(id, common::register(&format!("model {}", n % 4))))
        }
        Move::Version(p, m) => {
            let id = VersionId(world.id());
            let model = pick(&known.models, m)?;
            known.versions.push(id);
            let new = NewVersion { artifacts: vec![common::artifact()], ..common::new_version() };
            (pick(&known.people, p)?, Command::RegisterVersion(id, model, Box::new(new)))
        }
        Move::Attach(p, v, other) => {
            let mut card = common::card();
            card.blob.size_bytes += u64::from(other);
            let attach = VersionCommand::Attach(card);
            (pick(&known.people, p)?, Command::Version(pick(&known.versions, v)?, Box::new(attach)))
        }
        Move::Report(p, v, r) => {
            let add = VersionCommand::AddEvidence(common::report(r % 3));
            (pick(&known.people, p)?, Command::Version(pick(&known.versions, v)?, Box::new(add)))
        }
        Move::Scan(p, v) => {
            let id = EvaluationId(world.id());
            let version = pick(&known.versions, v)?;
            let read = world.store.read().unwrap();
            let held = Snapshot::new(&*read).get::<Version>(version).unwrap()?;
            let task = ScanRequested { version, model: held.model, artifacts: held.artifacts.clone() };
            known.scans.push(id);
            (pick(&known.people, p)?, Command::RequestEvaluation(id, Box::new(Task::Scan(task))))
        }
        Move::Scanned(s, passed) => {
            let id = pick(&known.scans, s)?;
            let read = world.store.read().unwrap();
            let ran = match Snapshot::new(&*read).get::<Job>(id).unwrap()?.runs {
                0 => Ran::Started,
                run => Ran::Finished { run, report: common::card().blob, found: common::scan(passed) },
            };
            (SYSTEM, Command::RanEvaluation(id, ran))
        }
        Move::Ask(p, v, submit) => {
            let id = PromotionId(world.id());
            let version = pick(&known.versions, v)?;
            known.promotions.push(id);
            (
                pick(&known.people, p)?,
                Command::RequestPromotion { id, version, target: prod, comment: None, submit },
            )
        }
        Move::Submit(p, m) => {
            (pick(&known.people, p)?, Command::SubmitPromotion(pick(&known.promotions, m)?))
        }
        Move::Decide(p, m, s, d) => {
            let decisions =
                [Decision::Approved, Decision::Approved, Decision::Approved, Decision::ChangesRequested];
            let decision = match d {
                241.. => Decision::Rejected,
                200..=220 => Decision::Conditional,
                _ => decisions[usize::from(d) % 4],
            };
            let step = ["compliance", "security"][usize::from(s) % 2].to_owned();
            let condition = NewCondition {
                id: format!("{step}-1"),
                text: sealed.clone(),
                owner: admin,
                due_at: None,
                when: ConditionTime::BeforeDeployment,
            };
            let conditions = if decision == Decision::Conditional { vec![condition] } else { Vec::new() };
            let promotion = pick(&known.promotions, m)?;
            let review = NewReview {
                step,
                role: None,
                decision,
                comment: Some(sealed),
                conditions,
                evidence: world.evidence(promotion),
            };
            (pick(&known.people, p)?, Command::Review(promotion, Box::new(review)))
        }
        Move::Withdraw(p, m) => {
            (pick(&known.people, p)?, Command::WithdrawPromotion(pick(&known.promotions, m)?, None))
        }
        Move::Complete(p, m) => {
            (pick(&known.people, p)?, Command::CompletePromotion(pick(&known.promotions, m)?))
        }
        Move::Retire(p, v) => {
            let command = VersionCommand::Move { to: "OLD".to_owned(), comment: None };
            (pick(&known.people, p)?, Command::Version(pick(&known.versions, v)?, Box::new(command)))
        }
        Move::Pack(other) => {
            let mut documents = common::pack();
            if other {
                documents[0].1["title"] = serde_json::json!("Another title");
            }
            (admin, Command::ApplyPack(documents))
        }
        Move::Wait(minutes) => {
            world.clock.advance(SignedDuration::from_mins(i64::from(minutes)));
            return None;
        }
        Move::Except(p, v, submit) => {
            let id = ExceptionId(world.id());
            let version = pick(&known.versions, v)?;
            let read = world.store.read().unwrap();
            let model = Snapshot::new(&*read).get::<Version>(version).unwrap()?.model;
            let mut new = Box::new(common::exception(model, version));
            new.extends = pick(&known.exceptions, v).filter(|_| v % 3 == 0);
            new.version = new.version.filter(|_| v % 2 == 0);
            known.exceptions.push(id);
            (pick(&known.people, p)?, Command::RequestException(id, new, submit))
        }
        Move::SignException(p, e, yes) => {
            let verdict = if yes { Verdict::Approved } else { Verdict::Rejected };
            let new = NewSignature { role: None, verdict, comment: Some(sealed) };
            (
                pick(&known.people, p)?,
                Command::Exception(pick(&known.exceptions, e)?, ExceptionCommand::Sign(new)),
            )
        }
        Move::EndException(p, e, how) => {
            let id = pick(&known.exceptions, e)?;
            let command = match how % 4 {
                0 => Command::Exception(id, ExceptionCommand::Submit),
                1 => Command::Exception(id, ExceptionCommand::Withdraw(None)),
                2 => Command::Exception(id, ExceptionCommand::Revoke(sealed)),
                _ => Command::Exception(id, ExceptionCommand::Remediate(sealed)),
            };
            (pick(&known.people, p)?, command)
        }
        Move::Assess(p, m) => {
            let id = AssessmentId(world.id());
            known.assessments.push(id);
            let start = AssessmentCommand::Start { model: pick(&known.models, m)?, version: None };
            (pick(&known.people, p)?, Command::Assessment(id, Box::new(start)))
        }
        Move::OnAssessment(p, a, what) => {
            let command = on_assessment(world, what, sealed);
            (pick(&known.people, p)?, Command::Assessment(pick(&known.assessments, a)?, Box::new(command)))
        }
        Move::AskTier(p, m, up) => {
            let id = TierChangeId(world.id());
            known.tier_changes.push(id);
            let to = if up { "HIGH" } else { "LOW" }.to_owned();
            let new = tier_change::New { to, justification: sealed.clone(), impact: sealed };
            let command = TierChangeCommand::Request(pick(&known.models, m)?, new);
            (pick(&known.people, p)?, Command::TierChange(id, Box::new(command)))
        }
        Move::OnTier(p, t, what) => {
            let command = match what % 4 {
                0 => TierChangeCommand::Withdraw(Some(sealed)),
                _ => TierChangeCommand::Sign(signature(what, sealed)),
            };
            (pick(&known.people, p)?, Command::TierChange(pick(&known.tier_changes, t)?, Box::new(command)))
        }
        Move::Declare(p, m) => {
            let promotion = pick(&known.promotions, m)?;
            let evidence = world.evidence(promotion);
            let new = NewEmergency { justification: sealed, role: None, evidence };
            (pick(&known.people, p)?, Command::DeclareEmergency(promotion, Box::new(new)))
        }
        Move::SignEmergency(p, m, yes) => {
            let promotion = pick(&known.promotions, m)?;
            let verdict = if yes { Verdict::Approved } else { Verdict::Rejected };
            let new = NewSignature { role: None, verdict, comment: Some(sealed) };
            let evidence = world.evidence(promotion);
            (pick(&known.people, p)?, Command::SignEmergency(promotion, new, evidence))
        }
        Move::Delegate(p, to, r) => {
            let id = DelegationId(world.id());
            known.delegations.push(id);
            let from = world.assent.wiring.now();
            let new = NewDelegation {
                roles: vec![["compliance", "security"][usize::from(r) % 2].to_owned()],
                scope: identity::Scope::default(),
                from,
                until: from + SignedDuration::from_hours(24 * 7),
                reason: sealed,
            };
            (pick(&known.people, p)?, Command::GiveDelegation(id, pick(&known.people, to)?, Box::new(new)))
        }
        Move::Other(draw) => return drawn::command(world, draw),
        Move::EndDelegation(p, d) => {
            (pick(&known.people, p)?, Command::RevokeDelegation(pick(&known.delegations, d)?, None))
        }
    })
}

fn signature(what: u8, sealed: Sealed) -> NewSignature {
    let verdict = if what < 200 { Verdict::Approved } else { Verdict::Rejected };
    NewSignature { role: None, verdict, comment: Some(sealed) }
}

fn on_assessment(world: &World, what: u8, sealed: Sealed) -> AssessmentCommand {
    match what % 6 {
        0 => {
            let custom =
                (what > 100).then(|| Custom { category: "QUALITY".to_owned(), title: sealed.clone() });
            let risk = if what > 100 { "X" } else { "R-1" }.to_owned();
            let effectiveness = Exact::of_ten_thousandths(u32::from(what) * 30);
            let answer =
                Answer { likelihood: 5, impact: 4, effectiveness, controls: vec![sealed], notes: None };
            AssessmentCommand::Answer(Answered { risk, custom, answer })
        }
        1 => AssessmentCommand::Submit,
        2 | 3 => AssessmentCommand::Sign(signature(what, sealed)),
        4 => {
            let expires_at = world.assent.wiring.now() + SignedDuration::from_hours(i64::from(what));
            AssessmentCommand::Accept { risk: "R-1".to_owned(), rationale: sealed, expires_at }
        }
        _ => AssessmentCommand::Withdraw(None),
    }
}

fn replayed(read: &dyn Read) -> Report {
    let (mut frames, mut rows) = (Vec::new(), Vec::new());
    replay::send(read, &mut frames).unwrap();
    replay::serve(&mut Cursor::new(frames), &mut rows).unwrap();
    replay::compare(read, &mut Cursor::new(rows)).unwrap()
}

/// What must hold whatever happened.
fn check_invariants(world: &World) {
    let read = world.store.read().unwrap();
    let view = Snapshot::new(&*read);
    let every = |table| {
        let select =
            Select { table, filter: Predicate::True, order: Order::Ascending, after: None, limit: 10_000 };
        read.select(&select).unwrap().into_iter().map(|row| row.id).collect::<Vec<Uuid>>()
    };
    let mut names = BTreeSet::new();
    for id in every("models") {
        let model = view.get::<Model>(id.into()).unwrap().unwrap();
        assert!(names.insert(model.name.clone()), "two models named {}", model.name);
        let versions = view.ids(Kind::Version, "model_id", &id.to_string()).unwrap();
        assert_eq!(versions.len() as u64, model.last_version);
        let champions = view.ids(Kind::Version, "model_stage", &format!("{id}/PROD")).unwrap();
        assert!(champions.len() <= 1, "{champions:?}");
    }
    for id in every("tier_changes") {
        let held = view.get::<TierChange>(id.into()).unwrap().unwrap();
        assert!(held.signatures.iter().all(|record| record.recorded.by != held.requester()));
    }
    for id in every("assessments") {
        let held = view.get::<Assessment>(id.into()).unwrap().unwrap();
        assert!(held.signatures.iter().all(|record| record.recorded.by != held.assessor()));
        let counting = view.ids(Kind::Assessment, "counts_for", &held.model.0.to_string()).unwrap();
        assert!(counting.len() <= 1, "{counting:?}");
    }
    for id in every("promotions") {
        let promotion = view.get::<Promotion>(id.into()).unwrap().unwrap();
        let mut deciders = BTreeSet::new();
        for record in &promotion.reviews {
            assert_ne!(record.recorded.by, promotion.requester());
            for hand in record.hands() {
                assert_ne!(hand, promotion.requester());
                deciders.insert((hand, record.review.step.clone()));
            }
        }
        for emergency in &promotion.emergencies {
            let signers: BTreeSet<_> = emergency.signatures.iter().map(|held| held.recorded.by).collect();
            assert_eq!(signers.len(), emergency.signatures.len(), "somebody signed twice");
            assert!(!signers.contains(&promotion.requester()));
            assert!(deciders.iter().all(|(person, _)| !signers.contains(person)), "signed and reviewed");
            assert!(emergency.granted.is_none() || signers.len() == 2);
        }
        let people: BTreeSet<_> = deciders.iter().map(|(person, _)| person).collect();
        assert_eq!(people.len(), deciders.len(), "somebody decided two steps");
        let by_emergency = promotion.emergencies.last().is_some_and(|emergency| emergency.used.is_some());
        if promotion.lifecycle.name() == StateName::Completed && !by_emergency {
            assert!(
                promotion.reviews.iter().filter(|r| r.review.decision == Decision::Approved).count() >= 2
            );
        }
        let now = world.assent.wiring.now();
        let judgement =
            cases::of_promotion(&view, world.assent.ledger.packs(), promotion.id, now).unwrap().judge();
        assert!(judgement.valid_until >= now);
    }
    let mut open = BTreeSet::new();
    for id in every("exceptions") {
        let exception = view.get::<Exception>(id.into()).unwrap().unwrap();
        let signers: BTreeSet<_> = exception.signatures.iter().map(|signed| signed.recorded.by).collect();
        assert!(!signers.contains(&exception.requester()));
        assert_eq!(signers.len(), exception.signatures.len(), "somebody signed twice");
        if let Some(approval) = exception.approval {
            assert_eq!(approval.ends_at, exception.terms().duration.after(approval.at));
            assert!(signers.len() >= exception.submission.as_ref().unwrap().roles.len());
        }
        if exception.state().is_open() {
            let subject = (exception.model(), exception.request.version);
            assert!(open.insert(subject), "two open requests for {subject:?}");
        }
    }
}

/// What histories have to carry out: if these got nowhere, they would show nothing.
const OFTEN: [&str; 6] =
    ["review", "make comment", "give delegation", "record lineage", "request change", "open periodic review"];

/// Histories, and over all of them every command that there is: a new one has to be drawn as well.
#[test]
fn any_history_verifies_and_replays() {
    let tally = RefCell::new(Tally::default());
    // By chance a hundred histories lack a rare command, so there are more of them until none is missing.
    for _ in 0..8 {
        histories(&tally);
        let tally = tally.borrow();
        let done = tally.done();
        if tally.never_drawn().is_empty() && tally.referring > 0 && OFTEN.iter().all(|often| done[often] > 0)
        {
            return;
        }
    }
    let tally = tally.into_inner();
    let (never, referring) = (tally.never_drawn(), tally.referring);
    panic!(
        "no history draws {never:?}, or carries out one of {OFTEN:?}; {referring} refer to blobs: {:?}",
        tally.done()
    );
}

fn histories(tally: &RefCell<Tally>) {
    let config = ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() };
    let outcome = TestRunner::new(config).run(&moves(), |moves| {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let world = World::new().await;
            let (mut known, mut seen) = (cast(&world).await, tally.take());
            for step in moves {
                play(&world, &mut known, &mut seen, step).await;
            }
            tally.replace(seen);
            check_invariants(&world);
            let read = world.store.read().unwrap();
            let report = verify::verify(&*read, Level::Schema, &[], &[]).unwrap();
            prop_assert!(report.is_sound(), "{:?}", report.damages);
            let replay = replayed(&*read);
            prop_assert!(replay.is_sound(), "{replay:#?}");
            Ok(())
        })
    });
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
}

#[tokio::test]
async fn every_index_column_is_rebuilt_from_the_log() {
    let world = World::new().await;
    let owner = world.person(&["model_owner"]).await;
    world.version(owner, "scoring").await;
    let read = world.store.read().unwrap();
    let replay = replayed(&*read);
    assert!(replay.is_sound(), "{replay:#?}");
    assert!(replay.rows >= 6, "{}", replay.rows);
    assert_eq!(replay.tables.len(), TABLES.len() + 1);
}

/// The lines of columns stand in tables of their own in SQLite. Whatever is changed there by hand is named with its row.
#[tokio::test]
async fn lines_that_were_changed_by_hand_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.sqlite");
    let options = assent_store_sqlite::Options::default();
    let world = World::on(Arc::new(assent_store_sqlite::SqliteStore::open(&path, options).unwrap())).await;
    let owner = world.person(&["model_owner"]).await;
    let (model, _) = world.version(owner, "scoring").await;
    let version = VersionId(world.id());
    let new = NewVersion { artifacts: vec![common::artifact()], ..common::new_version() };
    world.run(owner, Command::RegisterVersion(version, model, Box::new(new))).await.unwrap();
    let digest = common::artifact().blob.sha256.to_string();
    let by_hand = rusqlite::Connection::open(&path).unwrap();
    let found = || {
        let report = replayed(&*world.store.read().unwrap());
        let said = |it: &Difference| {
            (it.table.clone(), it.id, it.problem.clone(), it.log.clone(), it.stored.clone())
        };
        report.differences.iter().map(said).collect::<Vec<_>>()
    };
    let missing =
        ("versions".to_owned(), version.0, "LINE_MISSING files".to_owned(), digest.clone(), String::new());
    let stray = |id, column: &str| {
        ("versions".to_owned(), id, format!("LINE_NOT_IN_LOG {column}"), String::new(), "x".to_owned())
    };
    assert_eq!(found(), []);
    let put_back = format!("UPDATE versions_files SET line = '{digest}'");
    let again =
        format!("INSERT INTO versions_files SELECT '{digest}', id FROM versions WHERE files IS NOT NULL");
    for (change, expected, undo) in [
        (
            "UPDATE versions_files SET line = 'x'",
            vec![stray(version.0, "files"), missing.clone()],
            &*put_back,
        ),
        ("DELETE FROM versions_files", vec![missing], &*again),
        (
            "INSERT INTO versions_datasets VALUES ('x', zeroblob(16))",
            vec![stray(Uuid::nil(), "datasets")],
            "DELETE FROM versions_datasets WHERE line = 'x'",
        ),
    ] {
        assert_eq!(by_hand.execute(change, ()).unwrap(), 1, "{change}");
        assert_eq!(found(), expected, "{change}");
        by_hand.execute(undo, ()).unwrap();
        assert_eq!(found(), [], "{undo}");
    }
}

/// Many differences of one table do not hide that of a later one.
#[tokio::test]
async fn a_row_is_named_beside_many_lines() {
    const VERSIONS: usize = 200;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.sqlite");
    let options = assent_store_sqlite::Options::default();
    let world = World::on(Arc::new(assent_store_sqlite::SqliteStore::open(&path, options).unwrap())).await;
    let owner = world.person(&["model_owner"]).await;
    let (model, version) = world.version(owner, "scoring").await;
    for _ in 0..VERSIONS {
        let new = NewVersion { artifacts: vec![common::artifact()], ..common::new_version() };
        let register = Command::RegisterVersion(VersionId(world.id()), model, Box::new(new));
        world.run(owner, register).await.unwrap();
    }
    let id = PromotionId(world.id());
    let target = Target { stage: "PROD".to_owned(), environment: None, strategy: None, replicas: None };
    let ask = Command::RequestPromotion { id, version, target, comment: None, submit: false };
    world.run(owner, ask).await.unwrap();
    let by_hand = rusqlite::Connection::open(&path).unwrap();
    assert_eq!(by_hand.execute("DELETE FROM versions_files", ()).unwrap(), VERSIONS);
    assert_eq!(by_hand.execute("UPDATE promotions SET revision = 9", ()).unwrap(), 1);
    let report = replayed(&*world.store.read().unwrap());
    let (lines, rows): (Vec<_>, Vec<_>) = report.differences.iter().partition(|it| it.table == "versions");
    assert_eq!(lines.len(), replay::MAX_DIFFERENCES);
    assert!(lines.iter().all(|it| it.problem == "LINE_MISSING files"), "{lines:?}");
    assert!(matches!(&rows[..], [row] if row.id == id.0 && row.problem == "REVISION"), "{rows:?}");
    assert_eq!(report.cut_short().collect::<Vec<_>>(), ["versions"]);
}
