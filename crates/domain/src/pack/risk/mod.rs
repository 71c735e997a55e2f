//! What risk is measured by: templates of risks, the model that scores them, and criteria that put models into tiers.

mod deployment;

use std::collections::BTreeMap;

use assent_cel::Program;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use deployment::{
    Above, Advice, AtLeast, AtMost, ChangeScores, CoverageScores, DeploymentClass, DeploymentModel, Factor,
    ReplicaScore, RollbackScores, ScopeScores, SensitivityScores, SizeScores, StageScore, UnknownSize,
    Weights,
};

use super::{Pack, Period};
use crate::risk::Exact;
use crate::{Code, Refusal};

/// The documents of a pack that are about risk.
#[derive(Debug, Clone, Default)]
pub(super) struct RiskDocuments {
    /// Absent in packs that were applied before there were risk models.
    pub(super) model: Option<RiskModel>,
    pub(super) templates: Vec<(RiskTemplate, Option<Program>)>,
    /// In their order.
    pub(super) criteria: Vec<TierCriterion>,
}

/// A risk that every assessment looks at, where it applies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RiskTemplate {
    /// Its id.
    pub id: String,
    /// What could happen.
    pub title: String,
    /// A category of the risk model.
    pub category: String,
    /// What it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What to ask before it is rated.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub questions: Vec<String>,
    /// CEL over `purpose`, `useCases`, `tags`, `text`, `tier` and `kind`: where it is false, the template does not apply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
}

/// How many steps each scale has: the matrix of likelihood and impact is 5 × 5.
pub const STEPS: usize = 5;

/// How risks are scored. A pack has one document of this kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RiskModel {
    /// Its id; there is one document of this kind.
    pub id: String,
    /// The categories of risks.
    pub categories: Vec<String>,
    /// The five steps of likelihood, from 1.
    pub likelihoods: Vec<ScaleStep>,
    /// The five steps of impact, from 1.
    pub impacts: Vec<ScaleStep>,
    /// What a template counts that nobody has answered; its controls count nothing.
    pub unanswered: Unanswered,
    /// By tier, by how much every impact rises, at most to the highest step.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub impact_rise: BTreeMap<String, u8>,
    /// The classes of the overall score, highest first; the last begins at 0.
    pub classes: Vec<RiskClass>,
    /// From which residual on a risk is high, and from which it is medium.
    pub bands: Bands,
    /// By tier, after which period an approved assessment is looked at again; never if absent.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub next_review: BTreeMap<String, Period>,
    /// How a deployment is scored.
    pub deployment: DeploymentModel,
}

/// A step of a scale; its number is its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ScaleStep {
    /// Its id.
    pub id: String,
    /// What it means.
    pub title: String,
}

/// The rating of what nobody has answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Unanswered {
    /// A step of likelihood.
    pub likelihood: String,
    /// A step of impact.
    pub impact: String,
}

/// A class of the overall score.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RiskClass {
    /// Its id.
    pub id: String,
    /// The lowest score of the class.
    pub at_least: Exact,
    /// What is recommended of an assessment of this class.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recommendations: Vec<String>,
}

/// Where residuals are told apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Bands {
    /// From here on a risk is high.
    pub high: Exact,
    /// From here on it is medium.
    pub medium: Exact,
}

/// A question that puts models into tiers. Of all criteria the highest answer decides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TierCriterion {
    /// Its id.
    pub id: String,
    /// Its place: of several criteria with the same highest answer the first is recorded.
    pub order: u32,
    /// What is asked.
    pub question: String,
    /// What can be answered.
    pub answers: Vec<TierAnswer>,
}

/// An answer to a criterion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TierAnswer {
    /// Its id.
    pub id: String,
    /// What it means.
    pub title: String,
    /// The tier that it asks for.
    pub tier: String,
}

impl RiskModel {
    /// The number of a step of likelihood, from 1.
    pub fn likelihood(&self, id: &str) -> Option<u8> {
        number(&self.likelihoods, id)
    }

    /// The number of a step of impact, from 1.
    pub fn impact(&self, id: &str) -> Option<u8> {
        number(&self.impacts, id)
    }
}

fn number(steps: &[ScaleStep], id: &str) -> Option<u8> {
    let place = steps.iter().position(|step| step.id == id)?;
    u8::try_from(place + 1).ok()
}

impl Pack {
    /// How risks are scored.
    ///
    /// # Errors
    /// Refuses where the pack does not say, which only a pack can that was applied before there were risk models.
    pub fn risk_model(&self) -> Result<&RiskModel, Refusal> {
        let message = "the pack in force has no document of the kind `RiskModel`";
        self.risk.model.as_ref().ok_or_else(|| Refusal::new(Code::RiskModelMissing, message))
    }

    /// The templates of risks, ordered by id.
    pub fn risk_templates(&self) -> impl Iterator<Item = &RiskTemplate> {
        self.risk.templates.iter().map(|(template, _)| template)
    }

    /// The criteria that put models into tiers, in their order.
    pub fn tier_criteria(&self) -> &[TierCriterion] {
        &self.risk.criteria
    }

    /// The highest tier that the answers to the criteria ask for, and the first criterion that asks for it.
    ///
    /// # Errors
    /// Refuses an answer to a question that the pack does not ask, and one that it does not offer.
    pub fn answered(
        &self,
        answers: &BTreeMap<String, String>,
    ) -> Result<Option<(&super::Tier, &str)>, Refusal> {
        if let Some(other) = answers.keys().find(|id| !self.risk.criteria.iter().any(|c| c.id == **id)) {
            let known: Vec<&str> = self.risk.criteria.iter().map(|criterion| criterion.id.as_str()).collect();
            let message = format!("the pack has no criterion `{other}`; it has {}", list(&known));
            return Err(Refusal::new(Code::InvalidValue, message).at("/criteria"));
        }
        let mut highest: Option<(&super::Tier, &str)> = None;
        for criterion in &self.risk.criteria {
            let Some(answer) = answers.get(&criterion.id) else { continue };
            let Some(given) = criterion.answers.iter().find(|offered| offered.id == *answer) else {
                let known: Vec<&str> = criterion.answers.iter().map(|answer| answer.id.as_str()).collect();
                let message = format!(
                    "the criterion `{}` has no answer `{answer}`; it has {}",
                    criterion.id,
                    list(&known)
                );
                return Err(
                    Refusal::new(Code::InvalidValue, message).at(format!("/criteria/{}", criterion.id))
                );
            };
            let tier = self.tier(&given.tier).ok_or_else(|| self.unknown_tier(&given.tier))?;
            if highest.is_none_or(|(held, _)| tier.rank > held.rank) {
                highest = Some((tier, &criterion.id));
            }
        }
        Ok(highest)
    }
}

fn list(known: &[&str]) -> String {
    if known.is_empty() { "none".to_owned() } else { known.join(", ") }
}
