//! Cases from state: what a judgement needs, loaded through any view; and judgements made ahead of the queue.

use std::collections::BTreeMap;
use std::sync::Arc;

use assent_domain::change_request::{ChangeFacts, ChangeRequest, Hearing, facts_of_version};
use assent_domain::exception::Exception;
use assent_domain::facts::{Inputs, Oversight, Target};
use assent_domain::gate::{self, GateAnswer};
use assent_domain::identity::Principal;
use assent_domain::ids::{ModelId, PrincipalId, PromotionId, VersionId};
use assent_domain::pack::{Pack, Stage};
use assent_domain::registry::{Dataset, Model, Version};
use assent_domain::risk::Assessment;
use assent_domain::signoff::SignatureRecord;
use assent_domain::workflow::{self, Case, Judgement, Promotion, ReviewRecord};
use assent_domain::{Code, Kind, Refusal, Time};
use assent_store::Order;
use uuid::Uuid;

use crate::changes;
use crate::command::Command;
use crate::governance::Packs;
use crate::ledger::Failure;
use crate::oversight::{answering, reviewed};
use crate::project::stage_key;
use crate::view::{ReadSet, Recording, View};

/// A case that owns what it is made from.
#[derive(Debug, Clone)]
pub struct OwnedCase {
    /// The model.
    pub model: Arc<Model>,
    /// The version.
    pub version: Arc<Version>,
    /// Data sets that it was made with.
    pub datasets: Vec<Arc<Dataset>>,
    /// The newest of the other versions of the model that stand in the target stage, where one takes the place of another.
    pub champion: Option<Arc<Version>>,
    /// Where it is to go.
    pub target: Option<Target>,
    /// Exceptions for the model and the version.
    pub exceptions: Vec<Arc<Exception>>,
    /// The promotion that counts.
    pub promotion: Option<Arc<Promotion>>,
    /// The newest change to the version that was submitted and is neither rejected nor withdrawn, as conditions read it.
    pub change: Option<ChangeFacts>,
    /// The newest change that puts the version into the target stage.
    pub placing: Option<ChangeFacts>,
    /// The principals that the case names, as they are today.
    pub people: BTreeMap<PrincipalId, Arc<Principal>>,
    /// The pack in force.
    pub pack: Arc<Pack>,
    /// The time of the question.
    pub now: Time,
    /// The risk assessment that counts for the version.
    pub assessment: Option<Arc<Assessment>>,
    /// Whether no other version of the model stands in the target stage.
    pub is_first: bool,
    /// Who answers for the model, and when it was reviewed; absent where no condition reads it.
    pub oversight: Option<Oversight>,
}

impl OwnedCase {
    /// The case.
    pub fn case(&self) -> Case<'_> {
        Case {
            inputs: Inputs {
                model: &self.model,
                version: &self.version,
                datasets: &self.datasets,
                champion: self.champion.as_deref(),
                target: self.target.as_ref(),
                exceptions: &self.exceptions,
                assessment: self.assessment.as_deref(),
                is_first: self.is_first,
                change: self.change.as_ref(),
                oversight: self.oversight.as_ref(),
                people: &self.people,
                pack: &self.pack,
                now: self.now,
            },
            promotion: self.promotion.as_deref(),
            placing: self.placing.as_ref(),
        }
    }

    /// The stage that it is about: where the version is to go, or where it stands.
    pub fn stage(&self) -> &str {
        self.target.as_ref().map_or(self.version.stage.as_str(), |target| target.stage.as_str())
    }

    /// The same case with who answers for the model and when it was reviewed, whether or not a condition of the pack in force
    /// reads it: to be shown, or to be judged by another pack.
    pub fn overseen(mut self, view: &impl View) -> Result<Self, Failure> {
        let mut known = match self.oversight.take() {
            Some(known) => known,
            None => reviewed(view, &self.model, &self.pack)?,
        };
        if known.answering.is_none() {
            known.answering = Some(answering(view, &self.model)?);
        }
        self.oversight = Some(known);
        Ok(self)
    }

    /// Judges the case.
    pub fn judge(&self) -> Judgement {
        workflow::judge(&self.case())
    }

    /// Asks the gate.
    pub fn gate(&self) -> GateAnswer {
        gate::gate(&self.case(), &self.judge())
    }
}

/// What a command wants judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// A promotion.
    Promotion(PromotionId),
    /// A version on its way to a target, for which a promotion is only now asked.
    New(VersionId, Target),
}

impl Question {
    /// What a command wants judged, if anything.
    pub fn of(command: &Command) -> Option<Self> {
        match command {
            Command::SubmitPromotion(id)
            | Command::Review(id, _)
            | Command::CompletePromotion(id)
            | Command::DeclareEmergency(id, _)
            | Command::SignEmergency(id, ..)
            | Command::AssignReview { promotion: id, .. }
            | Command::Notify(id) => Some(Self::Promotion(*id)),
            Command::RequestPromotion { version, target, submit: true, .. } => {
                Some(Self::New(*version, target.clone()))
            }
            Command::Bootstrap { .. }
            | Command::Principal(..)
            | Command::LinkPrincipal { .. }
            | Command::UnlinkPrincipal(_)
            | Command::IssueToken { .. }
            | Command::RevokeToken(_)
            | Command::Model(..)
            | Command::RegisterVersion(..)
            | Command::Version(..)
            | Command::Dataset(..)
            | Command::RequestEvaluation(..)
            | Command::CancelEvaluation(_)
            | Command::RanEvaluation(..)
            | Command::RequestPromotion { submit: false, .. }
            | Command::MeetCondition { .. }
            | Command::WithdrawPromotion(..)
            | Command::ApplyPack(_)
            | Command::RecordDenials { .. }
            | Command::RecordRefusedLogIns(_)
            | Command::Vouch(..)
            | Command::Door(_)
            | Command::ConfirmProposal(..)
            | Command::DeclineProposal(..)
            | Command::WithdrawProposal(..)
            | Command::System(..)
            | Command::RequestException(..)
            | Command::Exception(..)
            | Command::Assessment(..)
            | Command::TierChange(..)
            | Command::Change(..)
            | Command::Accountability(..)
            | Command::PeriodicReview(..)
            | Command::GiveDelegation(..)
            | Command::RevokeDelegation(..)
            | Command::Comment(..)
            | Command::RecordLineage(..)
            | Command::RetractLineage { .. }
            | Command::Onboard(_) => None,
        }
    }

    /// The case that it is about.
    pub fn case(&self, view: &impl View, packs: &Packs, now: Time) -> Result<OwnedCase, Failure> {
        match self {
            Self::Promotion(id) => of_promotion(view, packs, *id, now),
            Self::New(version, target) => load(view, packs, *version, Some(target.clone()), None, now),
        }
    }
}

/// A case judged ahead of the queue, with what it read.
#[derive(Debug, Clone)]
pub struct Prepared {
    question: Question,
    reads: ReadSet,
    case: OwnedCase,
    judgement: Judgement,
}

impl Prepared {
    /// Judges what a command wants judged now, remembering what was read. `None` if that is nothing, or if the writer will
    /// refuse it anyhow.
    pub fn new(
        view: &impl View,
        packs: &Packs,
        command: &Command,
        now: Time,
    ) -> Result<Option<Self>, Failure> {
        let Some(question) = Question::of(command) else { return Ok(None) };
        let recording = Recording::new(view);
        let case = match question.case(&recording, packs, now) {
            Ok(case) => case,
            Err(Failure::Refused(_)) => return Ok(None),
            Err(failure) => return Err(failure),
        };
        let judgement = case.judge();
        Ok(Some(Self { question, reads: recording.finish(), case, judgement }))
    }

    /// The case and its judgement.
    pub(crate) fn judged(&self) -> (&OwnedCase, &Judgement) {
        (&self.case, &self.judgement)
    }

    /// What was read for it.
    pub(crate) fn into_reads(self) -> ReadSet {
        self.reads
    }

    /// Digest of the evidence as it was judged.
    pub fn evidence(&self) -> assent_domain::ids::Digest {
        self.judgement.evidence
    }

    /// The case and judgement, if it is of this question, and state and clock have not moved on since.
    pub fn still(
        &self,
        question: &Question,
        view: &impl View,
        now: Time,
    ) -> Result<Option<(OwnedCase, &Judgement)>, Failure> {
        let in_time = self.case.now <= now && now < self.judgement.valid_until;
        if self.question == *question && in_time && self.reads.holds(view)? {
            let case = OwnedCase { now, ..self.case.clone() };
            return Ok(Some((case, &self.judgement)));
        }
        Ok(None)
    }
}

/// The case of a promotion.
pub fn of_promotion(
    view: &impl View,
    packs: &Packs,
    id: PromotionId,
    now: Time,
) -> Result<OwnedCase, Failure> {
    let promotion = view.get::<Promotion>(id)?.ok_or_else(|| not_found("promotion", id))?;
    let target = promotion.target.clone();
    let version = promotion.version;
    load(view, packs, version, Some(target), Some(promotion), now)
}

/// The case of a version on its way to a target, or where it stands.
pub fn of_version(
    view: &impl View,
    packs: &Packs,
    version: VersionId,
    target: Option<Target>,
    now: Time,
) -> Result<OwnedCase, Failure> {
    let promotion = match &target {
        Some(target) => counting_promotion(view, version, &target.stage)?,
        None => None,
    };
    load(view, packs, version, target, promotion, now)
}

/// What to say of a version in one word, and why.
///
/// # Errors
/// Where the version does not exist, and those of the store.
pub fn status(
    view: &impl View,
    packs: &Packs,
    id: VersionId,
    now: Time,
) -> Result<workflow::status::Standing, Failure> {
    let pack = packs.current(view)?;
    let version = view.get::<Version>(id)?.ok_or_else(|| not_found("version", id))?;
    let mut promotions = Vec::new();
    for stage in pack.stages() {
        promotions.extend(view.find::<Promotion>("open_target", &stage_key(id.0, &stage.id))?);
    }
    promotions.extend(view.newest::<Promotion>("version_id", &id.to_string())?);
    let promotions: Vec<&Promotion> = promotions.iter().map(AsRef::as_ref).collect();
    let mut gates = Vec::new();
    for stage in workflow::status::gates_asked(&version, &promotions, &pack, now) {
        let target = Target { stage, environment: None, strategy: None, replicas: None };
        gates.push(of_version(view, packs, id, Some(target), now)?.gate());
    }
    Ok(workflow::status::status(&version, &promotions, &gates, &pack, now))
}

/// The promotion whose approvals count: the open one, or else the newest.
pub(crate) fn counting_promotion(
    view: &impl View,
    version: VersionId,
    stage: &str,
) -> Result<Option<Arc<Promotion>>, Failure> {
    let key = stage_key(version.0, stage);
    if let Some(open) = view.find::<Promotion>("open_target", &key)? {
        return Ok(Some(open));
    }
    Ok(view.newest::<Promotion>("version_target", &key)?)
}

fn load(
    view: &impl View,
    packs: &Packs,
    version: VersionId,
    target: Option<Target>,
    promotion: Option<Arc<Promotion>>,
    now: Time,
) -> Result<OwnedCase, Failure> {
    let pack = packs.current(view)?;
    let version = view.get::<Version>(version)?.ok_or_else(|| not_found("version", version))?;
    let model = view.get::<Model>(version.model)?.ok_or_else(|| not_found("model", version.model))?;
    let mut datasets = Vec::with_capacity(version.datasets.len());
    for id in &version.datasets {
        datasets.extend(view.get::<Dataset>(*id)?);
    }
    let (is_first, champion) = others_there(view, &pack, &version, target.as_ref())?;
    let mut named = vec![version.registered.by];
    let evaluated = [&version].into_iter().chain(&champion).flat_map(|version| version.suites.values());
    named.extend(evaluated.map(|record| record.recorded.by));
    named.extend(champion.iter().map(|champion| champion.registered.by));
    named.extend(model.owners_since(version.registered.at));
    if let Some(promotion) = &promotion {
        named.push(promotion.requester());
        named.extend(promotion.reviews.iter().flat_map(ReviewRecord::hands));
        let signed = promotion.emergencies.iter().flat_map(|emergency| &emergency.signatures);
        named.extend(signed.flat_map(SignatureRecord::hands));
    }
    let change = changes::newest(view, version.id)?;
    let placing = match &target {
        Some(target) => changes::placing(view, version.id, &target.stage)?,
        None => None,
    };
    named.extend(change.iter().chain(&placing).flat_map(|change| Hearing::named(change, &model)));
    let people = changes::people(view, &named)?;
    let known = |change: Arc<ChangeRequest>| {
        facts_of_version(&Hearing::new(&change, &model, &people, &pack, now), &version)
    };
    let (change, placing) = (change.map(known), placing.map(known));
    let mut exceptions = approved_exceptions(view, model.id.0)?;
    exceptions.extend(approved_exceptions(view, version.id.0)?);
    let assessment = counting_assessment(view, model.id, Some(version.id))?;
    let oversight = oversight(view, &model, &pack)?;
    Ok(OwnedCase {
        model,
        version,
        datasets,
        champion,
        target,
        exceptions,
        promotion,
        change,
        placing,
        people,
        pack,
        now,
        assessment,
        is_first,
        oversight,
    })
}

/// Whether no other version of the model stands where this one is to go, or else stands; and the champion there.
fn others_there(
    view: &impl View,
    pack: &Pack,
    version: &Version,
    target: Option<&Target>,
) -> Result<(bool, Option<Arc<Version>>), Failure> {
    let stage = target.map_or(version.stage.as_str(), |target| target.stage.as_str());
    // Two, since the version itself may be one of them.
    let key = stage_key(version.model.0, stage);
    let there = view.first_ids(Kind::Version, "model_stage", &key, Order::Descending, 2)?;
    let other = there.into_iter().find(|id| *id != version.id.0);
    let champion = match other.filter(|_| supersedes(pack, target).is_some()) {
        Some(id) => view.get::<Version>(id.into())?,
        None => None,
    };
    Ok((other.is_none(), champion))
}

/// What conditions of the pack read of the model beside its versions: most packs read nothing, or no more than a date.
fn oversight(view: &impl View, model: &Model, pack: &Pack) -> Result<Option<Oversight>, Failure> {
    if !pack.reads_review() && !pack.reads_accountability() {
        return Ok(None);
    }
    let mut known = reviewed(view, model, pack)?;
    if pack.reads_accountability() {
        known.answering = Some(answering(view, model)?);
    }
    Ok(Some(known))
}

/// The exceptions that were approved for a model, or for a version alone. Whether they hold is for the clock to say.
pub(crate) fn approved_exceptions(view: &impl View, subject: Uuid) -> Result<Vec<Arc<Exception>>, Failure> {
    let mut exceptions = Vec::new();
    for id in view.ids(Kind::Exception, "approved_subject", &subject.to_string())? {
        exceptions.extend(view.get::<Exception>(id.into())?);
    }
    Ok(exceptions)
}

/// The risk assessment that counts for a version: its own, or else that of the model as a whole.
pub fn counting_assessment(
    view: &impl View,
    model: ModelId,
    version: Option<VersionId>,
) -> Result<Option<Arc<Assessment>>, Failure> {
    for subject in version.map(|version| version.0).into_iter().chain([model.0]) {
        if let Some(counts) = view.newest::<Assessment>("counts_for", &subject.to_string())? {
            return Ok(Some(counts));
        }
    }
    Ok(None)
}

/// The stage that a version is on its way to, if it takes the place of those that stand there.
fn supersedes<'p>(pack: &'p Pack, target: Option<&Target>) -> Option<&'p Stage> {
    target.and_then(|target| pack.stage(&target.stage)).filter(|stage| stage.superseded_to.is_some())
}

/// All versions whose place a version takes when its promotion is completed, oldest first.
pub(crate) fn incumbents(view: &impl View, case: &OwnedCase) -> Result<Vec<Arc<Version>>, Failure> {
    let Some(stage) = supersedes(&case.pack, case.target.as_ref()) else { return Ok(Vec::new()) };
    let mut incumbents = Vec::new();
    for id in view.ids(Kind::Version, "model_stage", &stage_key(case.model.id.0, &stage.id))? {
        if id != case.version.id.0 {
            incumbents.extend(view.get::<Version>(id.into())?);
        }
    }
    Ok(incumbents)
}

/// The refusal of an id that names nothing.
pub fn not_found(what: &str, id: impl std::fmt::Display) -> Refusal {
    Refusal::new(Code::NotFound, format!("there is no {what} `{id}`"))
}
