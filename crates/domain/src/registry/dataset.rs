//! A version of a data set as it stands.

use serde::{Deserialize, Serialize};

use super::event::{DatasetRegistered, Recorded};
use crate::event::Stamp;
use crate::ids::{DatasetId, PrincipalId};

/// Versioned data with its digest, columns, classification and steward.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Dataset {
    /// Its id.
    pub id: DatasetId,
    /// Who answers for it and holds its labels.
    pub steward: PrincipalId,
    /// What was registered.
    #[serde(flatten)]
    pub facts: DatasetRegistered,
    /// When it was registered, and by whom.
    pub registered: Recorded,
}

impl Dataset {
    /// The data set that the event registers.
    pub fn new(id: DatasetId, event: &DatasetRegistered, stamp: &Stamp) -> Self {
        Self { id, steward: stamp.actor, facts: event.clone(), registered: stamp.into() }
    }
}
