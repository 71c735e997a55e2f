//! What happens to delegations.

use serde::{Deserialize, Serialize};

use crate::identity::Scope;
use crate::ids::{DelegationId, PrincipalId};
use crate::{Sealed, Time};

/// Somebody lets somebody else decide in their place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DelegationGiven {
    /// In whose place.
    pub delegator: PrincipalId,
    /// Who decides.
    pub delegate: PrincipalId,
    /// In which roles.
    pub roles: Vec<String>,
    /// For which models; what the grants of the delegator do not reach, this does not either.
    #[serde(default, skip_serializing_if = "Scope::is_unrestricted")]
    pub scope: Scope,
    /// From when on.
    pub from: Time,
    /// Until when (not included).
    pub until: Time,
    /// Why.
    pub reason: Sealed,
}

/// A delegation was ended before its time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DelegationRevoked {
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<Sealed>,
}

/// In whose place something was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct OnBehalf {
    /// Whose role it was.
    pub delegator: PrincipalId,
    /// By which delegation.
    pub delegation: DelegationId,
}
