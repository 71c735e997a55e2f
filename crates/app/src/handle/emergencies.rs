//! Emergencies of promotions.

use std::sync::Arc;

use assent_domain::Kind;
use assent_domain::event::Change;
use assent_domain::identity::{Permission, Target};
use assent_domain::ids::{Digest, PromotionId};
use assent_domain::signoff::NewSignature;
use assent_domain::workflow::Promotion;
use assent_domain::workflow::emergency::{self, NewEmergency};

use super::Hand;
use crate::ledger::Failure;
use crate::project::stage_key;
use crate::view::View;

impl Hand<'_> {
    pub(super) fn declare_emergency(
        &self,
        id: PromotionId,
        new: NewEmergency,
    ) -> Result<Vec<Change>, Failure> {
        let (promotion, model) = self.promotion(id)?;
        self.may(Permission::Review, Target::Model(&model))?;
        let earlier = self.earlier(&promotion)?;
        let (case, judgement) = self.case(id)?;
        Ok(emergency::declare(&case.case(), &judgement, &earlier, self.actor, new)?)
    }

    pub(super) fn sign_emergency(
        &self,
        id: PromotionId,
        new: NewSignature,
        evidence: Option<Digest>,
    ) -> Result<Vec<Change>, Failure> {
        self.may(Permission::Review, Target::Model(&self.promotion(id)?.1))?;
        let (case, judgement) = self.case(id)?;
        Ok(emergency::sign(&case.case(), &judgement, self.actor, new, evidence)?)
    }

    /// The other promotions of the version to that stage.
    fn earlier(&self, promotion: &Promotion) -> Result<Vec<Arc<Promotion>>, Failure> {
        let key = stage_key(promotion.version.0, &promotion.target.stage);
        let mut earlier = Vec::new();
        for id in self.unit.ids(Kind::Promotion, "version_target", &key)? {
            earlier.extend(self.unit.get::<Promotion>(id.into())?.filter(|other| other.id != promotion.id));
        }
        Ok(earlier)
    }
}
