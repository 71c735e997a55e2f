//! Items of checklists as they are written.

use assent_cel::Program;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One line of what has to be in place before a version goes to a stage. It shuts no gate: policies do that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChecklistItem {
    /// Its id.
    pub id: String,
    /// Its place in the list.
    pub order: u32,
    /// The heading that it stands under.
    pub section: String,
    /// What has to be in place.
    pub title: String,
    /// For which stages; for all if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stages: Option<Vec<String>>,
    /// Where it applies at all: CEL over the facts that returns bool; everywhere if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// CEL over the facts that returns bool; absent where no fact tells it, so that nobody can say that it is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// What to do where it is not in place.
    pub remediation: String,
    /// Kinds of evidence that it rests on, for the reader.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<String>,
}

/// An item with its programs.
#[derive(Debug, Clone)]
pub struct CompiledItem {
    /// As written.
    pub item: ChecklistItem,
    /// Where it applies.
    pub when: Option<Program>,
    /// What tells that it is done.
    pub condition: Option<Program>,
}
