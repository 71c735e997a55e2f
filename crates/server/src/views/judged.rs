//! A promotion as it stands at the moment of the question.

use assent_app::cases::OwnedCase;
use assent_domain::gate::{self, Reason};
use assent_domain::workflow::{Judgement, StepStanding};
use serde::Serialize;
use utoipa::ToSchema;

/// Where the steps stand now, and what is missing.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Judgement)]
pub(crate) struct JudgedView {
    /// Digest of the evidence: what a decision made now binds to.
    evidence: String,
    /// Where each step stands: `step`, `title`, `state`, `waitsFor`, `missingRoles`, `requiredPeople`, `missingPeople`,
    /// `approvals`, `lapsed`, `dueAt`, `overdue`, `automatic`; `todo` with `code`, `message` and `remedy` where no approval is
    /// missing.
    #[schema(value_type = Vec<Object>)]
    steps: Vec<StepStanding>,
    /// Why the gate is shut: `code`, `message`, `remedy`. Empty if the promotion can be completed.
    #[schema(value_type = Vec<Object>)]
    missing: Vec<Reason>,
}

/// Judges a case.
pub(crate) fn judged_steps(case: &OwnedCase) -> JudgedView {
    steps_of(case, case.judge())
}

/// The same of a case that was judged already.
pub(crate) fn steps_of(case: &OwnedCase, judgement: Judgement) -> JudgedView {
    let answer = gate::gate(&case.case(), &judgement);
    JudgedView { evidence: judgement.evidence.to_string(), steps: judgement.steps, missing: answer.reasons }
}
