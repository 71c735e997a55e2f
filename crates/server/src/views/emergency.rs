//! Emergencies of promotions.

use assent_app::View;
use assent_domain::registry::Version;
use assent_domain::workflow::Promotion;
use assent_domain::workflow::emergency::{self, Emergency, EmergencyState};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::schemas::EmergencyStateWords;
use super::signoff::SignatureView;
use super::{RecordedView, Words, recorded};
use crate::desk::Desk;
use crate::problem::Problem;

/// A promotion whose glass was broken: two persons stand for the approvals that are missing.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Emergency)]
pub(crate) struct EmergencyView {
    /// Where it stands now.
    #[schema(value_type = EmergencyStateWords)]
    state: EmergencyState,
    /// Why it cannot wait.
    justification: Words,
    /// The roles of the two persons.
    roles: Vec<String>,
    /// The round of the promotion that it is for.
    round: u32,
    /// Digest of the evidence that it is for.
    evidence: String,
    declared: RecordedView,
    /// What the two signed.
    signatures: Vec<SignatureView>,
    /// Until when the promotion can be completed by it (not included).
    expires_at: Timestamp,
    /// When the promotion was completed by it, and through whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    used: Option<RecordedView>,
    /// The steps whose approvals were missing then.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(default = json!([]))]
    steps: Vec<String>,
    /// Until when they have to be given afterwards (not included).
    #[serde(skip_serializing_if = "Option::is_none")]
    follow_up_due_at: Option<Timestamp>,
    /// When the reviews afterwards had been given, or one of them was a no.
    #[serde(skip_serializing_if = "Option::is_none")]
    followed_up: Option<RecordedView>,
}

impl EmergencyView {
    pub(super) fn new(desk: &Desk<'_>, emergency: &Emergency) -> Result<Self, Problem> {
        let (declared, used) = (&emergency.declared, emergency.used.as_ref());
        let signatures = emergency.signatures.iter().map(|record| SignatureView::new(desk, record));
        Ok(Self {
            state: emergency.state_at(desk.now),
            justification: desk.words(&declared.justification)?,
            roles: declared.roles.clone(),
            round: declared.round,
            evidence: declared.evidence.to_string(),
            declared: recorded(desk, emergency.recorded)?,
            signatures: signatures.collect::<Result<_, _>>()?,
            expires_at: declared.expires_at,
            used: used.map(|used| recorded(desk, used.recorded)).transpose()?,
            steps: used.map(|used| used.steps.clone()).unwrap_or_default(),
            follow_up_due_at: used.map(|used| used.follow_up_due_at),
            followed_up: emergency
                .followed
                .as_ref()
                .map(|followed| recorded(desk, followed.recorded))
                .transpose()?,
        })
    }
}

/// That a version stands where it does by an emergency, and nobody has accepted that yet.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = EmergencyFlag)]
pub(super) struct EmergencyFlag {
    /// The promotion by which it came.
    promotion: Uuid,
    /// Whether its reviews are awaited, overdue, or one of them was a no.
    #[schema(value_type = EmergencyStateWords)]
    state: EmergencyState,
    /// Until when they have to be given (not included).
    #[serde(skip_serializing_if = "Option::is_none")]
    follow_up_due_at: Option<Timestamp>,
}

impl EmergencyFlag {
    /// The flag of a version, if it has one.
    pub(super) fn of(desk: &Desk<'_>, version: &Version) -> Result<Option<Self>, Problem> {
        let key = assent_app::project::stage_key(version.id.0, &version.stage);
        let Some(promotion) = desk.view.newest::<Promotion>("version_target", &key)? else {
            return Ok(None);
        };
        let flag = emergency::flag(&promotion, version, desk.now).map(|emergency| Self {
            promotion: promotion.id.0,
            state: emergency.state_at(desk.now),
            follow_up_due_at: emergency.used.as_ref().map(|used| used.follow_up_due_at),
        });
        Ok(flag)
    }
}
