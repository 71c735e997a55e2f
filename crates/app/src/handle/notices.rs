//! Notices of promotions: given by the platform, once each.

use assent_domain::event::Change;
use assent_domain::ids::PromotionId;
use assent_domain::workflow;

use super::{judged, promotion_of};
use crate::cases::{Prepared, Question};
use crate::governance::Packs;
use crate::ledger::Failure;
use crate::unit::Unit;

/// What is due now. What another server has said meanwhile stands in the state, and is not said again.
pub(super) fn notify(
    unit: &Unit<'_>,
    packs: &Packs,
    prepared: Option<&Prepared>,
    id: PromotionId,
) -> Result<Vec<Change>, Failure> {
    let (case, judgement) = judged(unit, packs, prepared, &Question::Promotion(id))?;
    Ok(workflow::notify(promotion_of(&case, id)?, &case.case(), &judgement))
}
