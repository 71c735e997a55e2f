//! Requests for another tier.

use assent_app::signing::OwnedSignoff;
use assent_domain::risk::TierChange;
use assent_domain::risk::tier_change::{Lifecycle, StateName};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::schemas::TierChangeStateWords;
use super::signoff::SignoffView;
use super::version::ModelRef;
use super::{RecordedView, Words, recorded};
use crate::desk::{Desk, Held};
use crate::problem::Problem;

/// A request to put a model into another tier.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = TierChange)]
pub(crate) struct TierChangeView {
    id: Uuid,
    /// How many events it has seen: what `If-Match` takes.
    revision: u64,
    model: ModelRef,
    /// The tier of the model when it was asked for.
    from: String,
    /// The tier that it is to get.
    to: String,
    #[schema(value_type = TierChangeStateWords)]
    state: StateName,
    /// Why.
    justification: Words,
    /// What follows from it.
    impact: Words,
    requested: RecordedView,
    signoff: SignoffView,
    /// When it was approved, rejected or withdrawn, and by whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    decided: Option<RecordedView>,
    /// Why it was withdrawn.
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<Words>,
}

impl TierChangeView {
    pub(crate) fn new(desk: &Desk<'_>, held: &Held<TierChange>) -> Result<Self, Problem> {
        let model = desk.any(held.asked.model)?;
        let model =
            model.ok_or_else(|| Problem::internal(format!("tier change {} without model", held.id)))?;
        let signoff = OwnedSignoff::of_tier_change(&desk.view, model.state, held)?;
        let (decided, comment) = match &held.lifecycle {
            Lifecycle::Open => (None, None),
            Lifecycle::Approved { recorded } | Lifecycle::Rejected { recorded } => (Some(*recorded), None),
            Lifecycle::Withdrawn { recorded, comment } => (Some(*recorded), comment.as_ref()),
        };
        let is_open = held.state() == StateName::Open;
        Ok(Self {
            id: held.id.0,
            revision: held.revision,
            model: (&*signoff.model).into(),
            from: held.asked.from.clone(),
            to: held.asked.to.clone(),
            state: held.state(),
            justification: desk.words(&held.asked.justification)?,
            impact: desk.words(&held.asked.impact)?,
            requested: recorded(desk, held.requested)?,
            signoff: SignoffView::new(desk, &signoff, &held.signatures, is_open)?,
            decided: decided.map(|decided| recorded(desk, decided)).transpose()?,
            comment: comment.map(|comment| desk.words(comment)).transpose()?,
        })
    }
}
