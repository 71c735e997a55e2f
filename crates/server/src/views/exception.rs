//! Exceptions.

use assent_app::exceptions;
use assent_domain::exception::{Exception, Lifecycle, StateName};
use assent_domain::registry::event::Recorded;
use assent_domain::registry::{Model, Version};
use assent_domain::signoff::{self, Standing};
use assent_domain::{Sealed, Time};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::promotion::VersionRef;
use super::schemas::ExceptionStateWords;
use super::signoff::{LapsedView, SignatureView};
use super::version::ModelRef;
use super::{RecordedView, Words, recorded};
use crate::desk::{Desk, Held};
use crate::problem::Problem;

/// A waiver of one policy for one model or version.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Exception)]
pub(crate) struct ExceptionView {
    id: Uuid,
    /// How many events it has seen: what `If-Match` takes.
    revision: u64,
    /// The policy that it waives.
    policy: String,
    /// The version of the policy that was in force when it was asked for.
    policy_version: String,
    model: ModelRef,
    /// The version that it is for; absent where it is for all versions of the model.
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<VersionRef>,
    /// Where it is in its life now.
    #[schema(value_type = ExceptionStateWords)]
    state: StateName,
    /// Why the policy cannot be followed now.
    justification: Words,
    /// What can come of it.
    risk_assessment: Words,
    /// What is done against that meanwhile.
    mitigation: Words,
    /// How the policy will be followed in the end.
    remediation_plan: Words,
    /// How long it is active from its approval on, for example `7d`.
    duration: String,
    /// What is watched besides.
    monitoring: Vec<WatchView>,
    /// The exception that it follows.
    #[serde(skip_serializing_if = "Option::is_none")]
    extends: Option<Uuid>,
    requested: RecordedView,
    #[serde(skip_serializing_if = "Option::is_none")]
    submitted: Option<RecordedView>,
    /// The roles that have to sign, each by another person; known once it is submitted.
    roles: Vec<String>,
    /// Those of them that have not signed, while it waits for signatures.
    missing_roles: Vec<String>,
    signatures: Vec<SignatureView>,
    /// Signatures that do not count any more, while it waits for signatures.
    lapsed: Vec<LapsedView>,
    /// From when until when it was approved.
    #[serde(skip_serializing_if = "Option::is_none")]
    approval: Option<ApprovalView>,
    /// When it was rejected, withdrawn, revoked or remediated, and by whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    ended: Option<RecordedView>,
    /// Why it was withdrawn or revoked, or how what it excused was mended.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<Words>,
    /// How many gates it has opened; each is in the log as `exceptionUsed`.
    uses: u64,
    /// The promotion that it let through last.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_use: Option<UseView>,
}

/// What is watched as long as an exception is active.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Watch)]
struct WatchView {
    /// What.
    what: Words,
    /// How often, for example `1h`.
    every: String,
}

/// From when until when an exception was approved.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ExceptionApproval)]
struct ApprovalView {
    /// From when.
    at: Timestamp,
    /// Until when (not included).
    ends_at: Timestamp,
    /// Whether nobody was asked, because the policy wants no approval.
    without_approval: bool,
}

/// A gate that an exception opened.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ExceptionUse)]
struct UseView {
    promotion: Uuid,
    at: Timestamp,
}

impl ExceptionView {
    pub(crate) fn new(desk: &Desk<'_>, model: &Model, held: &Held<Exception>) -> Result<Self, Problem> {
        let (request, terms, pack) = (&held.request, held.terms(), desk.pack()?);
        let version = request.version.map(|id| desk.any::<Version>(id)).transpose()?.flatten();
        let watches = terms
            .monitoring
            .iter()
            .map(|watch| Ok(WatchView { what: desk.words(&watch.what)?, every: watch.every.to_string() }));
        let standing = standing(desk, model, held)?;
        let lapsed = standing.lapsed.iter().map(|lapsed| LapsedView::new(desk, lapsed.clone()));
        let submission = held.submission.as_ref();
        let roles = submission.map(|pinned| held.roles(model, &pack).unwrap_or(&pinned.roles).to_vec());
        let (ended, reason) = ending(&held.lifecycle);
        Ok(Self {
            id: held.id.0,
            revision: held.revision,
            policy: request.policy.clone(),
            policy_version: request.policy_version.clone(),
            model: model.into(),
            version: version.as_ref().map(|version| (&*version.state).into()),
            state: held.state_at(desk.now),
            justification: desk.words(&terms.justification)?,
            risk_assessment: desk.words(&terms.risk_assessment)?,
            mitigation: desk.words(&terms.mitigation)?,
            remediation_plan: desk.words(&terms.remediation_plan)?,
            duration: terms.duration.to_string(),
            monitoring: watches.collect::<Result<_, Problem>>()?,
            extends: request.extends.map(|id| id.0),
            requested: recorded(desk, held.requested)?,
            submitted: submission.map(|submission| recorded(desk, submission.recorded)).transpose()?,
            roles: roles.unwrap_or_default(),
            lapsed: lapsed.collect::<Result<_, Problem>>()?,
            missing_roles: standing.missing,
            signatures: held
                .signatures
                .iter()
                .map(|record| SignatureView::new(desk, record))
                .collect::<Result<_, _>>()?,
            approval: held.approval.map(|approval| ApprovalView {
                at: approval.at,
                ends_at: approval.ends_at,
                without_approval: approval.without_approval,
            }),
            ended: ended.map(|ended| recorded(desk, ended)).transpose()?,
            reason: reason.map(|reason| desk.words(reason)).transpose()?,
            uses: held.uses.map_or(0, |uses| uses.count),
            last_use: held.uses.map(|uses| UseView { promotion: uses.promotion.0, at: uses.at }),
        })
    }
}

/// Where the signatures stand, of what waits for some.
fn standing(desk: &Desk<'_>, model: &Model, exception: &Exception) -> Result<Standing, Problem> {
    let now: Time = desk.now;
    if exception.state_at(now) != StateName::Submitted {
        return Ok(Standing::default());
    }
    Ok(exceptions::with_case(&desk.view, exception, model, &*desk.pack()?, now, signoff::standing)?)
}

fn ending(lifecycle: &Lifecycle) -> (Option<Recorded>, Option<&Sealed>) {
    match lifecycle {
        Lifecycle::Draft | Lifecycle::Submitted | Lifecycle::Approved | Lifecycle::Expired => (None, None),
        Lifecycle::Rejected { by } => (Some(*by), None),
        Lifecycle::Withdrawn { by, comment } => (Some(*by), comment.as_ref()),
        Lifecycle::Revoked { by, reason: words } | Lifecycle::Remediated { by, how: words } => {
            (Some(*by), Some(words))
        }
    }
}
