//! Checklists: what a pack wants to be in place before a version goes to a stage, told by facts.
//!
//! Nobody ticks an item. It is done where its condition holds, open where it does not or cannot be judged, and unknown where
//! the pack says that no fact tells it. A checklist shuts no gate.

use assent_cel::EvalError;
use serde::Serialize;
use serde_json::Value;

use crate::facts;
use crate::pack::{CompiledItem, Pack};

/// Where an item stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ItemState {
    /// The facts say that it is in place.
    Done,
    /// They say that it is not, or lack what would tell it.
    Open,
    /// No fact tells it.
    Unknown,
    /// It does not apply to this version.
    NotApplicable,
}

/// Where one item stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ItemStanding {
    /// Its id.
    pub id: String,
    /// The heading that it stands under.
    pub section: String,
    /// What has to be in place.
    pub title: String,
    /// Where it stands.
    pub state: ItemState,
    /// Why it cannot be judged, where that is so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// What to do, where it is open or unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remediation: Option<String>,
    /// Kinds of evidence that it rests on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<String>,
    /// What its condition asks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
}

/// The items of the pack for a stage, in their order.
pub fn checklist(pack: &Pack, stage: &str, facts: &Value) -> Vec<ItemStanding> {
    let of_stage = |compiled: &&CompiledItem| {
        compiled.item.stages.as_ref().is_none_or(|stages| stages.iter().any(|own| own == stage))
    };
    pack.checklist().iter().filter(of_stage).map(|compiled| standing(compiled, facts)).collect()
}

fn standing(compiled: &CompiledItem, facts: &Value) -> ItemStanding {
    let item = &compiled.item;
    let (state, detail) = state(compiled, facts);
    let is_left = matches!(state, ItemState::Open | ItemState::Unknown);
    ItemStanding {
        id: item.id.clone(),
        section: item.section.clone(),
        title: item.title.clone(),
        state,
        detail,
        remediation: is_left.then(|| item.remediation.clone()),
        evidence: item.evidence.clone(),
        condition: item.condition.clone(),
    }
}

fn state(compiled: &CompiledItem, facts: &Value) -> (ItemState, Option<String>) {
    // A condition that cannot be judged takes no item away.
    if compiled.when.as_ref().is_some_and(|when| facts::is_false(when, facts)) {
        return (ItemState::NotApplicable, None);
    }
    let Some(condition) = &compiled.condition else { return (ItemState::Unknown, None) };
    match condition.evaluate(facts, &facts::budget()) {
        Ok(value) if value.as_bool() == Some(true) => (ItemState::Done, None),
        Ok(_) => (ItemState::Open, None),
        Err(EvalError::MissingFact { path, .. }) => (ItemState::Open, Some(format!("missing fact: {path}"))),
        Err(error) => (ItemState::Open, Some(error.to_string())),
    }
}
