//! What is recorded of an edge.

use serde::{Deserialize, Serialize};

use super::Thing;
use crate::Sealed;

/// What told us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum LineageSource {
    /// Files of DVC.
    Dvc,
    /// Events of `OpenLineage`.
    OpenLineage,
    /// Somebody said it directly.
    Said,
}

impl LineageSource {
    /// As on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Dvc => "DVC",
            Self::OpenLineage => "OPEN_LINEAGE",
            Self::Said => "SAID",
        }
    }
}

/// Somebody said that one thing comes from another: the first of it, or one more who says so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LineageRecorded {
    /// What was there before.
    pub upstream: Thing,
    /// What came of it.
    pub downstream: Thing,
    /// What told us.
    pub source: LineageSource,
    /// What the file or data set is called where it is used, for example its path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Its columns, where they were told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<String>,
    /// Where the data is kept, as the source names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data_source: Option<String>,
}

/// Somebody took back what was said of an edge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LineageRetracted {
    /// Why.
    pub reason: Sealed,
    /// Whether the words of all are taken back, and not those of the actor alone.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub all: bool,
}
