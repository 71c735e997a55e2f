//! What happens to requests for another tier.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::ids::{ModelId, TierChangeId};
use crate::pack::Workflow;
use crate::workflow::Notice;
use crate::{Sealed, Time};

/// Somebody asked for another tier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TierChangeRequested {
    /// Of which model.
    pub model: ModelId,
    /// Its tier then.
    pub from: String,
    /// The tier that it is to get.
    pub to: String,
    /// Why.
    pub justification: Sealed,
    /// What follows from it.
    pub impact: Sealed,
    /// The roles that sign it.
    pub roles: Vec<String>,
}

/// Everybody signed; that the model changed follows in the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TierChangeApproved {}

/// Somebody who signs said no.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TierChangeRejected {}

/// The requester took it back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TierChangeWithdrawn {
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<Sealed>,
}

/// A model has another tier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TierChanged {
    /// The one that it had.
    pub from: String,
    /// The one that it has.
    pub to: String,
    /// The request.
    pub change: TierChangeId,
}

/// An open promotion goes on through the workflow of the new tier of its model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PromotionRepinned {
    /// The request that changed the tier.
    pub change: TierChangeId,
    /// The workflow.
    pub workflow: Workflow,
    /// By step, when a decision is due.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub due: BTreeMap<String, Time>,
    /// When somebody is to be reminded, or turned to, if a step is still open then.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notices: Vec<Notice>,
}
