//! Blackouts on the way of a version: where it waits for a change, it goes where the change brings it only when that may be
//! made.

use super::case::{Case, Judgement, workflow_of};
use crate::change_request::{ChangeFacts, blackout_at};
use crate::pack::StepKind;

/// The blackout, in words, that keeps the version from its target now, where nothing else of the change is missing.
pub(crate) fn blackout(case: &Case<'_>, judgement: &Judgement, stage: &str) -> Option<String> {
    let change = case.placing.filter(|change| change.lets_into(stage) && waits(case, judgement, stage))?;
    let ChangeFacts { environment, blackouts, .. } = change;
    let found = blackout_at(blackouts.as_deref()?, case.inputs.pack, environment, case.inputs.now)?;
    Some(format!("{found}; the change `{}` brings the version into `{environment}`", change.id))
}

/// Whether a step of the way waits for a change, or did.
pub(super) fn waits(case: &Case<'_>, judgement: &Judgement, stage: &str) -> bool {
    let Some(workflow) = workflow_of(case, stage) else { return false };
    let mut steps = workflow.steps.iter().zip(&judgement.steps);
    steps.any(|(compiled, standing)| {
        compiled.step.kind == StepKind::Change {} && standing.state != super::StepState::NotApplicable
    })
}
