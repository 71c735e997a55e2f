//! Commands on changes of models in service.

use std::collections::BTreeSet;
use std::sync::Arc;

use assent_domain::change_request::{self, ChangeRequest, ChangeType, Content, NewRollback, Plan, StateName};
use assent_domain::event::{Change, Event};
use assent_domain::identity::{Permission, Principal, Target, left_by_token};
use assent_domain::ids::{ChangeId, PromotionId, VersionId};
use assent_domain::registry::event::Recorded;
use assent_domain::registry::{Model, Version};
use assent_domain::signoff::{NewSignature, Signature, SignatureRecord, Verdict};
use assent_domain::workflow::{self, Approval, OWNER, Promotion, StateName as PromotionState};
use assent_domain::{Code, Kind, Refusal, Stamp};

use super::{Hand, Outcome};
use crate::cases::{self, not_found};
use crate::changes::{ChangeCommand, OwnedHearing};
use crate::ledger::Failure;
use crate::project::stage_key;
use crate::unit::Supposed;
use crate::view::View;

type Changes = Result<Vec<Change>, Failure>;

/// Whether approvals of a promotion in that state say anything today: those that brought the version where it stands do.
fn carries(state: PromotionState, is_there: bool) -> bool {
    match state {
        PromotionState::InReview | PromotionState::Approved => true,
        PromotionState::Completed => is_there,
        PromotionState::Draft
        | PromotionState::ChangesRequired
        | PromotionState::Rejected
        | PromotionState::Withdrawn
        | PromotionState::Expired => false,
    }
}

impl Hand<'_> {
    pub(super) fn change(&self, id: ChangeId, command: ChangeCommand) -> Outcome {
        let mut object = id;
        let changes = match command {
            ChangeCommand::Request { content, submit } => self.request_change(id, content, submit)?,
            ChangeCommand::Submit(plan) => self.submit_change(&self.requested(id)?, *plan)?,
            ChangeCommand::Sign(new) => self.sign_change(id, new)?,
            ChangeCommand::Schedule(at) => change_request::schedule(&self.requested(id)?.hearing(), at)?,
            ChangeCommand::Start => change_request::start(&self.requested(id)?.hearing())?,
            ChangeCommand::Complete { success, notes } => {
                let held = self.requested(id)?;
                let original = self.of_change(held.change.rollback_of)?;
                let ended = (success, notes);
                let original = original.as_deref();
                change_request::complete(&held.change, original, &held.model, &held.pack, ended, self.now)?
            }
            ChangeCommand::RollBack { rollback, new } => {
                object = rollback;
                self.roll_back(id, rollback, *new)?
            }
            ChangeCommand::Withdraw(comment) => {
                let held = self.requested(id)?;
                change_request::withdraw(&held.change, &held.model, comment, self.actor.id)?
            }
        };
        Ok((object.into(), self.with_approvals(changes)?))
    }

    /// These changes, and the approval of each promotion of which they leave nothing missing. Whatever happens to a change that
    /// places a version, and is no draft, can alter which of the changes counts, and whether it does: the last signature, one that
    /// is given again, the start of an emergency, and that a newer change is withdrawn. So none is left out, and the promotion is
    /// judged as it will stand, if its change lets the version in at all: judging takes the time of everybody who waits. A
    /// promotion that is submitted may find its change approved.
    pub(super) fn with_approvals(&self, mut changes: Vec<Change>) -> Changes {
        let stamp = Stamp { at: self.now, actor: self.actor.id };
        let after = Supposed::new(self.unit, &changes, &stamp)?;
        let mut promotions = BTreeSet::new();
        for change in &changes {
            if let Event::PromotionSubmitted(_) = change.event {
                promotions.insert(PromotionId(change.subject.id));
            }
            if change.subject.kind == Kind::Change
                && let Some(change) = after.get::<ChangeRequest>(change.subject.id.into())?
                && change.content.kind.places_a_version()
                && change.state != StateName::Draft
            {
                let key = stage_key(change.content.target_version.0, &change.content.environment);
                promotions.extend(after.find::<Promotion>("open_target", &key)?.map(|found| found.id));
            }
        }
        for id in promotions {
            let promotion = after.get::<Promotion>(id)?.filter(|held| held.waits_for_change(self.now));
            let Some(promotion) = promotion else { continue };
            let case = cases::of_promotion(&after, self.packs, id, self.now)?;
            if !case.placing.as_ref().is_some_and(|change| change.lets_into(&promotion.target.stage)) {
                continue;
            }
            changes.extend(workflow::approve(&promotion, &case.case(), &case.judge()));
        }
        Ok(changes)
    }

    fn request_change(&self, id: ChangeId, content: Box<Content>, submit: bool) -> Changes {
        let target = self.of_version(content.target_version, "/targetVersion")?;
        let current = content.current_version.map(|id| self.of_version(id, "/currentVersion")).transpose()?;
        let model = self.unit.get::<Model>(target.model)?.ok_or_else(|| not_found("model", target.model))?;
        self.may(Permission::RequestChange, Target::Model(&model))?;
        self.fits_promotion(&content, &target)?;
        let unfinished = self.unit.ids(Kind::Change, "open_model_id", &model.id.to_string())?.len();
        let versions = (current.as_deref(), &*target);
        let mut changes = change_request::request(id, content, &model, versions, self.pack, unfinished)?;
        if submit {
            let stamp = Stamp { at: self.now, actor: self.actor.id };
            let requested = changes.iter().find_map(|change| {
                let Event::ChangeRequested(event) = &change.event else { return None };
                Some(ChangeRequest::new(id, event, &stamp))
            });
            if let Some(requested) = requested {
                let pack = self.packs.current(self.unit)?;
                let held = OwnedHearing::new(self.unit, Arc::new(requested), model, pack, self.now)?;
                changes.extend(self.submit_change(&held, Plan::default())?);
            }
        }
        Ok(changes)
    }

    fn of_version(&self, id: VersionId, place: &str) -> Result<Arc<Version>, Failure> {
        let version = self.unit.get::<Version>(id)?;
        Ok(version.ok_or_else(|| not_found("version", id).at(place))?)
    }

    /// Whoever approved that a version goes to one stage has not approved that it goes to another, nor anything else than that
    /// it goes there.
    fn fits_promotion(&self, content: &Content, version: &Version) -> Result<(), Failure> {
        let Some(id) = content.promotion else { return Ok(()) };
        let promotion = self.unit.get::<Promotion>(id)?;
        let promotion = promotion.ok_or_else(|| not_found("promotion", id).at("/promotion"))?;
        let (stage, environment) = (&promotion.target.stage, &content.environment);
        let lifecycle = promotion.state_at(self.now);
        let message = if content.kind != ChangeType::ModelUpdate {
            format!(
                "a change of the type {} is not made for a promotion; MODEL_UPDATE is",
                content.kind.name()
            )
        } else if !carries(lifecycle, version.stage == *stage) {
            format!(
                "the promotion `{id}` is {}; IN_REVIEW and APPROVED ones count, and COMPLETED ones while the version stands there",
                lifecycle.name()
            )
        } else if promotion.version != content.target_version {
            format!("the promotion `{id}` is of another version")
        } else if stage != environment {
            format!("the promotion `{id}` leads to `{stage}`, and the change is made in `{environment}`")
        } else if self.counting(&promotion)? != Some(id) {
            format!("the promotion `{id}` is over: another one to `{stage}` was asked for since")
        } else {
            return Ok(());
        };
        Err(Refusal::new(Code::InvalidValue, message).at("/promotion").into())
    }

    /// The promotion of the same version to the same stage whose approvals count.
    fn counting(&self, promotion: &Promotion) -> Result<Option<PromotionId>, Failure> {
        let found = cases::counting_promotion(self.unit, promotion.version, &promotion.target.stage)?;
        Ok(found.map(|found| found.id))
    }

    fn submit_change(&self, held: &OwnedHearing, plan: Plan) -> Changes {
        let approvals = self.approvals(&held.change)?;
        let mut held = held.clone();
        for record in &approvals {
            for id in record.hands() {
                held.people.extend(self.unit.get::<Principal>(id)?.map(|principal| (id, principal)));
            }
        }
        Ok(change_request::submit(&held.hearing(), plan, &approvals, self.actor.id)?)
    }

    /// The valid approvals of the promotion that the change was made for. One whose conditions for the time before the
    /// deployment are not met is no signature.
    fn approvals(&self, change: &ChangeRequest) -> Result<Vec<SignatureRecord>, Failure> {
        let Some(promotion) = change.content.promotion else { return Ok(Vec::new()) };
        let (case, judgement) = self.case(promotion)?;
        let is_there = |held: &Promotion| case.version.stage == held.target.stage;
        let carrying = |held: &&Arc<Promotion>| carries(held.state_at(self.now), is_there(held));
        let Some(promotion) = case.promotion.as_ref().filter(carrying) else { return Ok(Vec::new()) };
        if self.counting(promotion)? != Some(promotion.id) {
            return Ok(Vec::new());
        }
        let given = judgement.approvals().filter(|approval| promotion.is_unconditional(approval));
        let record = |approval: &Approval| SignatureRecord {
            signature: Signature {
                role: approval.role.clone(),
                verdict: Verdict::Approved,
                comment: None,
                on_behalf_of: approval.on_behalf_of,
            },
            recorded: Recorded { at: approval.at, by: approval.reviewer },
        };
        Ok(given.map(record).collect())
    }

    /// An attestation needs no permission but to read and own the model; every other signature needs that to review.
    fn sign_change(&self, id: ChangeId, new: NewSignature) -> Changes {
        let held = self.loaded(id)?;
        self.may(Permission::Read, Target::Model(&held.model))?;
        left_by_token(self.actor, Permission::Review)?;
        let may_review = self.may(Permission::Review, Target::Model(&held.model));
        let owner = held.people.get(&held.model.owner);
        if owner.is_none_or(|owner| owner.answerable() != self.actor.answerable()) {
            may_review.clone()?;
        }
        let changes = change_request::sign(&held.hearing(), self.actor, new)?;
        let attests = |change: &Change| matches!(&change.event, Event::ChangeSigned(signature) if signature.role == OWNER);
        if !changes.iter().any(attests) {
            may_review?;
        }
        Ok(changes)
    }

    fn roll_back(&self, id: ChangeId, rollback: ChangeId, new: NewRollback) -> Changes {
        let mut held = self.requested(id)?;
        let before = self.of_change(held.change.rolled_back_by)?;
        let target = held.change.content.current_version;
        let target = target.map(|id| self.of_version(id, "")).transpose()?;
        held.people.insert(self.actor.id, Arc::new(self.actor.clone()));
        if let Some(target) = &target
            && let Some(maker) = self.unit.get::<Principal>(target.registered.by)?
        {
            held.people.insert(target.registered.by, maker);
        }
        let (before, target) = (before.as_deref(), target.as_deref());
        Ok(change_request::roll_back(rollback, &held.hearing(), before, target, new, self.actor.id)?)
    }

    /// The change, for who may ask for changes of its model.
    fn requested(&self, id: ChangeId) -> Result<OwnedHearing, Failure> {
        let held = self.loaded(id)?;
        self.may(Permission::RequestChange, Target::Model(&held.model))?;
        Ok(held)
    }

    fn loaded(&self, id: ChangeId) -> Result<OwnedHearing, Failure> {
        OwnedHearing::load(self.unit, self.packs, id, self.now)
    }

    fn of_change(&self, id: Option<ChangeId>) -> Result<Option<Arc<ChangeRequest>>, Failure> {
        Ok(id.map(|id| self.unit.get::<ChangeRequest>(id)).transpose()?.flatten())
    }
}
