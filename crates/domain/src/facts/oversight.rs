//! Who answers for the model, and when it was and is to be reviewed.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::Inputs;
use super::build::put;
use crate::Time;
use crate::accountability::{Accountability, changes_next, coverage};
use crate::identity::Principal;
use crate::ids::PrincipalId;
use crate::pack::Pack;
use crate::periodic_review::{PeriodicReview, due};
use crate::registry::Model;

/// What is asked for where a condition reads who answers, or when the model was reviewed.
#[derive(Debug, Clone, Default)]
pub struct Oversight {
    /// Who answers for the model; absent where nothing asks that.
    pub answering: Option<Answering>,
    /// The periodic review that was completed last.
    pub last_review: Option<Arc<PeriodicReview>>,
    /// Since when a version of the model has been in service.
    pub in_service_since: Option<Time>,
}

/// Who was put into which role for a model.
#[derive(Debug, Clone, Default)]
pub struct Answering {
    /// The record; absent before the first.
    pub held: Option<Arc<Accountability>>,
    /// Those whom it names, and the owner, as they are today.
    pub people: BTreeMap<PrincipalId, Arc<Principal>>,
}

impl Oversight {
    /// The next moment at which the clock alone changes something of it.
    pub fn changes_next(&self, model: &Model, pack: &Pack, now: Time) -> Option<Time> {
        let due = due(model, self.last_review.as_deref(), self.in_service_since, pack, now).next;
        let held = |answering: &Answering| changes_next(answering.held.as_deref(), &answering.people, now);
        due.filter(|due| *due > now).into_iter().chain(self.answering.as_ref().and_then(held)).min()
    }
}

pub(super) fn accountability(held: &Oversight, inputs: &Inputs<'_>) -> Option<Value> {
    let Inputs { model, pack, now, .. } = *inputs;
    let Answering { held, people } = held.answering.as_ref()?;
    let coverage = coverage(model, held.as_deref(), people, pack, now)?;
    Some(json!({
        "complete": coverage.is_complete(),
        "assigned": coverage.assigned.keys().collect::<Vec<_>>(),
        "missing": coverage.missing.keys().collect::<Vec<_>>(),
    }))
}

pub(super) fn review(held: &Oversight, inputs: &Inputs<'_>) -> Value {
    let Inputs { model, pack, now, .. } = *inputs;
    let due = due(model, held.last_review.as_deref(), held.in_service_since, pack, now);
    let mut facts = Map::new();
    put(&mut facts, "last", due.last.map(|time| time.to_string()));
    put(&mut facts, "next", due.next.map(|time| time.to_string()));
    put(&mut facts, "overdue", Some(due.overdue));
    Value::Object(facts)
}
