//! What happens in emergencies.

use serde::{Deserialize, Serialize};

use crate::ids::Digest;
use crate::{Sealed, Time};

/// Somebody broke the glass of a promotion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EmergencyDeclared {
    /// Why it cannot wait.
    pub justification: Sealed,
    /// The roles of the two persons who sign.
    pub roles: Vec<String>,
    /// The round of the promotion.
    pub round: u32,
    /// Digest of the evidence that it is for.
    pub evidence: Digest,
    /// Until when the promotion can be completed by it (not included).
    pub expires_at: Time,
}

/// Both persons have signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmergencyGranted {}

/// One of the two persons said no.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmergencyRefused {}

/// What an emergency stood for when a promotion was completed by it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EmergencyUsed {
    /// The steps whose approvals were missing.
    pub steps: Vec<String>,
    /// When the glass was broken.
    pub declared_at: Time,
    /// Until when the reviews have to be given afterwards (not included).
    pub follow_up_due_at: Time,
}

/// The reviews were given afterwards.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmergencyFollowedUp {
    /// Whether the version may stay where it is.
    pub accepted: bool,
}
