//! Promotions.

use std::collections::BTreeMap;

use assent_domain::ids::PrincipalId;
use assent_domain::registry::{Model, Version};
use assent_domain::workflow::event::{FactRead, FailedRule, StepPassed};
use assent_domain::workflow::{ConditionTime, Decision, Notice, Promotion, ReviewRecord, Round, StateName};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::delegation::OnBehalfView;
use super::emergency::EmergencyView;
use super::schemas::{ConditionTimeWords, DecisionWords, PromotionStateWords};
use super::version::ModelRef;
use super::{JudgedView, Person, RecordedView, Words, recorded};
use crate::desk::{Desk, Held};
use crate::problem::Problem;
use crate::routes::promotions::TargetBody;

/// A request to move a version to a stage.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Promotion)]
pub(crate) struct PromotionView {
    id: Uuid,
    /// How many events it has seen: what `If-Match` takes.
    revision: u64,
    model: ModelRef,
    version: VersionRef,
    target: TargetBody,
    /// Where it is in its life now.
    #[schema(value_type = PromotionStateWords)]
    state: StateName,
    requested: RecordedView,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<Words>,
    /// Until when it stays open (not included).
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<Timestamp>,
    /// The workflow that it runs through, as it was when the promotion was asked for.
    workflow: WorkflowRef,
    rounds: Vec<RoundView>,
    reviews: Vec<ReviewView>,
    /// The steps that the conditions of the pack let pass without a person.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(default = json!([]))]
    passed: Vec<StepPassedView>,
    /// Its emergencies; the last one counts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(default = json!([]))]
    emergencies: Vec<EmergencyView>,
    /// The steps that are assigned to somebody.
    assignments: Vec<AssignmentView>,
    /// Where the steps stand now; absent in lists, and when the promotion is over.
    #[serde(skip_serializing_if = "Option::is_none")]
    now: Option<JudgedView>,
}

/// A version, by id and number.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct VersionRef {
    id: Uuid,
    number: u64,
    stage: String,
}

impl From<&Version> for VersionRef {
    fn from(version: &Version) -> Self {
        Self { id: version.id.0, number: version.number, stage: version.stage.clone() }
    }
}

/// A workflow, by id and title.
#[derive(Debug, Serialize, ToSchema)]
struct WorkflowRef {
    id: String,
    title: String,
}

/// One submission.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Round)]
struct RoundView {
    /// From 1.
    number: u32,
    submitted: RecordedView,
    /// Digest of the evidence then.
    evidence: String,
    /// Blocking rules that failed: `policy`, `policyVersion`, `rule`, `status`, `message`.
    #[schema(value_type = Vec<Object>)]
    failed: Vec<FailedRule>,
    /// By step, when a decision is due.
    #[schema(value_type = BTreeMap<String, String>)]
    due: BTreeMap<String, Timestamp>,
    /// The reminders and escalations that were given.
    notices: Vec<NoticeView>,
}

/// A reminder of a step that waited, or an escalation of one that was overdue.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Notice)]
struct NoticeView {
    step: String,
    /// 0 for the reminder; its place on the path of escalation, from 1.
    level: u32,
    /// The role that was turned to; absent for the reminder, which goes to those who decide.
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<String>,
    /// When it was given.
    at: Timestamp,
}

/// Whom a step is assigned to. Others who may decide it still may.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Assignment)]
struct AssignmentView {
    step: String,
    to: Person,
}

/// A decision of a person on a step.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Review)]
struct ReviewView {
    round: u32,
    step: String,
    /// The role in which it was decided; absent for the owner's attestation.
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<String>,
    #[schema(value_type = DecisionWords)]
    decision: Decision,
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<Words>,
    conditions: Vec<ConditionView>,
    /// Digest of the evidence that it was decided on.
    evidence: String,
    /// Until when it holds (not included).
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<Timestamp>,
    /// In whose place.
    #[serde(skip_serializing_if = "Option::is_none")]
    on_behalf_of: Option<OnBehalfView>,
    recorded: RecordedView,
}

/// A step that passed without a person.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StepPassed)]
struct StepPassedView {
    round: u32,
    step: String,
    /// The condition of the pack that held.
    condition: String,
    /// The facts that it read: `path`, and `value` as JSON.
    #[schema(value_type = Vec<Object>)]
    facts: Vec<FactRead>,
    /// The tier of the model then.
    tier: String,
    /// Digest of the evidence then.
    evidence: String,
}

impl From<&StepPassed> for StepPassedView {
    fn from(passed: &StepPassed) -> Self {
        Self {
            round: passed.round,
            step: passed.step.clone(),
            condition: passed.condition.clone(),
            facts: passed.facts.clone(),
            tier: passed.tier.clone(),
            evidence: passed.evidence.to_string(),
        }
    }
}

/// A condition of an approval.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Condition)]
struct ConditionView {
    /// Its id within the promotion.
    id: String,
    /// What has to be done.
    text: Words,
    /// Who has to do it.
    owner: Person,
    #[serde(skip_serializing_if = "Option::is_none")]
    due_at: Option<Timestamp>,
    #[schema(value_type = ConditionTimeWords)]
    when: ConditionTime,
    /// Whether somebody said that it is met.
    met: bool,
}

impl PromotionView {
    pub(crate) fn new(
        desk: &Desk<'_>,
        model: &Model,
        held: &Held<Promotion>,
        now: Option<JudgedView>,
    ) -> Result<Self, Problem> {
        let version = desk.any::<Version>(held.version)?;
        let version =
            version.ok_or_else(|| Problem::internal(format!("promotion {} without version", held.id)))?;
        Ok(Self {
            id: held.id.0,
            revision: held.revision,
            model: model.into(),
            version: (&*version.state).into(),
            target: held.target.clone().into(),
            state: held.state_at(desk.now),
            requested: recorded(desk, held.requested)?,
            comment: held.comment.as_ref().map(|comment| desk.words(comment)).transpose()?,
            expires_at: held.expires_at,
            workflow: WorkflowRef { id: held.workflow.id.clone(), title: held.workflow.title.clone() },
            rounds: held.rounds.iter().map(|r| round(desk, r)).collect::<Result<_, _>>()?,
            reviews: held.reviews.iter().map(|record| review(desk, record)).collect::<Result<_, _>>()?,
            passed: held.passed.iter().map(StepPassedView::from).collect(),
            emergencies: held
                .emergencies
                .iter()
                .map(|emergency| EmergencyView::new(desk, emergency))
                .collect::<Result<_, _>>()?,
            assignments: held
                .assignments
                .iter()
                .map(|(s, to)| assignment(desk, s, *to))
                .collect::<Result<_, _>>()?,
            now,
        })
    }
}

fn round(desk: &Desk<'_>, round: &Round) -> Result<RoundView, Problem> {
    Ok(RoundView {
        number: round.number,
        submitted: recorded(desk, round.submitted)?,
        evidence: round.evidence.to_string(),
        failed: round.failed.clone(),
        due: round.due.clone(),
        notices: round.given.iter().map(notice).collect(),
    })
}

fn notice(given: &Notice) -> NoticeView {
    NoticeView { step: given.step.clone(), level: given.level, role: given.role.clone(), at: given.at }
}

fn assignment(desk: &Desk<'_>, step: &str, to: PrincipalId) -> Result<AssignmentView, Problem> {
    Ok(AssignmentView { step: step.to_owned(), to: desk.person(to)? })
}

fn review(desk: &Desk<'_>, record: &ReviewRecord) -> Result<ReviewView, Problem> {
    let review = &record.review;
    let conditions = review.conditions.iter().map(|condition| {
        Ok(ConditionView {
            id: condition.id.clone(),
            text: desk.words(&condition.text)?,
            owner: desk.person(condition.owner)?,
            due_at: condition.due_at,
            when: condition.when,
            met: record.met.contains(&condition.id),
        })
    });
    Ok(ReviewView {
        round: review.round,
        step: review.step.clone(),
        role: review.role.clone(),
        decision: review.decision,
        comment: review.comment.as_ref().map(|comment| desk.words(comment)).transpose()?,
        conditions: conditions.collect::<Result<_, Problem>>()?,
        evidence: review.evidence.to_string(),
        expires_at: review.expires_at,
        on_behalf_of: review.on_behalf_of.map(|behalf| OnBehalfView::new(desk, behalf)).transpose()?,
        recorded: recorded(desk, record.recorded)?,
    })
}
