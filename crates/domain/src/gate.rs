//! The gate: the one decision that everybody asks before a version moves or is served.

use serde::Serialize;

use crate::exception::Waiver;
use crate::ids::{Digest, PromotionId, VersionId};
use crate::pack::Enforcement;
use crate::policy::{self, Compliance, Finding, FindingStatus};
use crate::workflow::emergency::{self, EmergencyStanding, EmergencyState};
use crate::workflow::{self, Case, Judgement, StateName, StepStanding, StepState};
use crate::{Code, Time};

/// The answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Verdict {
    /// The version may go there.
    Eligible,
    /// It may not.
    NotEligible,
}

/// Why the gate is shut: one thing to mend.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// Stable code, in kebab-case.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
    /// What to do next.
    pub remedy: String,
    /// What of several it is about, where a code alone does not say: the step and the condition, as `step/condition`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
}

/// The answer of the gate, with everything that it rests on.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GateAnswer {
    /// Yes or no.
    pub verdict: Verdict,
    /// Why not; empty if eligible.
    pub reasons: Vec<Reason>,
    /// The version.
    pub version: VersionId,
    /// The stage.
    pub stage: String,
    /// The promotion whose approvals counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub promotion: Option<PromotionId>,
    /// Digest of the evidence.
    pub evidence: Digest,
    /// The compliance of the version.
    pub compliance: Compliance,
    /// The findings.
    pub findings: Vec<Finding>,
    /// The steps of the workflow.
    pub steps: Vec<StepStanding>,
    /// Exceptions without which something would have failed.
    pub exceptions_used: Vec<Waiver>,
    /// The emergency that the version goes, or went, through by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub emergency: Option<EmergencyStanding>,
    /// When it was asked.
    pub at: Time,
}

impl GateAnswer {
    /// Whether the version may go there.
    pub fn is_eligible(&self) -> bool {
        self.verdict == Verdict::Eligible
    }
}

/// Answers for a judged case. An answer without reasons is yes; everything unknown is a reason.
pub fn gate(case: &Case<'_>, judgement: &Judgement) -> GateAnswer {
    let version = case.inputs.version;
    let stage = case.inputs.target.map_or(version.stage.as_str(), |target| target.stage.as_str());
    let mut reasons = Vec::new();
    position(case, judgement, stage, &mut reasons);
    let emergency = emergency::standing(case, judgement);
    policies(case, judgement, stage, emergency.as_ref(), &mut reasons);
    approvals(case, judgement, emergency.as_ref(), &mut reasons);
    follow_up(emergency.as_ref(), &mut reasons);
    conditions(case, &mut reasons);
    blackout(case, judgement, stage, &mut reasons);
    GateAnswer {
        verdict: if reasons.is_empty() { Verdict::Eligible } else { Verdict::NotEligible },
        reasons,
        version: version.id,
        stage: stage.to_owned(),
        promotion: case.promotion.map(|promotion| promotion.id),
        evidence: judgement.evidence,
        compliance: policy::compliance(
            &judgement.findings,
            case.inputs.pack.compliance_level(&case.inputs.model.tier),
        ),
        findings: judgement.findings.clone(),
        steps: judgement.steps.clone(),
        exceptions_used: judgement.exceptions_used(),
        emergency,
        at: case.inputs.now,
    }
}

fn reason(code: &'static str, message: impl Into<String>, remedy: impl Into<String>) -> Reason {
    Reason { code, message: message.into(), remedy: remedy.into(), subject: None }
}

fn position(case: &Case<'_>, judgement: &Judgement, stage: &str, reasons: &mut Vec<Reason>) {
    let (version, pack) = (case.inputs.version, case.inputs.pack);
    let Some(target) = pack.stage(stage) else {
        let refusal = pack.unknown_stage(stage);
        reasons.push(reason("unknown-stage", refusal.message, refusal.code.remedy()));
        return;
    };
    if target.id == version.stage {
        return;
    }
    if !judgement.has_workflow {
        let message = format!(
            "no workflow of the pack leads a model of the tier `{}` to `{stage}`",
            case.inputs.model.tier
        );
        reasons.push(reason("no-workflow", message, "apply a pack with a workflow to that stage"));
    } else if !judgement.from.contains(&version.stage) {
        let message = format!(
            "the version stands in `{}`; `{stage}` is reached from {}",
            version.stage,
            judgement.from.join(" or ")
        );
        reasons.push(reason("stage-not-reachable", message, "promote through the stages before it"));
    }
}

fn policies(
    case: &Case<'_>,
    judgement: &Judgement,
    stage: &str,
    emergency: Option<&EmergencyStanding>,
    reasons: &mut Vec<Reason>,
) {
    let judged = |finding: &&Finding| {
        finding.enforcement == Enforcement::Blocking && finding.status != FindingStatus::NotApplicable
    };
    if !judgement.findings.iter().any(|finding| judged(&finding)) && !open_to(case, stage) {
        let message = format!(
            "no policy applies to a model of the tier `{}` on its way to `{stage}`",
            case.inputs.model.tier
        );
        reasons.push(reason(
            "no-policy-applies",
            message,
            "apply a pack with a blocking policy for this tier and stage",
        ));
    }
    let excused = |finding: &&Finding| emergency.is_some_and(|emergency| emergency.covers_finding(finding));
    for finding in judgement.findings.iter().filter(|it| it.blocks() && !excused(it)) {
        let detail = finding.detail.as_ref().map(|detail| format!(" ({detail})")).unwrap_or_default();
        let code = if finding.status == FindingStatus::Error { "policy-error" } else { "policy-failed" };
        let message = format!("{} {}: {}{detail}", finding.policy, finding.rule, finding.message);
        let remedy = finding
            .remediation
            .clone()
            .unwrap_or_else(|| "bring the facts that the rule asks for".to_owned());
        reasons.push(reason(code, message, remedy));
    }
}

/// Whether the pack leaves the stage open to the tier although no policy applies.
fn open_to(case: &Case<'_>, stage: &str) -> bool {
    let pack = case.inputs.pack;
    let order = |id: &str| pack.stage(id).map(|stage| stage.order);
    if pack.first_stage().id == stage || pack.stage(stage).is_some_and(|stage| stage.retired) {
        return true;
    }
    let up_to = pack.tier(&case.inputs.model.tier).and_then(|tier| tier.open_up_to.as_deref());
    up_to.and_then(order).zip(order(stage)).is_some_and(|(limit, order)| order <= limit)
}

/// What went through in an emergency may stay for as long as its reviews are awaited.
fn follow_up(emergency: Option<&EmergencyStanding>, reasons: &mut Vec<Reason>) {
    let Some(emergency) = emergency else { return };
    if emergency.state == EmergencyState::FollowUpOverdue {
        let due = emergency.follow_up_due_at.map(|due| format!(", due {due}")).unwrap_or_default();
        let message = format!("the version went through in an emergency, and its reviews are overdue{due}");
        let remedy = "let those decide whose approvals are missing, or move the version away";
        reasons.push(reason("follow-up-overdue", message, remedy));
    } else if emergency.state == EmergencyState::Rejected {
        let message = "the version went through in an emergency, and a reviewer rejected it afterwards";
        reasons.push(reason("emergency-rejected", message, "move the version to another stage"));
    }
}

fn approvals(
    case: &Case<'_>,
    judgement: &Judgement,
    emergency: Option<&EmergencyStanding>,
    reasons: &mut Vec<Reason>,
) {
    if let Some(promotion) = case.promotion {
        let state = promotion.state_at(case.inputs.now);
        let left = case.inputs.version.stage != promotion.target.stage;
        match state {
            StateName::Rejected | StateName::Withdrawn | StateName::Expired => {
                let message = format!("the last promotion to this stage is {}", state.name());
                reasons.push(reason("promotion-over", message, "ask for a new promotion"));
            }
            StateName::Completed if left => {
                let message =
                    "the last promotion to this stage is COMPLETED, and the version has left the stage since";
                reasons.push(reason("promotion-over", message, "ask for a new promotion"));
            }
            StateName::Draft | StateName::ChangesRequired => {
                let message = format!("the promotion to this stage is {}", state.name());
                reasons.push(reason(
                    "promotion-not-submitted",
                    message,
                    "mend what is asked for, and submit it",
                ));
            }
            StateName::Completed | StateName::InReview | StateName::Approved => {}
        }
    }
    let excused = |step: &&StepStanding| emergency.is_some_and(|emergency| emergency.covers_step(step));
    let open = |step: &&StepStanding| !step.state.is_done() && step.state != StepState::Failed;
    for step in judgement.steps.iter().filter(|step| open(step) && !excused(step)) {
        let lapsed: Vec<String> = step
            .lapsed
            .iter()
            .map(|lapsed| {
                format!("the approval by {} is {:?}", lapsed.approval.role, lapsed.lapse).to_lowercase()
            })
            .collect();
        let lapsed = if lapsed.is_empty() { String::new() } else { format!(" ({})", lapsed.join(", ")) };
        let (code, what, remedy) = if let Some(todo) = &step.todo {
            (todo.code, todo.message.clone(), todo.remedy.as_str())
        } else if step.missing_people == 0 {
            ("step-open", "has not happened".to_owned(), "bring the step about")
        } else if step.missing_roles.is_empty() {
            ("approval-missing", "needs the attestation of the owner".to_owned(), "let the owner attest")
        } else {
            let roles = step.missing_roles.join(" and ");
            (
                "approval-missing",
                format!("needs an approval by {roles}"),
                "let the roles decide that the step asks for",
            )
        };
        reasons.push(reason(code, format!("the step `{}` {what}{lapsed}", step.step), remedy));
    }
}

fn conditions(case: &Case<'_>, reasons: &mut Vec<Reason>) {
    let Some(promotion) = case.promotion else { return };
    for (record, condition) in promotion.open_conditions() {
        if condition.blocks_at(case.inputs.now) {
            let message =
                format!("the condition `{}` of the step `{}` is open", condition.id, record.review.step);
            let open = reason("condition-open", message, "meet the condition, and let its owner say so");
            let subject = Some(format!("{}/{}", record.review.step, condition.id));
            reasons.push(Reason { subject, ..open });
        }
    }
}

/// What stands there stays. What goes there by a change goes there when changes are made.
fn blackout(case: &Case<'_>, judgement: &Judgement, stage: &str, reasons: &mut Vec<Reason>) {
    if case.inputs.version.stage == stage {
        return;
    }
    if let Some(message) = workflow::blackout(case, judgement, stage) {
        reasons.push(reason(Code::Blackout.code(), message, Code::Blackout.remedy()));
    }
}
