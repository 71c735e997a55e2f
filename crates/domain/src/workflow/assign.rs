//! Assigning a step to a person. It is a hint: the person finds the promotion first, and whoever else may decide the step
//! still may.

use super::case::{Case, Judgement};
use super::decide::change;
use super::event::ReviewAssigned;
use super::review::{role_of, separate, unknown_step};
use super::{Move, Promotion};
use crate::event::{Change, Event};
use crate::identity::{Principal, PrincipalKind, Target, holds_role};
use crate::pack::StepKind;
use crate::{Code, Refusal};

/// Decides to assign a step to a person who could decide it, or to nobody. Who asked for the promotion, owns the model, or
/// holds a role of the step does so.
pub fn assign(
    promotion: &Promotion,
    case: &Case<'_>,
    judgement: &Judgement,
    actor: &Principal,
    step: &str,
    to: Option<&Principal>,
) -> Result<Vec<Change>, Refusal> {
    let known = promotion.workflow.steps.iter().find(|known| known.id == step);
    let Some(StepKind::Review { roles, mode, .. }) = known.map(|known| &known.kind) else {
        return Err(unknown_step(promotion, step));
    };
    let standing = judgement.steps.iter().find(|standing| standing.step == step);
    let standing = standing.ok_or_else(|| unknown_step(promotion, step))?;
    may_assign(promotion, case, actor, roles)?;
    promotion.allows(Move::Assign, case.inputs.now)?;
    if let Some(to) = to {
        could_decide(promotion, case, to)?;
        role_of(case, to, standing, roles, *mode, None).map_err(of_another)?;
    }
    if promotion.assignments.get(step).copied() == to.map(|to| to.id) {
        let message = format!("the step `{step}` is assigned like that already");
        return Err(Refusal::new(Code::WrongState, message).at("/to"));
    }
    let event = Event::ReviewAssigned(ReviewAssigned { step: step.to_owned(), to: to.map(|to| to.id) });
    let (model, version) = (case.inputs.model, case.inputs.version);
    Ok(vec![change(promotion.id, model, version, &promotion.target, event)])
}

fn may_assign(
    promotion: &Promotion,
    case: &Case<'_>,
    actor: &Principal,
    roles: &[String],
) -> Result<(), Refusal> {
    let (model, now) = (case.inputs.model, case.inputs.now);
    let holds = |role: &String| holds_role(actor, role, Target::Model(model), now);
    if actor.id == promotion.requester() || actor.id == model.owner || roles.iter().any(holds) {
        return Ok(());
    }
    let message = format!(
        "who asked for the promotion, owns the model, or holds {} assigns this step",
        roles.join(" or ")
    );
    Err(Refusal::new(Code::PermissionMissing, message))
}

fn could_decide(promotion: &Promotion, case: &Case<'_>, to: &Principal) -> Result<(), Refusal> {
    if to.kind != PrincipalKind::User {
        return Err(
            Refusal::new(Code::ReviewerIsNotAPerson, "a service account cannot decide reviews").at("/to")
        );
    }
    separate(promotion, case, to).map_err(of_another)
}

/// The same refusal, about somebody who is not the one who asks.
fn of_another(refusal: Refusal) -> Refusal {
    let message = format!("of the person that you name: {}", refusal.message);
    Refusal { message, ..refusal }.at("/to")
}
