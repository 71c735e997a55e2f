//! What an emergency stands for: computed, never stored.

use assent_sabotage::{Fault, planted};
use serde::Serialize;

use super::{Emergency, EmergencyState};
use crate::Time;
use crate::ids::{Digest, PrincipalId};
use crate::policy::{Finding, FindingStatus};
use crate::registry::Version;
use crate::signoff;
use crate::workflow::{Case, Judgement, Promotion, ReviewRecord, StateName, StepStanding};

/// An emergency in the answer of the gate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EmergencyStanding {
    /// Where it stands.
    pub state: EmergencyState,
    /// When the glass was broken.
    pub declared_at: Time,
    /// Until when the promotion can be completed by it (not included).
    pub expires_at: Time,
    /// Until when the reviews have to be given afterwards (not included).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub follow_up_due_at: Option<Time>,
    /// The steps that it stands for now; with none the gate does not need it.
    pub steps: Vec<String>,
    /// The policies that ask for an approval which it stands for now.
    pub policies: Vec<String>,
    /// Whether it stands for approvals now.
    #[serde(skip)]
    covers: bool,
}

impl EmergencyStanding {
    /// Whether it stands for the approvals that a step waits for.
    pub fn covers_step(&self, step: &StepStanding) -> bool {
        self.covers && step.missing_people > 0
    }

    /// Whether it stands for what a policy demands: an approval, and nothing else.
    pub fn covers_finding(&self, finding: &Finding) -> bool {
        self.covers
            && finding.status == FindingStatus::Failed
            && (asks_for_approval(&finding.condition) || planted(Fault::EmergencyCover))
    }

    /// Whether the gate would be shut without it.
    pub fn is_needed(&self) -> bool {
        !self.steps.is_empty() || !self.policies.is_empty()
    }
}

/// The emergency of a judged case, where it counts now or is to be reviewed afterwards.
pub fn standing(case: &Case<'_>, judgement: &Judgement) -> Option<EmergencyStanding> {
    let promotion = case.promotion?;
    let emergency = promotion.emergencies.last()?;
    let covers = covers(case, promotion, emergency, judgement.evidence);
    if !covers && flag(promotion, case.inputs.version, case.inputs.now).is_none() {
        return None;
    }
    let mut standing = EmergencyStanding {
        state: emergency.state_at(case.inputs.now),
        declared_at: emergency.recorded.at,
        expires_at: emergency.declared.expires_at,
        follow_up_due_at: emergency.used.as_ref().map(|used| used.follow_up_due_at),
        steps: Vec::new(),
        policies: Vec::new(),
        covers,
    };
    let steps = judgement.steps.iter().filter(|step| standing.covers_step(step) && !step.state.is_done());
    let steps = steps.map(|step| step.step.clone()).collect();
    let findings = judgement.findings.iter().filter(|it| it.blocks() && standing.covers_finding(it));
    let mut policies: Vec<String> = findings.map(|finding| finding.policy.clone()).collect();
    policies.dedup();
    (standing.steps, standing.policies) = (steps, policies);
    Some(standing)
}

/// Whether a condition asks whether an approval was given in one role, and nothing besides.
fn asks_for_approval(condition: &str) -> bool {
    let role = condition.strip_prefix("approvedBy('").and_then(|rest| rest.strip_suffix("')"));
    role.is_some_and(|role| !role.contains(['\'', '\\']))
}

/// Whether an emergency stands for missing approvals now: signed by two persons who may still sign, in the round and for the
/// evidence of today, and within its time.
fn covers(case: &Case<'_>, promotion: &Promotion, emergency: &Emergency, evidence: Digest) -> bool {
    let now = case.inputs.now;
    let in_time = match emergency.state_at(now) {
        EmergencyState::Granted => {
            matches!(promotion.state_at(now), StateName::InReview | StateName::Approved)
                && emergency.declared.round == promotion.round()
        }
        EmergencyState::FollowUpDue => promotion.state_at(now) == StateName::Completed,
        EmergencyState::Declared
        | EmergencyState::Refused
        | EmergencyState::Expired
        | EmergencyState::FollowUpOverdue
        | EmergencyState::Accepted
        | EmergencyState::Rejected => false,
    };
    let pair = &emergency.declared.roles;
    let is_signed = || with_signoff(case, promotion, emergency, |case| signoff::pair_has_signed(case, pair));
    in_time && emergency.evidence() == evidence && is_signed()
}

/// The emergency that a version is flagged with: it went through by it, and nobody has accepted that yet.
pub fn flag<'a>(promotion: &'a Promotion, version: &Version, now: Time) -> Option<&'a Emergency> {
    if promotion.version != version.id || promotion.target.stage != version.stage {
        return None;
    }
    let emergency = promotion.emergencies.last()?;
    let state = emergency.state_at(now);
    (state.is_followed_up() || state == EmergencyState::Rejected).then_some(emergency)
}

/// Asks something of the sign-off of an emergency. Besides those whose own work it is, nobody signs who had decided a review.
pub(super) fn with_signoff<T>(
    case: &Case<'_>,
    promotion: &Promotion,
    emergency: &Emergency,
    ask: impl FnOnce(&signoff::Case<'_>) -> T,
) -> T {
    let mut makers = vec![case.inputs.version.registered.by, case.inputs.model.owner];
    let before = promotion
        .reviews
        .iter()
        .filter(|record| record.review.role.is_some() && record.recorded.at <= emergency.recorded.at);
    makers.extend(before.flat_map(ReviewRecord::hands));
    ask(&signoff::Case {
        roles: &emergency.declared.roles,
        signatures: &emergency.signatures,
        requester: promotion.requester(),
        makers: &makers,
        model: case.inputs.model,
        people: case.inputs.people,
        pack: case.inputs.pack,
        now: case.inputs.now,
    })
}

/// Whether a person signed an emergency of the promotion, until that time if one is given.
pub(in crate::workflow) fn signed_by(
    case: &Case<'_>,
    promotion: &Promotion,
    person: PrincipalId,
    until: Option<Time>,
) -> bool {
    let signatures = promotion.emergencies.iter().flat_map(|emergency| &emergency.signatures);
    signatures
        .filter(|record| until.is_none_or(|until| record.recorded.at <= until))
        .any(|record| case.person(record.recorded.by) == person)
}
