//! Who answers for models, and their periodic reviews.

use assent_domain::accountability::{self, Accountability};
use assent_domain::event::Change;
use assent_domain::identity::{Permission, Principal, Status, Target, left_by_token};
use assent_domain::ids::{AccountabilityId, ModelId, PeriodicReviewId};
use assent_domain::periodic_review::{self as review, PeriodicReview};
use assent_domain::registry::Model;
use assent_domain::workflow::OWNER;
use assent_domain::{Code, Refusal};

use super::Hand;
use crate::cases::not_found;
use crate::ledger::Failure;
use crate::oversight::{AccountabilityCommand, PeriodicReviewCommand};
use crate::signing::OwnedSignoff;
use crate::view::View;

type Changes = Result<Vec<Change>, Failure>;

impl Hand<'_> {
    pub(super) fn accountability(&self, id: ModelId, command: AccountabilityCommand) -> Changes {
        let model = self.model_of_id(id)?;
        let held = self.unit.get::<Accountability>(AccountabilityId::of(id))?;
        let is_owner = self.may_assign(&model)?;
        match command {
            AccountabilityCommand::Assign(new) => {
                let candidate = self.unit.get::<Principal>(new.principal)?;
                let candidate =
                    candidate.ok_or_else(|| not_found("principal", new.principal).at("/principal"))?;
                if new.role == OWNER && !is_owner && candidate.person() == self.actor.person() {
                    self.may_take_over(&model)?;
                }
                Ok(accountability::assign(&model, held.as_deref(), &candidate, new, self.pack, self.now)?)
            }
            AccountabilityCommand::End { role, reason } => {
                Ok(accountability::end(&model, held.as_deref(), &role, reason)?)
            }
        }
    }

    /// The owner may without a permission, but to read; anybody else needs that to assign. Says whether it is the owner.
    fn may_assign(&self, model: &Model) -> Result<bool, Failure> {
        self.may(Permission::Read, Target::Model(model))?;
        left_by_token(self.actor, Permission::AssignAccountability)?;
        let owner = self.unit.get::<Principal>(model.owner)?;
        let is_owner = owner.is_some_and(|owner| owner.answerable() == self.actor.answerable());
        if !is_owner {
            self.may(Permission::AssignAccountability, Target::Model(model))?;
        }
        Ok(is_owner)
    }

    /// Nobody makes themself the owner in the place of one who is there: they would attest in another's name.
    fn may_take_over(&self, model: &Model) -> Result<(), Failure> {
        let owner = self.unit.get::<Principal>(model.owner)?;
        if owner.is_some_and(|owner| owner.status == Status::Active) {
            let message = "the owner of the model is there, and nobody takes it over by themself";
            return Err(Refusal::new(Code::OwnerActive, message).at("/principal").into());
        }
        Ok(())
    }

    pub(super) fn periodic_review(&self, id: PeriodicReviewId, command: PeriodicReviewCommand) -> Changes {
        if let PeriodicReviewCommand::Open(model) = command {
            let model = self.model_of_id(model)?;
            self.may(Permission::AssessRisk, Target::Model(&model))?;
            let open = self.unit.find::<PeriodicReview>("open_model", &model.id.to_string())?;
            return Ok(review::open(id, &model, open.as_deref(), self.pack)?);
        }
        let held = self.unit.get::<PeriodicReview>(id)?;
        let held = held.ok_or_else(|| not_found("periodic review", id))?;
        let model = self.model_of_id(held.model)?;
        let reviews = || self.may(Permission::AssessRisk, Target::Model(&model));
        match command {
            PeriodicReviewCommand::Open(_) => Ok(Vec::new()),
            PeriodicReviewCommand::Find(new) => {
                reviews()?;
                for (i, (_, owner, _)) in new.actions.iter().enumerate() {
                    let known = self.unit.get::<Principal>(*owner)?;
                    known.ok_or_else(|| not_found("principal", owner).at(format!("/actions/{i}/owner")))?;
                }
                Ok(review::find(&held, &model, new, self.now)?)
            }
            PeriodicReviewCommand::Submit => {
                reviews()?;
                Ok(review::submit(&held, &model, self.pack)?)
            }
            PeriodicReviewCommand::Withdraw(comment) => {
                reviews()?;
                Ok(review::withdraw(&held, &model, comment, self.actor.id)?)
            }
            PeriodicReviewCommand::Act { action, comment } => {
                self.may(Permission::Read, Target::Model(&model))?;
                left_by_token(self.actor, Permission::AssessRisk)?;
                Ok(review::act(&held, &model, &action, comment, self.actor.id)?)
            }
            PeriodicReviewCommand::Sign(new) => {
                self.may_sign(&model)?;
                let signoff = OwnedSignoff::of_review(self.unit, model, &held)?;
                let case = signoff.case(self.pack, self.now);
                Ok(review::sign(&held, &case, self.actor, new)?)
            }
        }
    }
}
