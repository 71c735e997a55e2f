//! A case: everything known of a version on its way to a stage; and its judgement, which reviews, the gate and the desk all
//! read.

use std::borrow::Cow;

use serde_json::Value;

use super::horizon;
use super::standing::{self, Approval, StepStanding};
use super::{Promotion, ReviewRecord, StepState};
use crate::change_request::ChangeFacts;
use crate::exception::{Waiver, Waivers};
use crate::facts::{self, Inputs};
use crate::ids::{Digest, PrincipalId};
use crate::pack::{CompiledWorkflow, StepKind};
use crate::policy::{self, Finding};
use crate::{Code, Time};

/// What a judgement is made from.
#[derive(Debug, Clone, Copy)]
pub struct Case<'a> {
    /// Model, version, data, champion, target, pack and time.
    pub inputs: Inputs<'a>,
    /// The promotion of the version to the target that counts: the open one, or the last.
    pub promotion: Option<&'a Promotion>,
    /// The newest change that puts the version into the target stage, was submitted, and is neither rejected nor withdrawn.
    pub placing: Option<&'a ChangeFacts>,
}

impl Case<'_> {
    /// The person behind a principal that the case names: separation of duties is between people.
    pub(super) fn person(&self, id: PrincipalId) -> PrincipalId {
        self.inputs.person(id)
    }

    /// The persons behind a decision: who gave it, and in whose place.
    pub(super) fn persons(&self, record: &ReviewRecord) -> Vec<PrincipalId> {
        record.hands().map(|id| self.person(id)).collect()
    }

    /// The account that answers for the owner of the model, and so attests.
    pub(super) fn attests(&self) -> PrincipalId {
        let owner = self.inputs.model.owner;
        self.inputs.people.get(&owner).map_or(owner, |principal| principal.answerable())
    }

    /// Whose work a person judges who decides a review, if it is their own: which of the rules of separation of duties is
    /// against it.
    pub(super) fn own_work(
        &self,
        promotion: &Promotion,
        person: PrincipalId,
    ) -> Option<(Code, &'static str)> {
        let of = |id| self.person(id) == person;
        if of(promotion.requester()) {
            Some((Code::ReviewerIsRequester, "you asked for this promotion"))
        } else if of(self.inputs.version.registered.by) {
            Some((Code::ReviewerIsCreator, "you created this version"))
        } else if self.inputs.model.owners_since(self.inputs.version.registered.at).any(of) {
            Some((Code::ReviewerIsOwner, "you own this model"))
        } else {
            None
        }
    }
}

/// What is found.
#[derive(Debug, Clone)]
pub struct Judgement {
    /// The facts, with the valid approvals.
    pub facts: Value,
    /// The findings of every policy that applies.
    pub findings: Vec<Finding>,
    /// The policies that exceptions waive for the version.
    pub waivers: Waivers,
    /// Digest of the evidence: what a decision made now binds to.
    pub evidence: Digest,
    /// The steps of the workflow; empty if no workflow leads to the target.
    pub steps: Vec<StepStanding>,
    /// Whether a workflow leads to the target.
    pub has_workflow: bool,
    /// The stages that the workflow starts from.
    pub from: Vec<String>,
    /// Until when (not included) the clock alone changes nothing of it.
    pub valid_until: Time,
}

impl Judgement {
    /// The valid approvals.
    pub fn approvals(&self) -> impl Iterator<Item = &Approval> {
        self.steps.iter().flat_map(|step| &step.approvals)
    }

    /// The exceptions without which something would have failed.
    pub fn exceptions_used(&self) -> Vec<Waiver> {
        self.waivers.used(&self.findings)
    }

    /// Whether every step that applies has passed.
    pub fn is_complete(&self) -> bool {
        self.has_workflow && self.steps.iter().all(|step| step.state.is_done())
    }

    /// Blocking findings that can be judged without approvals and failed: what shuts an automated step.
    pub fn automated_failures(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.blocks() && !finding.needs_approvals)
    }
}

/// Judges a case.
pub fn judge(case: &Case<'_>) -> Judgement {
    let Inputs { model, version, target, exceptions, pack, now, .. } = case.inputs;
    let stage = target.map_or(version.stage.as_str(), |target| target.stage.as_str());
    let waivers = Waivers::of(exceptions, version, now);
    let base = facts::build(&case.inputs);
    let mut findings = policy::check(pack, model, version, stage, &base, now);
    // Evidence is what was found, whether or not it is excused.
    let evidence = facts::evidence_digest(&base, &findings);
    waivers.excuse(&mut findings);
    let workflow = workflow_of(case, stage);
    let automated = !findings.iter().any(|finding| finding.blocks() && !finding.needs_approvals);
    let steps = match &workflow {
        Some(workflow) => standing::standing(case, workflow, &base, evidence, automated),
        None => Vec::new(),
    };
    let approvals: Vec<Approval> = steps.iter().flat_map(|step| step.approvals.clone()).collect();
    let (facts, findings) = if approvals.is_empty() || !findings.iter().any(|finding| finding.needs_approvals)
    {
        (facts::with_approvals(base, &approvals), findings)
    } else {
        let facts = facts::with_approvals(base, &approvals);
        let mut findings = policy::check(pack, model, version, stage, &facts, now);
        waivers.excuse(&mut findings);
        (facts, findings)
    };
    let from = workflow.as_ref().map(|workflow| workflow.workflow.from.clone()).unwrap_or_default();
    Judgement {
        facts,
        findings,
        waivers,
        evidence,
        steps,
        has_workflow: workflow.is_some(),
        from,
        valid_until: horizon::valid_until(case),
    }
}

/// The steps of a judged case once its promotion has moved on. A decision of a reviewer changes neither facts nor evidence,
/// so no rule is asked again.
pub(super) fn steps_after(case: &Case<'_>, judgement: &Judgement) -> Vec<StepStanding> {
    let Some(workflow) = case.promotion.and_then(|promotion| workflow_of(case, &promotion.target.stage))
    else {
        return Vec::new();
    };
    // Whether a step applies is judged on the facts without approvals.
    let facts = facts::with_approvals(judgement.facts.clone(), &[]);
    let automated = judgement.automated_failures().next().is_none();
    standing::standing(case, &workflow, &facts, judgement.evidence, automated)
}

/// The workflow that the promotion pinned, or the one that a new promotion would get.
pub(super) fn workflow_of<'a>(case: &Case<'a>, stage: &str) -> Option<Cow<'a, CompiledWorkflow>> {
    let todays = case.inputs.pack.workflow_to(stage, &case.inputs.model.tier);
    let Some(promotion) = case.promotion else { return todays.map(Cow::Borrowed) };
    if let Some(todays) = todays.filter(|compiled| compiled.workflow == promotion.workflow) {
        return Some(Cow::Borrowed(todays));
    }
    // The pinned workflow compiled when the promotion was asked for, so it compiles now.
    crate::pack::compile_workflow(&promotion.workflow).ok().map(Cow::Owned)
}

/// Whether a step is the deployment that completing the promotion itself brings about.
pub(super) fn is_completion(kind: &StepKind, target: &str) -> bool {
    matches!(kind, StepKind::Deployment { stage } if stage == target)
}

impl StepState {
    /// Whether nothing is left to do.
    pub fn is_done(self) -> bool {
        matches!(self, Self::Passed | Self::NotApplicable)
    }
}
