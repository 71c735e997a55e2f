//! An edge as it stands: it never changes.

use serde::{Deserialize, Serialize};

use super::LineageRecorded;
use crate::event::Stamp;
use crate::ids::EdgeId;
use crate::registry::event::Recorded;

/// One thing came from another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edge {
    /// Its id.
    pub id: EdgeId,
    /// What was said.
    pub said: LineageRecorded,
    /// When, and by whom first.
    pub recorded: Recorded,
}

impl Edge {
    /// The edge that the event records.
    pub fn new(id: EdgeId, event: &LineageRecorded, stamp: &Stamp) -> Self {
        Self { id, said: event.clone(), recorded: stamp.into() }
    }
}
