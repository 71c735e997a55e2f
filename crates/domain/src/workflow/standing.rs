//! Where each step of a promotion stands now: computed, never stored.

use std::collections::BTreeSet;
use std::sync::Arc;

use assent_sabotage::{Fault, planted};
use serde::Serialize;
use serde_json::Value;

use super::case::{Case, is_completion};
use super::emergency;
use super::{Decision, Promotion, ReviewRecord, StateName};
use crate::Time;
use crate::change_request::ChangeFacts;
use crate::delegation::OnBehalf;
use crate::facts;
use crate::identity::{Permission, Principal, PrincipalKind, Status, Target, holds_role};
use crate::ids::{Digest, PrincipalId};
use crate::pack::{CompiledStep, CompiledWorkflow, Period, QuorumMode, StepKind};

/// Where a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StepState {
    /// Nothing is left to do.
    Passed,
    /// It does not apply to this version.
    NotApplicable,
    /// Somebody can act on it now.
    Open,
    /// It waits for other steps.
    Waiting,
    /// A policy shuts it.
    Failed,
}

/// An approval that counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Approval {
    /// The step.
    pub step: String,
    /// The role in which it was given; `owner` for an attestation.
    pub role: String,
    /// Who gave it.
    pub reviewer: PrincipalId,
    /// What was decided.
    pub decision: Decision,
    /// When.
    pub at: Time,
    /// In whose place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<OnBehalf>,
}

/// Why an approval does not count any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Lapse {
    /// It was given on other evidence.
    Stale,
    /// Its time is over.
    Expired,
    /// Who gave it no longer holds the role, or the account is disabled.
    RoleLost,
    /// Who gave it turned out to be a person who may not: accounts were linked since.
    SamePerson,
}

/// An approval that does not count any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Lapsed {
    /// The approval.
    #[serde(flatten)]
    pub approval: Approval,
    /// Why.
    pub lapse: Lapse,
}

/// What has to happen for a step that waits for no approval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Todo {
    /// Stable code, in kebab-case.
    pub code: &'static str,
    /// What is missing, in words after "the step".
    pub message: String,
    /// What to do next.
    pub remedy: String,
}

/// Where one step stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StepStanding {
    /// Id of the step.
    pub step: String,
    /// Title for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Where it stands.
    pub state: StepState,
    /// Steps that it waits for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub waits_for: Vec<String>,
    /// Roles whose approval is missing; with `missingPeople`, any of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub missing_roles: Vec<String>,
    /// How many people have to approve in all; 0 where nobody is asked.
    pub required_people: u32,
    /// How many people more have to approve.
    pub missing_people: u32,
    /// Approvals that count.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub approvals: Vec<Approval>,
    /// Approvals that do not count any more.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lapsed: Vec<Lapsed>,
    /// When a decision is due.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Time>,
    /// Whether it is overdue.
    pub overdue: bool,
    /// Whether the conditions of the pack let it pass without a person.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub automatic: bool,
    /// What has to happen, where that is no approval.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub todo: Option<Todo>,
}

/// The role that an attestation is given in.
pub const OWNER: &str = "owner";

pub(super) fn standing(
    case: &Case<'_>,
    workflow: &CompiledWorkflow,
    facts: &Value,
    evidence: Digest,
    automated: bool,
) -> Vec<StepStanding> {
    let mut standings: Vec<StepStanding> = Vec::with_capacity(workflow.steps.len());
    for compiled in &workflow.steps {
        let mut standing = assess(case, compiled, facts, evidence, automated);
        let waits = compiled.after.iter().filter_map(|before| standings.get(*before));
        standing.waits_for =
            waits.filter(|before| !before.state.is_done()).map(|before| before.step.clone()).collect();
        if standing.state == StepState::Open && !standing.waits_for.is_empty() {
            standing.state = StepState::Waiting;
        }
        standings.push(standing);
    }
    standings
}

fn assess(
    case: &Case<'_>,
    compiled: &CompiledStep,
    facts: &Value,
    evidence: Digest,
    automated: bool,
) -> StepStanding {
    let step = &compiled.step;
    let mut standing = blank(case, compiled);
    let target = case.inputs.target.map_or("", |target| target.stage.as_str());
    // A condition that cannot be evaluated takes no step away.
    let applies = compiled.when.as_ref().is_none_or(|when| !facts::is_false(when, facts));
    if !applies || is_completion(&step.kind, target) {
        standing.state = StepState::NotApplicable;
        return standing;
    }
    match &step.kind {
        StepKind::Automated {} => {
            standing.state = if automated { StepState::Passed } else { StepState::Failed };
        }
        StepKind::Deployment { stage } => {
            let pack = case.inputs.pack;
            let order = |id: &str| pack.stage(id).map(|stage| stage.order);
            if order(&case.inputs.version.stage).zip(order(stage)).is_some_and(|(here, there)| here >= there)
            {
                standing.state = StepState::Passed;
            } else {
                standing.todo = Some(Todo {
                    code: "step-open",
                    message: format!("waits for the version to reach `{stage}`"),
                    remedy: format!("promote the version to `{stage}` first"),
                });
            }
        }
        StepKind::Change {} => {
            standing.todo = change_missing(case, target);
            if standing.todo.is_none() {
                standing.state = StepState::Passed;
            }
        }
        StepKind::Attestation { expires_after } => {
            gather(case, &mut standing, evidence);
            if standing.approvals.is_empty() {
                standing.approvals.extend(carried_attestation(case, &step.id, *expires_after, evidence));
            }
            standing.required_people = 1;
            standing.missing_people = u32::from(standing.approvals.is_empty());
        }
        StepKind::Review { roles, mode, people, .. } => {
            gather(case, &mut standing, evidence);
            quorum(&mut standing, roles, *mode, *people);
            if standing.missing_people > 0 && passed_by_conditions(case, compiled, facts, evidence) {
                standing.missing_roles.clear();
                (standing.required_people, standing.missing_people) = (0, 0);
                standing.automatic = true;
            }
        }
    }
    if standing.state == StepState::Open && needs_people(&step.kind) && standing.missing_people == 0 {
        standing.state = StepState::Passed;
    }
    standing.overdue =
        standing.state == StepState::Open && standing.due_at.is_some_and(|due| due <= case.inputs.now);
    standing
}

/// Whom separation of duties keeps away from a review of the promotion, and who signed the change all the same: it takes the
/// place of a review.
fn own_signer(case: &Case<'_>, change: &ChangeFacts) -> Option<&'static str> {
    let promotion = case.promotion?;
    let own = |id: &PrincipalId| case.own_work(promotion, case.person(*id));
    change.signers.iter().find_map(own).map(|(_, why)| why)
}

/// What is missing of the change that puts the version into its target. A version that stands there by its promotion came in by
/// one; what becomes of that change, or of later ones, is no longer about letting it in.
fn change_missing(case: &Case<'_>, target: &str) -> Option<Todo> {
    let is_in = |promotion: &Promotion| promotion.state_at(case.inputs.now) == StateName::Completed;
    if case.promotion.is_some_and(is_in) {
        return None;
    }
    let (found, remedy) = match case.placing {
        Some(change) if change.lets_into(target) => match own_signer(case, change) {
            None => return None,
            Some(why) => (
                format!("`{}` is signed by somebody who may not review this promotion: {why}", change.id),
                "ask for another change, and let others sign it".to_owned(),
            ),
        },
        Some(change) if change.rejected => {
            let found = format!("the last one, `{}`, was rejected", change.id);
            (found, "mend what was said against it, and ask for another change".to_owned())
        }
        Some(change) if change.is_decided() => {
            let found = format!(
                "the last one, `{}`, is {}, and lost a signature or was used before",
                change.id,
                change.state.name()
            );
            (found, "let who is missing sign it, or ask for another change".to_owned())
        }
        Some(change) => {
            let found = format!("the last one, `{}`, is {}", change.id, change.state.name());
            let remedy =
                format!("see with `assent change show {}` who is missing, and let them sign", change.id);
            (found, remedy)
        }
        None => {
            let named = case.promotion.map_or_else(String::new, |it| format!(" --promotion {}", it.id));
            let remedy =
                format!("ask for it with `assent change request{named}`, and let its reviewers sign");
            ("there is none".to_owned(), remedy)
        }
    };
    let message = format!("needs an approved change that puts the version into `{target}`; {found}");
    Some(Todo { code: "change-missing", message, remedy })
}

fn needs_people(kind: &StepKind) -> bool {
    matches!(kind, StepKind::Review { .. } | StepKind::Attestation { .. })
}

fn blank(case: &Case<'_>, compiled: &CompiledStep) -> StepStanding {
    let step = &compiled.step;
    let due = case
        .promotion
        .and_then(|promotion| promotion.rounds.last())
        .and_then(|round| round.due.get(&step.id));
    StepStanding {
        step: step.id.clone(),
        title: step.title.clone(),
        state: StepState::Open,
        waits_for: Vec::new(),
        missing_roles: Vec::new(),
        required_people: 0,
        missing_people: 0,
        approvals: Vec::new(),
        lapsed: Vec::new(),
        due_at: due.copied(),
        overdue: false,
        automatic: false,
        todo: None,
    }
}

/// Sorts the approvals of a step into those that count and those that do not any more. Of one person's decisions on a step
/// the last counts.
fn gather(case: &Case<'_>, standing: &mut StepStanding, evidence: Digest) {
    let Some(promotion) = case.promotion else { return };
    let mut last: Vec<(Vec<PrincipalId>, &ReviewRecord)> = Vec::new();
    for record in of_step(promotion, &standing.step) {
        let persons = case.persons(record);
        last.retain(|(earlier, _)| !earlier.iter().any(|person| persons.contains(person)));
        last.push((persons, record));
    }
    let mut approvals: Vec<&ReviewRecord> =
        last.into_iter().map(|(_, record)| record).filter(|r| r.review.decision.is_approval()).collect();
    approvals.sort_by_key(|record| (record.recorded.at, record.recorded.by));
    for record in approvals {
        let approval = Approval {
            step: standing.step.clone(),
            role: record.review.role.clone().unwrap_or_else(|| OWNER.to_owned()),
            reviewer: record.recorded.by,
            decision: record.review.decision,
            at: record.recorded.at,
            on_behalf_of: record.review.on_behalf_of,
        };
        match lapse(case, promotion, record, evidence) {
            None => standing.approvals.push(approval),
            Some(lapse) => standing.lapsed.push(Lapsed { approval, lapse }),
        }
    }
}

/// Where the owner asks for the promotion, the submission carries the attestation, for the evidence that it was made on. A
/// service account signs nothing: where one owns the model, the person behind it attests.
fn carried_attestation(
    case: &Case<'_>,
    step: &str,
    expires_after: Option<Period>,
    evidence: Digest,
) -> Option<Approval> {
    let promotion = case.promotion?;
    let round = promotion.rounds.last()?;
    let owner = case.inputs.model.owner;
    let at = round.submitted.at;
    let holds = promotion.requester() == owner
        && round.submitted.by == owner
        && round.evidence == evidence
        && expires_after.is_none_or(|period| case.inputs.now < period.after(at))
        && case
            .inputs
            .people
            .get(&owner)
            .is_some_and(|owner| owner.status == Status::Active && owner.kind == PrincipalKind::User);
    holds.then(|| Approval {
        step: step.to_owned(),
        role: OWNER.to_owned(),
        reviewer: owner,
        decision: Decision::Approved,
        at,
        on_behalf_of: None,
    })
}

fn of_step<'a>(promotion: &'a Promotion, step: &str) -> impl Iterator<Item = &'a ReviewRecord> {
    promotion.reviews.iter().filter(move |record| record.review.step == step)
}

fn lapse(case: &Case<'_>, promotion: &Promotion, record: &ReviewRecord, evidence: Digest) -> Option<Lapse> {
    let now = case.inputs.now;
    let model = case.inputs.model;
    let reviewer = case.inputs.people.get(&record.recorded.by);
    let authorised = reviewer.is_some_and(|reviewer| match &record.review.role {
        Some(role) => {
            let holder = match record.review.on_behalf_of {
                Some(behalf) => case.inputs.people.get(&behalf.delegator),
                None => Some(reviewer),
            };
            let holds = |holder: &Arc<Principal>| holds_role(holder, role, Target::Model(model), now);
            reviewer.status == Status::Active && carries_review(case, role) && holder.is_some_and(holds)
        }
        None => reviewer.status == Status::Active && reviewer.answerable() == case.attests(),
    });
    if !authorised {
        return Some(Lapse::RoleLost);
    }
    if record.review.role.is_some() && !is_separate(case, promotion, record) {
        return Some(Lapse::SamePerson);
    }
    let ends = !planted(Fault::Expiry);
    if ends && record.review.expires_at.is_some_and(|end| end <= now) {
        return Some(Lapse::Expired);
    }
    (record.review.evidence != evidence).then_some(Lapse::Stale)
}

/// Whether separation of duties still allows an approval: it did when it was given, by what was known of people then.
fn is_separate(case: &Case<'_>, promotion: &Promotion, record: &ReviewRecord) -> bool {
    if planted(Fault::SeparationOfDuties) {
        return true;
    }
    let persons = case.persons(record);
    let decided_another = |other: &ReviewRecord| {
        other.review.step != record.review.step
            && other.review.role.is_some()
            && case.persons(other).iter().any(|person| persons.contains(person))
    };
    let mut earlier = promotion.reviews.iter().take_while(|other| *other != record);
    let signed = |person| emergency::signed_by(case, promotion, person, Some(record.recorded.at));
    !earlier.any(decided_another)
        && persons.iter().all(|person| case.own_work(promotion, *person).is_none() && !signed(*person))
}

/// Whether the conditions of the pack let a step pass without a person: they held when the promotion was submitted, hold
/// still, and were judged on the evidence and the tier of today; and no person has said no. What is in place already is not
/// compared with itself.
fn passed_by_conditions(case: &Case<'_>, compiled: &CompiledStep, facts: &Value, evidence: Digest) -> bool {
    let (Some(promotion), Some(rule)) = (case.promotion, &compiled.auto_approve) else { return false };
    let (step, tier) = (&compiled.step.id, &case.inputs.model.tier);
    let passed = promotion.passed.iter().rfind(|passed| passed.step == *step);
    let stands = passed.is_some_and(|passed| passed.evidence == evidence && passed.tier == *tier);
    let is_over = promotion.state_at(case.inputs.now) == StateName::Completed;
    stands && (is_over || rule.holds(tier, facts)) && !was_refused(promotion, step)
}

/// Whether a person has said no to a step.
pub(super) fn was_refused(promotion: &Promotion, step: &str) -> bool {
    of_step(promotion, step).any(|record| !record.review.decision.is_approval())
}

/// Whether the pack in force still has the role, and lets it review.
pub(super) fn carries_review(case: &Case<'_>, role: &str) -> bool {
    case.inputs.pack.role(role).is_some_and(|role| role.permissions.contains(&Permission::Review))
}

fn quorum(standing: &mut StepStanding, roles: &[String], mode: QuorumMode, people: u32) {
    let held: BTreeSet<&str> = standing.approvals.iter().map(|approval| approval.role.as_str()).collect();
    let missing_roles: Vec<String> =
        roles.iter().filter(|role| !held.contains(role.as_str())).cloned().collect();
    let given = u32::try_from(standing.approvals.len()).unwrap_or(u32::MAX);
    let wanted = match mode {
        QuorumMode::AllRoles => people.max(u32::try_from(roles.len()).unwrap_or(u32::MAX)),
        QuorumMode::AnyRoles => people,
    };
    standing.required_people = wanted;
    // With `anyRoles` and several people, each decides in a role of their own: two people in two roles.
    let distinct = u32::try_from(held.len()).unwrap_or(u32::MAX);
    let role_count = u32::try_from(roles.len()).unwrap_or(u32::MAX);
    standing.missing_people = match mode {
        QuorumMode::AllRoles => {
            wanted.saturating_sub(given).max(u32::try_from(missing_roles.len()).unwrap_or(u32::MAX))
        }
        QuorumMode::AnyRoles => {
            wanted.saturating_sub(given).max(wanted.min(role_count).saturating_sub(distinct))
        }
    };
    if standing.missing_people > 0 {
        standing.missing_roles = if missing_roles.is_empty() { roles.to_vec() } else { missing_roles };
    }
}
