//! What a model card cites.

use std::collections::BTreeSet;
use std::sync::Arc;

use assent_domain::ids::AssessmentId;
use assent_domain::registry::card::NewCard;
use assent_domain::risk::Assessment;
use assent_domain::{Code, Refusal};

use super::Hand;
use crate::ledger::Failure;
use crate::view::View;

/// The most assessments that a card names: its own, and that of its model, are all that can count.
const MAX_ASSESSMENTS: usize = 2;

impl Hand<'_> {
    /// The assessments that the risks of a card name, as far as they exist.
    pub(super) fn assessments_of(&self, card: &NewCard) -> Result<Vec<Arc<Assessment>>, Failure> {
        let named: BTreeSet<AssessmentId> = card.risks.iter().map(|claim| claim.assessment).collect();
        if named.len() > MAX_ASSESSMENTS {
            let message = format!("the card cites {} assessments, more than {MAX_ASSESSMENTS}", named.len());
            return Err(Refusal::new(Code::TooMany, message).at("/sha256").into());
        }
        let mut found = Vec::new();
        for id in named {
            found.extend(self.unit.get::<Assessment>(id)?);
        }
        Ok(found)
    }
}
