//! How a deployment is scored: six factors, each from 0 to 10, and their weights.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::registry::VersionKind;
use crate::risk::Exact;

/// The tables of the six factors, their weights, and what follows from the sum.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeploymentModel {
    /// What each factor counts; together 1.
    pub weights: Weights,
    /// How large the model is.
    pub complexity: SizeScores,
    /// How sensitive the data is that it was made with.
    pub sensitivity: SensitivityScores,
    /// How far it reaches.
    pub scope: ScopeScores,
    /// How much changes.
    pub change: ChangeScores,
    /// How much was tested.
    pub coverage: CoverageScores,
    /// How fast it can be taken back.
    pub rollback: RollbackScores,
    /// The classes of the sum, lowest first; the last has no end.
    pub classes: Vec<DeploymentClass>,
    /// What is recommended where a factor is high.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recommendations: Vec<Advice>,
}

/// What a deployment is scored by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Factor {
    /// How large the model is.
    Complexity,
    /// How sensitive the data is.
    Sensitivity,
    /// How far it reaches.
    Scope,
    /// How much changes.
    Change,
    /// How much was tested.
    Coverage,
    /// How fast it can be taken back.
    Rollback,
}

impl Factor {
    /// Every factor, in the order of the document.
    pub const ALL: [Self; 6] =
        [Self::Complexity, Self::Sensitivity, Self::Scope, Self::Change, Self::Coverage, Self::Rollback];

    /// As on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Complexity => "complexity",
            Self::Sensitivity => "sensitivity",
            Self::Scope => "scope",
            Self::Change => "change",
            Self::Coverage => "coverage",
            Self::Rollback => "rollback",
        }
    }
}

/// What each factor counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Weights {
    /// Of `complexity`.
    pub complexity: Exact,
    /// Of `sensitivity`.
    pub sensitivity: Exact,
    /// Of `scope`.
    pub scope: Exact,
    /// Of `change`.
    pub change: Exact,
    /// Of `coverage`.
    pub coverage: Exact,
    /// Of `rollback`.
    pub rollback: Exact,
}

impl Weights {
    /// The weight of a factor.
    pub fn of(&self, factor: Factor) -> Exact {
        match factor {
            Factor::Complexity => self.complexity,
            Factor::Sensitivity => self.sensitivity,
            Factor::Scope => self.scope,
            Factor::Change => self.change,
            Factor::Coverage => self.coverage,
            Factor::Rollback => self.rollback,
        }
    }
}

/// Scores by the number of parameters, which a parameter of the version says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SizeScores {
    /// The parameter of the version that holds the number, in digits.
    pub param: String,
    /// Highest first: the first that the number exceeds decides.
    pub above: Vec<Above>,
    /// For smaller numbers, and where nobody gives one.
    pub otherwise: u8,
    /// For kinds of versions that are large unless somebody says otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unknown: Option<UnknownSize>,
}

/// A score above a number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Above {
    /// The number, not included.
    pub number: u64,
    /// The score.
    pub score: u8,
}

/// The score of versions of some kinds whose size nobody gives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UnknownSize {
    /// The kinds.
    pub kinds: Vec<VersionKind>,
    /// The score.
    pub score: u8,
}

/// Scores by the most sensitive data set of the version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SensitivityScores {
    /// Anyone may see it.
    pub public: u8,
    /// Everybody inside may.
    pub internal: u8,
    /// Those who need it may.
    pub confidential: u8,
    /// Named people may.
    pub restricted: u8,
    /// No data set is named.
    pub unknown: u8,
}

/// Scores by the stage and the number of replicas.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ScopeScores {
    /// By stage.
    pub stages: Vec<StageScore>,
    /// For every other stage.
    pub otherwise: u8,
}

/// The score of a stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StageScore {
    /// The stage.
    pub stage: String,
    /// Its score.
    pub score: u8,
    /// With many replicas.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub many: Option<ReplicaScore>,
}

/// The score of many replicas.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReplicaScore {
    /// More than so many.
    pub above: u32,
    /// The score.
    pub score: u8,
}

/// Scores by what stands there already, and how it is replaced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChangeScores {
    /// No version of the model stands there.
    pub new_model: u8,
    /// Both stand, then traffic switches.
    pub blue_green: u8,
    /// A growing share of the traffic.
    pub canary: u8,
    /// Any other strategy, and none.
    pub other: u8,
}

/// Scores by a figure of the tests, a share from 0 to 1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CoverageScores {
    /// The figure of a report that holds it.
    pub metric: String,
    /// Highest first: the first that the figure reaches decides.
    pub at_least: Vec<AtLeast>,
    /// For smaller figures, and where no report has one.
    pub otherwise: u8,
}

/// A score from a figure on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AtLeast {
    /// The figure.
    pub share: Exact,
    /// The score.
    pub score: u8,
}

/// Scores by how long it takes to go back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RollbackScores {
    /// The figure of a report that holds the minutes it takes.
    pub metric: String,
    /// Kinds of documents that show that there is a way back, without saying how long it takes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub documents: Vec<String>,
    /// Lowest first: the first that the minutes do not exceed decides.
    pub at_most: Vec<AtMost>,
    /// For more minutes.
    pub otherwise: u8,
    /// The minutes that count where nobody gives them.
    pub unknown_minutes: Exact,
    /// Where there is no way back.
    pub none: u8,
}

/// A score up to a number of minutes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AtMost {
    /// The minutes.
    pub minutes: Exact,
    /// The score.
    pub score: u8,
}

/// A class of deployments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeploymentClass {
    /// Its id.
    pub id: String,
    /// The highest score of the class; absent for the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<Exact>,
    /// The roles whose review it asks for.
    pub reviews: Vec<String>,
}

/// What is recommended where a factor is high.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Advice {
    /// The factor.
    pub factor: Factor,
    /// From which score on.
    pub at_least: u8,
    /// What to do.
    pub text: String,
}
