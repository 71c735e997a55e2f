//! What happens to periodic reviews.

use serde::{Deserialize, Serialize};

use crate::ids::{ModelId, PrincipalId};
use crate::{Sealed, Time};

/// What a section of a review comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Outcome {
    /// Nothing has to be done.
    Ok,
    /// Something has.
    ActionNeeded,
}

impl Outcome {
    /// As on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::ActionNeeded => "ACTION_NEEDED",
        }
    }
}

/// What has to be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Action {
    /// Its id within the review.
    pub id: String,
    /// What.
    pub text: Sealed,
    /// By whom.
    pub owner: PrincipalId,
    /// Until when.
    pub due_at: Time,
}

/// A review was opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeriodicReviewOpened {
    /// Of which model.
    pub model: ModelId,
    /// The tier that the model had.
    pub tier: String,
    /// What is looked at.
    pub sections: Vec<String>,
}

/// Somebody wrote down what they found, the first time or again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeriodicReviewFound {
    /// In which section.
    pub section: String,
    /// What it comes to.
    pub outcome: Outcome,
    /// In words.
    pub finding: Sealed,
    /// What has to be done.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<Action>,
}

/// The findings were submitted: from now on they stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeriodicReviewSubmitted {
    /// The roles that sign.
    pub roles: Vec<String>,
}

/// Everybody signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeriodicReviewCompleted {}

/// Somebody who signs said no.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeriodicReviewRejected {}

/// It was taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeriodicReviewWithdrawn {
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<Sealed>,
}

/// What had to be done was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeriodicReviewActed {
    /// The action.
    pub action: String,
    /// How.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<Sealed>,
}
