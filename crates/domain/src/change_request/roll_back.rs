//! Decisions to take a change back: by another change, with the versions swapped.

use super::decide::{about, requested, submitted};
use super::event::{ChangeRequested, ChangeRollbackRequested};
use super::{ChangeRequest, ChangeType, Content, Hearing, Move, Plan};
use crate::event::{Change, Event, Stamp};
use crate::ids::{ChangeId, PrincipalId};
use crate::registry::Version;
use crate::{Code, Refusal, Sealed};

/// What a rollback says for itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRollback {
    /// In a few words.
    pub title: Sealed,
    /// In more words.
    pub description: Sealed,
    /// Why.
    pub justification: Sealed,
    /// How it would be undone: by deploying again the version that it leaves.
    pub plan: Sealed,
}

/// Decides to ask that a change be taken back. The request is submitted at once. `before` is the one that was to take it back
/// the last time; `target` is the version that was there before the change. If it never stood in that environment, whatever
/// the change said, this is no way back to what was proven there: it is rated as an update, and waits for the end of blackouts.
///
/// # Errors
/// Refuses what did not happen, what is being taken back already, and changes that left no version to go back to.
pub fn roll_back(
    id: ChangeId,
    hearing: &Hearing<'_>,
    before: Option<&ChangeRequest>,
    target: Option<&Version>,
    new: NewRollback,
    actor: PrincipalId,
) -> Result<Vec<Change>, Refusal> {
    let (original, model) = (hearing.change, hearing.model);
    original.allows(Move::RollBack)?;
    if let Some(open) = before.filter(|before| before.state.is_open()) {
        let message = format!("the change `{}` takes it back already; it is {}", open.id, open.state.name());
        return Err(Refusal::new(Code::WrongState, message));
    }
    let Some(target) = target else {
        let message = "the change names no current version, and so none to go back to";
        return Err(Refusal::new(Code::InvalidValue, message));
    };
    let NewRollback { title, description, justification, plan } = new;
    let plan = Plan {
        impact: original.content.plan.impact.clone(),
        rollback_plan: Some(plan),
        rollback_trigger: None,
        test_results: None,
    };
    let content = Content {
        kind: ChangeType::Rollback,
        title,
        description,
        justification,
        environment: original.content.environment.clone(),
        current_version: Some(original.content.target_version),
        target_version: target.id,
        department: original.content.department.clone(),
        plan: plan.clone(),
        preferred_window: None,
        blackouts: Vec::new(),
        promotion: None,
    };
    // What puts no version in place leaves the one that stood there: going to another is no way back.
    let goes_elsewhere =
        !original.content.kind.places_a_version() && target.id != original.content.target_version;
    let event = ChangeRequested {
        model: model.id,
        content: Box::new(content),
        maker: target.registered.by,
        rollback_of: Some(original.id),
        to_unserved: goes_elsewhere || !target.stood_in.contains(&original.content.environment),
    };
    let rollback = ChangeRequest::new(id, &event, &Stamp { at: hearing.now, actor });
    let review = Hearing::new(&rollback, model, hearing.people, hearing.pack, hearing.now);
    let mut changes = vec![requested(id, model, event)];
    changes.extend(submitted(&review, plan, &[], actor)?);
    let event = Event::ChangeRollbackRequested(ChangeRollbackRequested { by: id });
    changes.push(about(original, model, event));
    Ok(changes)
}
