//! Assigning a step of a promotion.

use assent_domain::event::Change;
use assent_domain::identity::{Permission, Principal, Target};
use assent_domain::ids::{PrincipalId, PromotionId};
use assent_domain::workflow;

use super::{Hand, promotion_of};
use crate::cases::not_found;
use crate::ledger::Failure;
use crate::view::View;

impl Hand<'_> {
    /// Who asks for promotions of the model, or reviews them, assigns their steps.
    pub(super) fn assign(
        &self,
        id: PromotionId,
        step: &str,
        to: Option<PrincipalId>,
    ) -> Result<Vec<Change>, Failure> {
        let model = self.promotion(id)?.1;
        let target = Target::Model(&model);
        self.may(Permission::RequestPromotion, target).or_else(|_| self.may(Permission::Review, target))?;
        let to = match to {
            Some(to) => {
                let person = self.unit.get::<Principal>(to)?;
                Some(person.ok_or_else(|| not_found("principal", to).at("/to"))?)
            }
            None => None,
        };
        let (case, judgement) = self.case(id)?;
        let promotion = promotion_of(&case, id)?;
        Ok(workflow::assign(promotion, &case.case(), &judgement, self.actor, step, to.as_deref())?)
    }
}
