//! What happens to change requests.

use serde::{Deserialize, Serialize};

use crate::ids::{ChangeId, ModelId, PrincipalId, PromotionId, VersionId};
use crate::signoff::SignatureRecord;
use crate::{RiskLevel, Sealed, Time};

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($(#[$word_doc:meta])* $word:ident $wire:literal),* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum $name {$(
            $(#[$word_doc])*
            #[serde(rename = $wire)]
            $word,
        )*}

        impl $name {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$word),*];

            /// As on the wire.
            pub fn name(self) -> &'static str {
                match self { $(Self::$word => $wire),* }
            }
        }
    )*};
}

words! {
    /// What a change changes.
    ChangeType {
        /// The version in service.
        ModelUpdate "MODEL_UPDATE",
        /// How it is configured.
        ConfigChange "CONFIG_CHANGE",
        /// What a language model is told.
        PromptUpdate "PROMPT_UPDATE",
        /// What it runs on.
        Infrastructure "INFRASTRUCTURE",
        /// Back to what was there before another change.
        Rollback "ROLLBACK",
        /// What cannot wait for all reviewers.
        Emergency "EMERGENCY"
    }

    /// Who notices a change; each reach includes the ones before it.
    Reach {
        /// Nobody outside the house.
        InternalOnly "INTERNAL_ONLY",
        /// Some groups of users.
        SpecificGroups "SPECIFIC_GROUPS",
        /// Everybody.
        AllUsers "ALL_USERS"
    }
}

impl ChangeType {
    /// Whether it cannot wait for the end of a blackout.
    pub fn is_urgent(self) -> bool {
        matches!(self, Self::Rollback | Self::Emergency)
    }

    /// Whether it puts its target version in place, instead of changing something about one that stands there.
    pub fn places_a_version(self) -> bool {
        matches!(self, Self::ModelUpdate | Self::Rollback | Self::Emergency)
    }
}

/// A period: from (included) until (not included).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// Its begin.
    pub from: Time,
    /// Its end.
    pub until: Time,
}

impl Window {
    /// Whether the time lies in it.
    pub fn holds(&self, time: Time) -> bool {
        self.from <= time && time < self.until
    }
}

/// A system that a change touches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AffectedSystem {
    /// Its name.
    pub name: String,
    /// Labels, for example `production`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
}

/// What a change does to others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Impact {
    /// The systems that it touches.
    pub affected_systems: Vec<AffectedSystem>,
    /// Who notices it.
    pub affected_users: Reach,
    /// How long the service is away; `none` in any case is none.
    pub estimated_downtime: String,
    /// How long it takes to undo it.
    pub rollback_time: String,
    /// What has to be tested.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub testing_required: Vec<Sealed>,
    /// What has to be there before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dependencies: Vec<Sealed>,
}

/// What a submission needs, or has besides.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Plan {
    /// What the change does to others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub impact: Option<Impact>,
    /// How it is undone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rollback_plan: Option<Sealed>,
    /// When it is undone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rollback_trigger: Option<Sealed>,
    /// What tests have shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test_results: Option<Sealed>,
}

impl Plan {
    /// This plan with what the other one says besides or instead.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self {
            impact: other.impact.or(self.impact),
            rollback_plan: other.rollback_plan.or(self.rollback_plan),
            rollback_trigger: other.rollback_trigger.or(self.rollback_trigger),
            test_results: other.test_results.or(self.test_results),
        }
    }
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Content {
    /// What kind of change.
    #[serde(rename = "type")]
    pub kind: ChangeType,
    /// In a few words.
    pub title: Sealed,
    /// In more words.
    pub description: Sealed,
    /// Why.
    pub justification: Sealed,
    /// Where it is made.
    pub environment: String,
    /// The version that is there before; absent where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current_version: Option<VersionId>,
    /// The version that is there afterwards.
    pub target_version: VersionId,
    /// For which part of the house.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department: Option<String>,
    /// Impact and way back.
    #[serde(flatten)]
    pub plan: Plan,
    /// When it would best be made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preferred_window: Option<Window>,
    /// When it may not be made.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blackouts: Vec<Window>,
    /// The promotion that it was made for, whose approvals count here too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promotion: Option<PromotionId>,
}

/// A change was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ChangeRequested {
    /// Of which model.
    pub model: ModelId,
    /// What.
    #[serde(flatten)]
    pub content: Box<Content>,
    /// Who made the target version, and so does not sign.
    pub maker: PrincipalId,
    /// The change that it takes back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rollback_of: Option<ChangeId>,
    /// Of a change that takes another one back: the version that it leads to has never stood in that environment.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub to_unserved: bool,
}

/// A change was submitted: its risk and its reviewers are fixed from here on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ChangeSubmitted {
    /// Impact and way back, as they are reviewed.
    pub plan: Plan,
    /// Its risk.
    pub risk: RiskLevel,
    /// What the risk follows from.
    pub reasons: Vec<String>,
    /// The roles that sign.
    pub reviewers: Vec<String>,
    /// The roles of the two persons whose signatures let an emergency start.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub emergency_pair: Vec<String>,
    /// Approvals of the promotion that count here too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub carried: Vec<SignatureRecord>,
}

/// All reviewers have signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeApproved {}

/// A reviewer said no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeRejected {}

/// A change was given a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeScheduled {
    /// When it is to be made.
    pub at: Time,
    /// The month of that, `YYYY-MM` by the calendar of the pack.
    pub month: String,
}

/// Somebody began to make a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ChangeStarted {
    /// The month, `YYYY-MM` by the calendar of the pack.
    pub month: String,
    /// Whether the emergency pair let it start before the reviewers had signed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_emergency_pair: bool,
}

/// A change ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeCompleted {
    /// Whether it did what it was to do.
    pub success: bool,
    /// How it went.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<Sealed>,
    /// The month, `YYYY-MM` by the calendar of the pack.
    pub month: String,
}

/// Somebody asked to take a change back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeRollbackRequested {
    /// The change that would do it.
    pub by: ChangeId,
}

/// A change was taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeRolledBack {
    /// The change that did it.
    pub by: ChangeId,
}

/// A request was taken back before anything was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeWithdrawn {
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<Sealed>,
}
