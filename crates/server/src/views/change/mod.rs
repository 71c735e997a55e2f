//! Changes of models in service.

mod brief;
mod standing;

use assent_domain::change_request::{ChangeRequest, ChangeType, Impact, Reach, StateName, rate};
use assent_domain::registry::event::Recorded;
use assent_domain::registry::{Model, Version};
use assent_domain::{RiskLevel, Sealed};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::schemas::{ChangeStateWords, ChangeTypeWords, ReachWords, RiskWords};
use super::signoff::SignatureView;
use super::version::ModelRef;
use super::{RecordedView, Words, recorded};
use crate::desk::{Desk, Held};
use crate::problem::Problem;
use crate::routes::changes::{SystemBody, WindowBody};
pub(crate) use brief::{ChangeBrief, WindowView};
use standing::StandingView;

/// A change of a model in service.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Change)]
pub(crate) struct ChangeView {
    id: Uuid,
    /// How many events it has seen: what `If-Match` takes.
    revision: u64,
    #[serde(rename = "type")]
    #[schema(value_type = ChangeTypeWords)]
    kind: ChangeType,
    #[schema(value_type = ChangeStateWords)]
    state: StateName,
    /// How much is at stake: as it was rated when it was submitted, or as it would be now. Absent where the pack cannot rate it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<RiskWords>)]
    risk: Option<RiskLevel>,
    /// What the risk follows from.
    reasons: Vec<String>,
    title: Words,
    description: Words,
    justification: Words,
    model: ModelRef,
    environment: String,
    /// The version that is there before.
    #[serde(skip_serializing_if = "Option::is_none")]
    current_version: Option<VersionBrief>,
    /// The version that is there afterwards.
    target_version: VersionBrief,
    #[serde(skip_serializing_if = "Option::is_none")]
    department: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    impact: Option<ImpactView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rollback_plan: Option<Words>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rollback_trigger: Option<Words>,
    #[serde(skip_serializing_if = "Option::is_none")]
    test_results: Option<Words>,
    #[serde(skip_serializing_if = "Option::is_none")]
    preferred_window: Option<WindowBody>,
    blackouts: Vec<WindowBody>,
    /// Id of the promotion that it was made for.
    #[serde(skip_serializing_if = "Option::is_none")]
    promotion: Option<Uuid>,
    requested: RecordedView,
    #[serde(skip_serializing_if = "Option::is_none")]
    submitted: Option<RecordedView>,
    /// The roles that sign; none before it is submitted.
    reviewers: Vec<String>,
    /// The roles of the two persons whose signatures let an emergency start.
    emergency_pair: Vec<String>,
    signatures: Vec<SignatureView>,
    /// When the last reviewer said yes.
    #[serde(skip_serializing_if = "Option::is_none")]
    approved: Option<RecordedView>,
    /// When a reviewer said no.
    #[serde(skip_serializing_if = "Option::is_none")]
    rejected: Option<RecordedView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scheduled: Option<ScheduledView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    started: Option<StartedView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    completed: Option<CompletedView>,
    /// Id of the change that it takes back.
    #[serde(skip_serializing_if = "Option::is_none")]
    rollback_of: Option<Uuid>,
    /// Of a change that takes another one back: the version that it leads to had never stood in the environment, so that it is
    /// rated as an update.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    to_unserved: bool,
    /// Id of the newest change that was to take it back, or did.
    #[serde(skip_serializing_if = "Option::is_none")]
    rolled_back_by: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    withdrawn: Option<RecordedView>,
    /// Why it was withdrawn.
    #[serde(skip_serializing_if = "Option::is_none")]
    withdrawn_because: Option<Words>,
    /// Where it stands now; absent in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    now: Option<StandingView>,
}

/// A version, by id and number.
#[derive(Debug, Serialize, ToSchema)]
struct VersionBrief {
    id: Uuid,
    number: u64,
}

/// What a change does to others.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ChangeImpact)]
struct ImpactView {
    affected_systems: Vec<SystemBody>,
    #[schema(value_type = ReachWords)]
    affected_users: Reach,
    estimated_downtime: String,
    rollback_time: String,
    testing_required: Vec<Words>,
    dependencies: Vec<Words>,
}

/// When a change is to be made.
#[derive(Debug, Serialize, ToSchema)]
struct ScheduledView {
    at: Timestamp,
    recorded: RecordedView,
}

/// When a change was begun.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct StartedView {
    /// Whether the emergency pair let it start before the reviewers had signed.
    by_emergency_pair: bool,
    recorded: RecordedView,
}

/// How a change ended.
#[derive(Debug, Serialize, ToSchema)]
struct CompletedView {
    success: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    notes: Option<Words>,
    recorded: RecordedView,
}

impl ChangeView {
    pub(crate) fn new(desk: &Desk<'_>, model: &Model, held: &Held<ChangeRequest>) -> Result<Self, Problem> {
        let (change, content) = (&*held.state, &held.content);
        let words = |sealed: &Option<Sealed>| sealed.as_ref().map(|sealed| desk.words(sealed)).transpose();
        let at = |at: Option<Recorded>| at.map(|at| recorded(desk, at)).transpose();
        let (risk, reasons) = rated(desk, change)?;
        let submitted = change.submitted.as_ref();
        let signatures = change.signatures.iter().map(|record| SignatureView::new(desk, record));
        Ok(Self {
            id: change.id.0,
            revision: held.revision,
            kind: content.kind,
            state: change.state,
            risk,
            reasons,
            title: desk.words(&content.title)?,
            description: desk.words(&content.description)?,
            justification: desk.words(&content.justification)?,
            model: model.into(),
            environment: content.environment.clone(),
            current_version: content.current_version.map(|id| version(desk, id)).transpose()?,
            target_version: version(desk, content.target_version)?,
            department: content.department.clone(),
            impact: content.plan.impact.as_ref().map(|it| impact(desk, it)).transpose()?,
            rollback_plan: words(&content.plan.rollback_plan)?,
            rollback_trigger: words(&content.plan.rollback_trigger)?,
            test_results: words(&content.plan.test_results)?,
            preferred_window: content.preferred_window.map(Into::into),
            blackouts: content.blackouts.iter().copied().map(Into::into).collect(),
            promotion: content.promotion.map(|id| id.0),
            requested: recorded(desk, change.requested)?,
            submitted: at(submitted.map(|submitted| submitted.recorded))?,
            reviewers: submitted.map(|submitted| submitted.reviewers.clone()).unwrap_or_default(),
            emergency_pair: submitted.map(|submitted| submitted.emergency_pair.clone()).unwrap_or_default(),
            signatures: signatures.collect::<Result<_, _>>()?,
            approved: at(change.approved)?,
            rejected: at(change.rejected)?,
            scheduled: scheduled(desk, change)?,
            started: started(desk, change)?,
            completed: completed(desk, change)?,
            rollback_of: change.rollback_of.map(|id| id.0),
            to_unserved: change.to_unserved,
            rolled_back_by: change.rolled_back_by.map(|id| id.0),
            withdrawn: at(change.withdrawn)?,
            withdrawn_because: words(&change.withdrawn_because)?,
            now: None,
        })
    }
}

/// The risk that was fixed, or what a draft would have.
fn rated(desk: &Desk<'_>, change: &ChangeRequest) -> Result<(Option<RiskLevel>, Vec<String>), Problem> {
    if let Some(submitted) = &change.submitted {
        return Ok((Some(submitted.risk), submitted.reasons.clone()));
    }
    let rating = rate(&change.content, &change.content.plan, &*desk.pack()?);
    Ok(rating.map_or((None, Vec::new()), |rating| (Some(rating.risk), rating.reasons)))
}

fn version(desk: &Desk<'_>, id: assent_domain::ids::VersionId) -> Result<VersionBrief, Problem> {
    let version = desk.any::<Version>(id)?;
    let version = version.ok_or_else(|| Problem::internal(format!("a change without version {id}")))?;
    Ok(VersionBrief { id: id.0, number: version.number })
}

fn impact(desk: &Desk<'_>, impact: &Impact) -> Result<ImpactView, Problem> {
    let lines = |lines: &[Sealed]| lines.iter().map(|line| desk.words(line)).collect::<Result<_, Problem>>();
    Ok(ImpactView {
        affected_systems: impact.affected_systems.iter().cloned().map(Into::into).collect(),
        affected_users: impact.affected_users,
        estimated_downtime: impact.estimated_downtime.clone(),
        rollback_time: impact.rollback_time.clone(),
        testing_required: lines(&impact.testing_required)?,
        dependencies: lines(&impact.dependencies)?,
    })
}

fn scheduled(desk: &Desk<'_>, change: &ChangeRequest) -> Result<Option<ScheduledView>, Problem> {
    let Some(scheduled) = &change.scheduled else { return Ok(None) };
    Ok(Some(ScheduledView { at: scheduled.at, recorded: recorded(desk, scheduled.recorded)? }))
}

fn started(desk: &Desk<'_>, change: &ChangeRequest) -> Result<Option<StartedView>, Problem> {
    let Some(started) = &change.started else { return Ok(None) };
    let (by_emergency_pair, recorded) = (started.by_emergency_pair, recorded(desk, started.recorded)?);
    Ok(Some(StartedView { by_emergency_pair, recorded }))
}

fn completed(desk: &Desk<'_>, change: &ChangeRequest) -> Result<Option<CompletedView>, Problem> {
    let Some(completed) = &change.completed else { return Ok(None) };
    let notes = completed.notes.as_ref().map(|notes| desk.words(notes)).transpose()?;
    Ok(Some(CompletedView {
        success: completed.success,
        notes,
        recorded: recorded(desk, completed.recorded)?,
    }))
}
