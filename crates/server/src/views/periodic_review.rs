//! Periodic reviews.

use assent_app::signing::OwnedSignoff;
use assent_domain::periodic_review::{
    Action, Due, FindingRecord, Lifecycle, Outcome, PeriodicReview, StateName,
};
use assent_domain::registry::Model;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::schemas::{PeriodicReviewStateWords, ReviewOutcomeWords};
use super::signoff::SignoffView;
use super::version::ModelRef;
use super::{Person, RecordedView, Words, recorded};
use crate::desk::{Desk, Held};
use crate::problem::Problem;

/// A review of a model in service.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PeriodicReview)]
pub(crate) struct PeriodicReviewView {
    id: Uuid,
    /// How many events it has seen: what `If-Match` takes.
    revision: u64,
    model: ModelRef,
    /// The tier that the model had when it was opened.
    tier: String,
    #[schema(value_type = PeriodicReviewStateWords)]
    state: StateName,
    /// When it was opened, and by whom.
    opened: RecordedView,
    /// What is looked at, with what was found.
    sections: Vec<SectionView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    submitted: Option<RecordedView>,
    /// Who signs; known once it is submitted.
    #[serde(skip_serializing_if = "Option::is_none")]
    signoff: Option<SignoffView>,
    /// When it was completed, rejected or withdrawn, and by whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    decided: Option<RecordedView>,
    /// Why it was withdrawn.
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<Words>,
}

/// What is looked at.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReviewSection)]
struct SectionView {
    section: String,
    /// What it comes to; absent where nothing is written down yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<ReviewOutcomeWords>)]
    outcome: Option<Outcome>,
    #[serde(skip_serializing_if = "Option::is_none")]
    finding: Option<Words>,
    /// When it was written down, and by whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    recorded: Option<RecordedView>,
    /// What has to be done.
    actions: Vec<ActionView>,
}

/// What has to be done.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ReviewAction)]
struct ActionView {
    id: String,
    text: Words,
    owner: Person,
    due_at: Timestamp,
    /// When it was done, and by whom it was said.
    #[serde(skip_serializing_if = "Option::is_none")]
    done: Option<RecordedView>,
    /// How it was done.
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<Words>,
    /// Whether it is not done, and its time is over.
    overdue: bool,
}

impl PeriodicReviewView {
    pub(crate) fn new(desk: &Desk<'_>, held: &Held<PeriodicReview>) -> Result<Self, Problem> {
        let model = desk.any(held.model)?;
        let model = model.ok_or_else(|| Problem::internal(format!("review {} without model", held.id)))?;
        let signoff = OwnedSignoff::of_review(&desk.view, model.state, held)?;
        let is_open = held.state() == StateName::Submitted;
        let (submitted, decided, comment) = match &held.lifecycle {
            Lifecycle::Open => (None, None, None),
            Lifecycle::Submitted { submitted, .. } => (Some(*submitted), None, None),
            Lifecycle::Completed { submitted, recorded, .. }
            | Lifecycle::Rejected { submitted, recorded, .. } => (Some(*submitted), Some(*recorded), None),
            Lifecycle::Withdrawn { recorded, comment } => (None, Some(*recorded), comment.as_ref()),
        };
        let sign = || SignoffView::new(desk, &signoff, &held.signatures, is_open);
        let sections = held.sections.iter().map(|section| SectionView::new(desk, held, section));
        Ok(Self {
            id: held.id.0,
            revision: held.revision,
            model: (&*signoff.model).into(),
            tier: held.tier.clone(),
            state: held.state(),
            opened: recorded(desk, held.opened)?,
            sections: sections.collect::<Result<_, _>>()?,
            submitted: submitted.map(|submitted| recorded(desk, submitted)).transpose()?,
            signoff: submitted.is_some().then(sign).transpose()?,
            decided: decided.map(|decided| recorded(desk, decided)).transpose()?,
            comment: comment.map(|comment| desk.words(comment)).transpose()?,
        })
    }
}

impl SectionView {
    fn new(desk: &Desk<'_>, review: &PeriodicReview, section: &str) -> Result<Self, Problem> {
        let record: Option<&FindingRecord> = review.findings.get(section);
        let actions = record.into_iter().flat_map(|record| &record.found.actions);
        let actions = actions.map(|action| ActionView::new(desk, review, action));
        Ok(Self {
            section: section.to_owned(),
            outcome: record.map(|record| record.found.outcome),
            finding: record.map(|record| desk.words(&record.found.finding)).transpose()?,
            recorded: record.map(|record| recorded(desk, record.recorded)).transpose()?,
            actions: actions.collect::<Result<_, _>>()?,
        })
    }
}

impl ActionView {
    fn new(desk: &Desk<'_>, review: &PeriodicReview, action: &Action) -> Result<Self, Problem> {
        let done = review.done.get(&action.id);
        Ok(Self {
            id: action.id.clone(),
            text: desk.words(&action.text)?,
            owner: desk.person(action.owner)?,
            due_at: action.due_at,
            done: done.map(|done| recorded(desk, done.recorded)).transpose()?,
            comment: done
                .and_then(|done| done.comment.as_ref())
                .map(|words| desk.words(words))
                .transpose()?,
            overdue: done.is_none() && action.due_at <= desk.now,
        })
    }
}

/// When a model is to be reviewed again.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReviewDue)]
pub(crate) struct DueView {
    model: ModelRef,
    /// When the last review was completed.
    #[serde(skip_serializing_if = "Option::is_none")]
    last: Option<Timestamp>,
    /// When the next one is due.
    pub(crate) next: Timestamp,
    /// Whether that time is over.
    overdue: bool,
    /// Id of the review that is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    open: Option<Uuid>,
}

impl DueView {
    /// That of a model whose next review has a date.
    pub(crate) fn new(model: &Model, due: Due, open: Option<Uuid>) -> Option<Self> {
        let Due { last, next, overdue } = due;
        Some(Self { model: model.into(), last, next: next?, overdue, open })
    }
}
