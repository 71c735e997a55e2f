//! One command on a unit of work: load, authorise, decide.

mod assignments;
mod cards;
mod changes;
mod comments;
mod delegating;
mod emergencies;
mod evaluations;
mod exceptions;
mod lineage;
mod notices;
mod onboarding;
mod oversight;
mod people;
mod proposals;
mod risk;
mod systems;

use std::borrow::Cow;
use std::sync::Arc;

use assent_domain::aggregate::AggregateId;
use assent_domain::event::{Change, Event};
use assent_domain::facts::Target as StageTarget;
use assent_domain::identity::event::{AccessDenied, PrincipalRegistered, TokenIssued};
use assent_domain::identity::{
    self, Permission, Principal, Restriction, Target, authorise, credential, left_by_token, provider,
};
use assent_domain::ids::{AccountabilityId, DatasetId, ModelId, PrincipalId, PromotionId, VersionId};
use assent_domain::pack::{self, Applied, Pack};
use assent_domain::registry::{
    self, Dataset, DatasetCommand, Model, ModelCommand, NewVersion, Version, VersionCommand,
};
use assent_domain::workflow::{self, Judgement, NewReview, OWNER, Promotion};
use assent_domain::{Code, Kind, Refusal, Sealed, Stamp, Time};
use uuid::Uuid;

use crate::cases::{self, OwnedCase, Prepared, Question, not_found};
use crate::command::{Command, Request, SYSTEM};
use crate::delegations;
use crate::governance::Packs;
use crate::ledger::Failure;
use crate::naming;
use crate::project::{dataset_key, stage_key};
use crate::unit::Unit;
use crate::view::View;
pub(crate) use proposals::Outcome;

/// What a command decided: the object that it is about, and the changes.
pub(crate) struct Decided {
    pub(crate) object: AggregateId,
    pub(crate) pack: Option<Arc<Pack>>,
    pub(crate) changes: Vec<Change>,
}

/// Decides a command on the unit. Nothing is changed yet.
pub(crate) fn handle(unit: &Unit<'_>, packs: &Packs, request: &Request) -> Result<Decided, Failure> {
    let now = unit.now();
    if let Command::Bootstrap { .. } = request.command {
        return bootstrap(unit, request, now);
    }
    let pack = packs.current(unit)?;
    if let Command::Notify(id) = request.command {
        let changes = notices::notify(unit, packs, request.prepared.as_deref(), id)?;
        return Ok(Decided { object: id.into(), pack: Some(pack), changes });
    }
    if let Some((object, changes)) = of_the_platform(unit, &pack, &request.command, request.actor, now)? {
        return Ok(Decided { object, pack: Some(pack), changes });
    }
    naming::check(request)?;
    let actor = actor(unit, request)?;
    let hand = Hand {
        unit,
        packs,
        pack: &pack,
        actor: &actor,
        in_session: request.in_session,
        prepared: request.prepared.as_deref(),
        now,
    };
    let (object, changes) = hand.decide(request.command.clone())?;
    hand.carries_attestation(&changes)?;
    Ok(Decided { object, pack: Some(pack), changes })
}

/// Who asks, with what their token leaves them.
fn actor(unit: &Unit<'_>, request: &Request) -> Result<Arc<Principal>, Failure> {
    let actor = unit.get::<Principal>(request.actor)?;
    let actor = actor.ok_or_else(|| not_found("principal", request.actor))?;
    let actor = if request.restriction.is_none() {
        actor
    } else {
        Arc::new(actor.within(request.restriction.clone()))
    };
    let Some(delegator) = request.on_behalf_of else { return Ok(actor) };
    delegations::may_be_delegated(&request.command)?;
    Ok(Arc::new(delegations::in_place_of(unit, &actor, delegator, unit.now())?))
}

/// What nobody asks for: the platform records what it has seen itself.
fn of_the_platform(
    unit: &Unit<'_>,
    pack: &Pack,
    command: &Command,
    actor: PrincipalId,
    now: Time,
) -> Result<Option<(AggregateId, Vec<Change>)>, Failure> {
    if let Command::RecordDenials { route, code, attempts } = command {
        let object = AggregateId { kind: Kind::Access, id: actor.0 };
        let event = AccessDenied { route: route.clone(), code: code.clone(), attempts: *attempts };
        let change = Change::new(object, Event::AccessDenied(event)).named(route.clone());
        return Ok(Some((object, vec![change])));
    }
    if let Command::RecordRefusedLogIns(shut) = command {
        let change = credential::refused(shut.principal, shut.event.clone());
        return Ok(Some((change.subject, vec![change])));
    }
    if let Command::RanEvaluation(id, ran) = command {
        return evaluations::ran(unit, pack, *id, ran).map(Some);
    }
    if let Command::Vouch(id, vouched) = command {
        let state = unit.get::<Principal>(*id)?;
        let mut changes = provider::vouch(*id, state.as_deref(), (**vouched).clone(), pack, now)?;
        let approves = |change: &Change| matches!(&change.event, Event::GrantIssued(grant) if pack.approves(&grant.role));
        if let Some(person) = state.filter(|_| changes.iter().any(approves)) {
            changes.extend(proposals::ways_in_of_before(unit, &person, pack, now)?);
        }
        return Ok(Some(((*id).into(), changes)));
    }
    Ok(None)
}

/// Who acts, on what, under which pack.
pub(crate) struct Hand<'a> {
    pub(crate) unit: &'a Unit<'a>,
    packs: &'a Packs,
    pack: &'a Pack,
    pub(crate) actor: &'a Principal,
    in_session: bool,
    prepared: Option<&'a Prepared>,
    pub(crate) now: Time,
}

impl Hand<'_> {
    fn decide(&self, command: Command) -> Outcome {
        Ok(match command {
            Command::Bootstrap { .. }
            | Command::RecordDenials { .. }
            | Command::RecordRefusedLogIns(_)
            | Command::Vouch(..)
            | Command::RanEvaluation(..)
            | Command::Notify(_) => (AggregateId::PACK, Vec::new()),
            Command::Door(door) => self.door(door)?,
            Command::Principal(id, command) => self.principal(id, &command)?,
            Command::LinkPrincipal { principal, other } => self.link(principal, other)?,
            Command::UnlinkPrincipal(id) => self.unlink(id)?,
            Command::IssueToken { id, principal, secret_hash, expires_at, restriction } => {
                self.issue_token(id, principal, secret_hash, expires_at, restriction)?
            }
            Command::RevokeToken(id) => (id.into(), self.revoke_token(id)?),
            Command::Model(id, command) => (id.into(), self.model(id, command)?),
            Command::RegisterVersion(id, model, new) => (id.into(), self.new_version(id, model, *new)?),
            Command::Version(id, command) => (id.into(), self.version(id, *command)?),
            Command::Dataset(id, command) => (id.into(), self.dataset(id, *command)?),
            Command::RequestEvaluation(id, task) => (id.into(), self.request_evaluation(id, *task)?),
            Command::CancelEvaluation(id) => (id.into(), self.cancel_evaluation(id)?),
            Command::RequestPromotion { id, version, target, comment, submit } => {
                (id.into(), self.request_promotion(id, version, target, comment, submit)?)
            }
            Command::SubmitPromotion(id) => (id.into(), self.submit(id)?),
            Command::Review(id, new) => (id.into(), self.review(id, *new)?),
            Command::MeetCondition { promotion, condition, comment } => {
                (promotion.into(), self.meet_condition(promotion, &condition, comment)?)
            }
            Command::WithdrawPromotion(id, comment) => (id.into(), self.withdraw(id, comment)?),
            Command::CompletePromotion(id) => (id.into(), self.complete(id)?),
            Command::ApplyPack(documents) => self.apply_pack(documents)?,
            Command::ConfirmProposal(id, digest) => (id.into(), self.confirm(id, digest)?),
            Command::DeclineProposal(id, reason) => (id.into(), self.decline(id, reason)?),
            Command::WithdrawProposal(id, comment) => (id.into(), self.withdraw_proposal(id, comment)?),
            Command::System(id, command) => (id.into(), self.system(id, *command)?),
            Command::RequestException(id, new, submit) => {
                (id.into(), self.request_exception(id, *new, submit)?)
            }
            Command::Exception(id, command) => (id.into(), self.exception(id, command)?),
            Command::Assessment(id, command) => (id.into(), self.assessment(id, *command)?),
            Command::TierChange(id, command) => (id.into(), self.tier_change(id, *command)?),
            Command::Change(id, command) => self.change(id, *command)?,
            Command::Accountability(id, command) => {
                (AccountabilityId::of(id).into(), self.accountability(id, *command)?)
            }
            Command::PeriodicReview(id, command) => (id.into(), self.periodic_review(id, *command)?),
            Command::DeclareEmergency(id, new) => (id.into(), self.declare_emergency(id, *new)?),
            Command::SignEmergency(id, new, evidence) => (id.into(), self.sign_emergency(id, new, evidence)?),
            Command::GiveDelegation(id, to, new) => (id.into(), self.give_delegation(id, to, *new)?),
            Command::RevokeDelegation(id, comment) => (id.into(), self.revoke_delegation(id, comment)?),
            Command::Comment(id, command) => (id.into(), self.comment(id, *command)?),
            Command::AssignReview { promotion, step, to } => {
                (promotion.into(), self.assign(promotion, &step, to)?)
            }
            Command::Onboard(new) => (new.version.into(), self.onboard(*new)?),
            Command::RecordLineage(edges, source) => self.record_lineage(edges, source)?,
            Command::RetractLineage { edge, reason, all } => self.retract_lineage(edge, reason, all)?,
        })
    }

    pub(crate) fn may(&self, permission: Permission, target: Target<'_>) -> Result<(), Refusal> {
        authorise(self.actor, permission, target, self.pack, self.now)
    }

    /// Where the owner submits what the owner has to attest to, the request carries the attestation. That is a signature, and
    /// a token that does not leave signatures leaves none of this kind.
    fn carries_attestation(&self, changes: &[Change]) -> Result<(), Failure> {
        for change in changes {
            #[expect(clippy::wildcard_enum_match_arm, reason = "nothing else is submitted to be signed")]
            let roles = match &change.event {
                Event::AssessmentSubmitted(event) => &event.roles,
                Event::TierChangeRequested(event) => &event.roles,
                Event::ExceptionSubmitted(event) => &event.roles,
                Event::ChangeSubmitted(event) => &event.reviewers,
                _ => continue,
            };
            let model = change.model.filter(|_| roles.iter().any(|role| role == OWNER));
            let Some(model) = model.map(|id| self.unit.get::<Model>(id)).transpose()?.flatten() else {
                continue;
            };
            let owner = self.unit.get::<Principal>(model.owner)?;
            if owner.is_some_and(|owner| owner.answerable() == self.actor.answerable()) {
                left_by_token(self.actor, Permission::Review)?;
            }
        }
        Ok(())
    }

    fn submit(&self, id: PromotionId) -> Result<Vec<Change>, Failure> {
        self.may(Permission::RequestPromotion, Target::Model(&self.promotion(id)?.1))?;
        let (case, judgement) = self.case(id)?;
        let changes = workflow::submit(promotion_of(&case, id)?, &case.case(), &judgement, self.actor.id)?;
        self.with_approvals(changes)
    }

    /// An attestation needs no permission but to read and own the model; every other decision needs that to review, and who
    /// can only attest is asked for it before anything else is said.
    fn review(&self, id: PromotionId, new: NewReview) -> Result<Vec<Change>, Failure> {
        let model = self.promotion(id)?.1;
        self.may(Permission::Read, Target::Model(&model))?;
        left_by_token(self.actor, Permission::Review)?;
        let may_review = self.may(Permission::Review, Target::Model(&model));
        let owner = self.unit.get::<Principal>(model.owner)?;
        if owner.is_none_or(|owner| owner.answerable() != self.actor.answerable()) {
            may_review.clone()?;
        }
        let (case, judgement) = self.case(id)?;
        let changes = workflow::review(promotion_of(&case, id)?, &case.case(), &judgement, self.actor, new)?;
        let attests =
            |change: &Change| matches!(&change.event, Event::ReviewDecided(review) if review.role.is_none());
        if !changes.iter().any(attests) {
            may_review?;
        }
        Ok(changes)
    }

    fn meet_condition(
        &self,
        id: PromotionId,
        condition: &str,
        comment: Option<Sealed>,
    ) -> Result<Vec<Change>, Failure> {
        let (promotion, model) = self.promotion(id)?;
        self.may(Permission::Read, Target::Model(&model))?;
        left_by_token(self.actor, Permission::RequestPromotion)?;
        Ok(workflow::meet_condition(&promotion, &model, condition, comment, self.actor.id)?)
    }

    fn withdraw(&self, id: PromotionId, comment: Option<Sealed>) -> Result<Vec<Change>, Failure> {
        let (promotion, model) = self.promotion(id)?;
        self.may(Permission::RequestPromotion, Target::Model(&model))?;
        Ok(workflow::withdraw(&promotion, &model, comment, self.actor.id, self.now)?)
    }

    fn complete(&self, id: PromotionId) -> Result<Vec<Change>, Failure> {
        self.may(Permission::CompletePromotion, Target::Model(&self.promotion(id)?.1))?;
        let (case, judgement) = self.case(id)?;
        let incumbents = cases::incumbents(self.unit, &case)?;
        let superseded: Vec<&Version> = incumbents.iter().map(AsRef::as_ref).collect();
        Ok(workflow::complete(promotion_of(&case, id)?, &case.case(), &judgement, &superseded)?)
    }

    fn apply_pack(&self, documents: Vec<(String, serde_json::Value)>) -> Outcome {
        self.may(Permission::ApplyPack, Target::Platform)?;
        let state = self.unit.get::<Applied>(Uuid::nil())?;
        let mut changes = pack::apply(state.as_deref(), documents.clone())?;
        let proposed = state.and_then(|state| pack::for_two_persons(&state, self.pack, documents));
        changes.extend(self.required_by_pack(&changes)?);
        self.or_propose(AggregateId::PACK, changes, proposed)
    }

    fn model(&self, id: ModelId, command: ModelCommand) -> Result<Vec<Change>, Failure> {
        let ModelCommand::Register { name, owner, .. } = &command;
        self.may(Permission::RegisterModel, Target::Platform)?;
        if let Some(owner) = owner.filter(|owner| *owner != self.actor.id) {
            self.unit.get::<Principal>(owner)?.ok_or_else(|| not_found("principal", owner).at("/owner"))?;
        }
        if let Some(taken) = self.unit.find::<Model>("name", name)? {
            // That the name is taken has to be said; by which model only to who may read it.
            let message = match self.may(Permission::Read, Target::Model(&taken)) {
                Ok(()) => format!("the model `{}` has the name `{name}`", taken.id),
                Err(_) => format!("the name `{name}` is taken"),
            };
            return Err(Refusal::new(Code::NameTaken, message).at("/name").into());
        }
        let state = self.unit.get::<Model>(id)?;
        Ok(registry::decide_model(id, state.as_deref(), command, self.pack, self.actor.id)?)
    }

    fn new_version(&self, id: VersionId, model: ModelId, new: NewVersion) -> Result<Vec<Change>, Failure> {
        let model = self.unit.get::<Model>(model)?.ok_or_else(|| not_found("model", model))?;
        self.new_version_of(id, &model, new)
    }

    fn new_version_of(&self, id: VersionId, model: &Model, new: NewVersion) -> Result<Vec<Change>, Failure> {
        self.may(Permission::RegisterVersion, Target::Model(model))?;
        for (i, dataset) in new.datasets.iter().enumerate() {
            let known = self.unit.get::<Dataset>(*dataset)?;
            known.ok_or_else(|| not_found("data set", dataset).at(format!("/datasets/{i}")))?;
        }
        Ok(registry::register_version(id, model, new, self.pack)?)
    }

    fn version(&self, id: VersionId, command: VersionCommand) -> Result<Vec<Change>, Failure> {
        let version = self.unit.get::<Version>(id)?.ok_or_else(|| not_found("version", id))?;
        let model =
            self.unit.get::<Model>(version.model)?.ok_or_else(|| not_found("model", version.model))?;
        self.on_version(&model, &version, command)
    }

    fn on_version(
        &self,
        model: &Model,
        version: &Version,
        command: VersionCommand,
    ) -> Result<Vec<Change>, Failure> {
        let permission = match &command {
            VersionCommand::Attach(_)
            | VersionCommand::AttachCard(_)
            | VersionCommand::RecordScan(_)
            | VersionCommand::AddEvidence(_) => Permission::AttachEvidence,
            VersionCommand::Move { .. } => Permission::MoveVersion,
        };
        self.may(permission, Target::Model(model))?;
        if let VersionCommand::AttachCard(card) = command {
            let assessments = self.assessments_of(&card)?;
            return Ok(registry::attach_card(model, version, card, &assessments)?);
        }
        Ok(registry::decide_version(model, version, command, self.pack)?)
    }

    fn dataset(&self, id: DatasetId, command: DatasetCommand) -> Result<Vec<Change>, Failure> {
        self.may(Permission::RegisterDataset, Target::Platform)?;
        let DatasetCommand::Register(dataset) = &command;
        let key = dataset_key(&dataset.name, dataset.number);
        if let Some(taken) = self.unit.find::<Dataset>("name_number", &key)? {
            let readable =
                taken.steward == self.actor.id || self.may(Permission::Read, Target::Platform).is_ok();
            let which = if readable { format!(" `{}`", taken.id) } else { String::new() };
            let message =
                format!("a data set{which} is `{}` number {} already", dataset.name, dataset.number);
            return Err(Refusal::new(Code::NameTaken, message).at("/number").into());
        }
        Ok(registry::decide_dataset(id, command, self.pack)?)
    }

    fn request_promotion(
        &self,
        id: PromotionId,
        version: VersionId,
        target: StageTarget,
        comment: Option<Sealed>,
        submit: bool,
    ) -> Result<Vec<Change>, Failure> {
        let key = stage_key(version.0, &target.stage);
        let open = self.unit.find::<Promotion>("open_target", &key)?;
        let question = Question::New(version, target);
        let (mut case, judgement) = if submit {
            let (case, judgement) = self.judged(&question)?;
            (case, Some(judgement))
        } else {
            (question.case(self.unit, self.packs, self.now)?, None)
        };
        self.may(Permission::RequestPromotion, Target::Model(&case.model))?;
        let mut changes = workflow::request(id, &case.case(), open.as_deref(), comment)?;
        if let Some(judgement) = judgement {
            let stamp = Stamp { at: self.now, actor: self.actor.id };
            let requested = changes.iter().find_map(|change| {
                let Event::PromotionRequested(event) = &change.event else { return None };
                Some(Promotion::new(id, event, &stamp))
            });
            if let Some(requested) = requested {
                case.promotion = Some(Arc::new(requested.clone()));
                changes.extend(workflow::submit(&requested, &case.case(), &judgement, self.actor.id)?);
            }
        }
        self.with_approvals(changes)
    }

    /// The judged case of a promotion.
    fn case(&self, id: PromotionId) -> Result<(OwnedCase, Cow<'_, Judgement>), Failure> {
        self.judged(&Question::Promotion(id))
    }

    /// A judged case: as prepared, if that still holds, or else from the unit.
    fn judged(&self, question: &Question) -> Result<(OwnedCase, Cow<'_, Judgement>), Failure> {
        judged(self.unit, self.packs, self.prepared, question)
    }

    fn promotion(&self, id: PromotionId) -> Result<(Arc<Promotion>, Arc<Model>), Failure> {
        let promotion = self.unit.get::<Promotion>(id)?.ok_or_else(|| not_found("promotion", id))?;
        let model =
            self.unit.get::<Model>(promotion.model)?.ok_or_else(|| not_found("model", promotion.model))?;
        Ok((promotion, model))
    }
}

fn judged<'a>(
    unit: &Unit<'_>,
    packs: &Packs,
    prepared: Option<&'a Prepared>,
    question: &Question,
) -> Result<(OwnedCase, Cow<'a, Judgement>), Failure> {
    let now = unit.now();
    if let Some(prepared) = prepared
        && let Some((case, judgement)) = prepared.still(question, unit, now)?
    {
        return Ok((case, Cow::Borrowed(judgement)));
    }
    let case = question.case(unit, packs, now)?;
    let judgement = case.judge();
    Ok((case, Cow::Owned(judgement)))
}

fn promotion_of(case: &OwnedCase, id: PromotionId) -> Result<&Promotion, Refusal> {
    case.promotion.as_deref().ok_or_else(|| not_found("promotion", id))
}

fn bootstrap(unit: &Unit<'_>, request: &Request, now: Time) -> Result<Decided, Failure> {
    let Command::Bootstrap {
        administrator,
        name,
        grants,
        token,
        secret_hash,
        expires_at,
        invitation,
        documents,
    } = request.command.clone()
    else {
        return Err(Failure::Internal("not a bootstrap".to_owned()));
    };
    if unit.get::<Applied>(Uuid::nil())?.is_some() {
        return Err(Refusal::new(Code::WrongState, "the data directory was initialised before").into());
    }
    let mut changes = pack::apply(None, documents.clone())?;
    let pack = Arc::new(Pack::compile(documents).map_err(|_| Refusal::new(Code::PackInvalid, "the pack"))?);
    let registered =
        PrincipalRegistered { kind: identity::PrincipalKind::User, name, email: None, responsible: None };
    let stamp = Stamp { at: now, actor: SYSTEM };
    let mut principal = Principal::new(administrator, &registered, &stamp);
    changes.push(Change::new(administrator, Event::PrincipalRegistered(registered)));
    for grant in grants {
        let granted = identity::decide(
            administrator,
            Some(&principal),
            identity::Command::Grant(grant.clone()),
            None,
            &pack,
            now,
        )?;
        principal.grants.push(grant);
        changes.extend(granted);
    }
    let issued = TokenIssued {
        principal: administrator,
        secret_hash,
        expires_at,
        era: 0,
        restriction: Restriction::default(),
    };
    changes.push(Change::new(token, Event::TokenIssued(issued)));
    changes.extend(credential::invite(&principal, invitation, now)?);
    Ok(Decided { object: administrator.into(), pack: Some(pack), changes })
}
