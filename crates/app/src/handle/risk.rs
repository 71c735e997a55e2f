//! Risk assessments, and requests for another tier.

use std::sync::Arc;

use assent_domain::event::{Change, Event};
use assent_domain::identity::{Permission, Principal, Target, left_by_token};
use assent_domain::ids::{AssessmentId, ModelId, PromotionId, TierChangeId, VersionId};
use assent_domain::registry::{Model, Version};
use assent_domain::risk::{Assessment, TierChange, assessment, tier_change};
use assent_domain::signoff::NewSignature;
use assent_domain::workflow::Promotion;
use assent_domain::{Kind, Refusal, Sealed, Time};

use super::Hand;
use crate::cases::not_found;
use crate::command::{AssessmentCommand, TierChangeCommand};
use crate::ledger::Failure;
use crate::signing::OwnedSignoff;
use crate::view::View;

type Changes = Result<Vec<Change>, Failure>;

impl Hand<'_> {
    pub(super) fn assessment(&self, id: AssessmentId, command: AssessmentCommand) -> Changes {
        if let AssessmentCommand::Start { model, version } = command {
            return self.start_assessment(id, model, version);
        }
        let held = self.unit.get::<Assessment>(id)?.ok_or_else(|| not_found("assessment", id))?;
        let model = self.model_of_id(held.model)?;
        let assesses = || self.may(Permission::AssessRisk, Target::Model(&model));
        match command {
            AssessmentCommand::Start { .. } => Ok(Vec::new()),
            AssessmentCommand::Answer(new) => {
                assesses()?;
                Ok(assessment::answer(&held, &model, new, self.pack, self.actor.id)?)
            }
            AssessmentCommand::Submit => {
                assesses()?;
                let version = held.version.map(|id| self.unit.get::<Version>(id)).transpose()?.flatten();
                Ok(assessment::submit(&held, (&model, version.as_deref()), self.pack, self.actor.id)?)
            }
            AssessmentCommand::Withdraw(comment) => {
                assesses()?;
                Ok(assessment::withdraw(&held, &model, comment, self.actor.id)?)
            }
            AssessmentCommand::Sign(new) => {
                self.may(Permission::Review, Target::Model(&model))?;
                self.sign_assessment(&held, model, new)
            }
            AssessmentCommand::Accept { risk, rationale, expires_at } => {
                self.may(Permission::Review, Target::Model(&model))?;
                self.accept_risk(&held, model, risk, rationale, expires_at)
            }
        }
    }

    fn start_assessment(&self, id: AssessmentId, model: ModelId, version: Option<VersionId>) -> Changes {
        let model = self.model_of_id(model)?;
        self.may(Permission::AssessRisk, Target::Model(&model))?;
        let version = match version {
            Some(id) => {
                let version = self.unit.get::<Version>(id)?.filter(|version| version.model == model.id);
                Some(version.ok_or_else(|| not_found("version of this model", id).at("/version"))?)
            }
            None => None,
        };
        Ok(assessment::start(id, &model, version.as_deref(), self.pack)?)
    }

    fn sign_assessment(&self, held: &Assessment, model: Arc<Model>, new: NewSignature) -> Changes {
        let subject = held.version.map_or(held.model.0, |version| version.0).to_string();
        let current = self.unit.newest::<Assessment>("counts_for", &subject)?;
        let signoff = OwnedSignoff::of_assessment(self.unit, model, held)?;
        let case = signoff.case(self.pack, self.now);
        Ok(assessment::sign(held, &case, self.actor, new, current.as_deref())?)
    }

    fn accept_risk(
        &self,
        held: &Assessment,
        model: Arc<Model>,
        risk: String,
        rationale: Sealed,
        expires_at: Time,
    ) -> Changes {
        let signoff = OwnedSignoff::of_assessment(self.unit, model, held)?;
        let case = signoff.case(self.pack, self.now);
        Ok(assessment::accept(held, &case, self.actor, risk, rationale, expires_at)?)
    }

    pub(super) fn tier_change(&self, id: TierChangeId, command: TierChangeCommand) -> Changes {
        if let TierChangeCommand::Request(model, new) = command {
            let model = self.model_of_id(model)?;
            self.may(Permission::AssessRisk, Target::Model(&model))?;
            let open = self.unit.find::<TierChange>("open_model", &model.id.to_string())?;
            return Ok(tier_change::request(id, &model, new, open.as_deref(), self.pack)?);
        }
        let held = self.unit.get::<TierChange>(id)?.ok_or_else(|| not_found("tier change", id))?;
        let model = self.model_of_id(held.asked.model)?;
        match command {
            TierChangeCommand::Request(..) => Ok(Vec::new()),
            TierChangeCommand::Withdraw(comment) => {
                self.may(Permission::AssessRisk, Target::Model(&model))?;
                Ok(tier_change::withdraw(&held, &model, comment, self.actor.id)?)
            }
            TierChangeCommand::Sign(new) => {
                self.may_sign(&model)?;
                self.sign_tier_change(&held, model, new)
            }
        }
    }

    /// The open promotions of the model are only read where the tier changes.
    fn sign_tier_change(&self, held: &TierChange, model: Arc<Model>, new: NewSignature) -> Changes {
        let signoff = OwnedSignoff::of_tier_change(self.unit, model, held)?;
        let case = signoff.case(self.pack, self.now);
        let decided = tier_change::sign(held, &case, self.actor, new.clone(), &[])?;
        if !decided.iter().any(|change| matches!(change.event, Event::TierChanged(_))) {
            return Ok(decided);
        }
        let promotions = self.promotions_of(&signoff.model)?;
        Ok(tier_change::sign(held, &case, self.actor, new, &promotions)?)
    }

    /// A signature needs the permission to review; the attestation of the owner needs none but to read.
    pub(super) fn may_sign(&self, model: &Model) -> Result<(), Failure> {
        self.may(Permission::Read, Target::Model(model))?;
        left_by_token(self.actor, Permission::Review)?;
        let owner = self.unit.get::<Principal>(model.owner)?;
        if owner.is_none_or(|owner| owner.answerable() != self.actor.answerable()) {
            self.may(Permission::Review, Target::Model(model))?;
        }
        Ok(())
    }

    /// The promotions of a model that are not over.
    fn promotions_of(&self, model: &Model) -> Result<Vec<Arc<Promotion>>, Failure> {
        let mut open = Vec::new();
        for id in self.unit.ids(Kind::Promotion, "open_model_id", &model.id.to_string())? {
            let held = self.unit.get::<Promotion>(PromotionId(id))?;
            open.extend(held.filter(|held| held.state_at(self.now).is_open()));
        }
        Ok(open)
    }

    pub(super) fn model_of_id(&self, id: ModelId) -> Result<Arc<Model>, Failure> {
        Ok(self.unit.get::<Model>(id)?.ok_or_else(|| -> Refusal { not_found("model", id) })?)
    }
}
