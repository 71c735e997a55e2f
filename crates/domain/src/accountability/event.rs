//! What happens to the accountability for a model.

use serde::{Deserialize, Serialize};

use crate::ids::{ModelId, PrincipalId};
use crate::registry::event::Recorded;
use crate::{Sealed, Time};

/// Who held a role until somebody else was put into it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Predecessor {
    /// Who.
    pub principal: PrincipalId,
    /// Since when, and by whom they were put there.
    pub recorded: Recorded,
}

/// Somebody was put into a role for a model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AccountabilityAssigned {
    /// The model.
    pub model: ModelId,
    /// The role; `owner` for the owner of the model.
    pub role: String,
    /// Who answers from now on.
    pub principal: PrincipalId,
    /// Until when (not included); without end if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Time>,
    /// Why they.
    pub reason: Sealed,
    /// Who answered before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub predecessor: Option<Predecessor>,
}

/// Somebody does not answer in a role any more, and nobody does yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountabilityEnded {
    /// The role.
    pub role: String,
    /// Who answered until now.
    pub principal: PrincipalId,
    /// Why not any more.
    pub reason: Sealed,
}
