//! The model card, after Mitchell et al. 2019, "Model Cards for Model Reporting".

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Source;

/// The name and version of the form.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Schema {
    /// The first version.
    #[default]
    #[serde(rename = "assent.model-card/1")]
    V1,
}

/// A model card: what a version is, what it is for, how it does, and what speaks against it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ModelCard {
    /// The name and version of this form.
    pub schema: Schema,
    /// What the model is.
    #[serde(default)]
    pub details: Details,
    /// What it is for.
    #[serde(default)]
    pub intended_use: IntendedUse,
    /// What its behaviour depends on.
    #[serde(default)]
    pub factors: Factors,
    /// How it does.
    #[serde(default)]
    pub metrics: Metrics,
    /// What it learned from.
    #[serde(default)]
    pub training_data: TrainingData,
    /// What it was judged on.
    #[serde(default)]
    pub evaluation_data: EvaluationData,
    /// Whom it may harm.
    #[serde(default)]
    pub ethical_considerations: Ethics,
    /// Where it fails.
    #[serde(default)]
    pub limitations: Limitations,
    /// What may go wrong, and what is done about it.
    #[serde(default)]
    pub risks: Risks,
    /// What else a reader should know and do.
    #[serde(default)]
    pub caveats: Caveats,
}

/// What the model is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Details {
    /// Name of the model.
    pub name: String,
    /// Its version.
    pub version: String,
    /// What kind of model it is.
    pub r#type: String,
    /// How it is built.
    pub architecture: String,
    /// The family of algorithms.
    pub algorithm_family: String,
    /// What it was trained with.
    pub framework: String,
    /// How large it is.
    pub size: String,
    /// How long an answer takes.
    pub inference_time: String,
    /// When it was made.
    pub date: String,
    /// Its licence.
    pub licence: String,
    /// Whom to ask.
    pub contact: String,
    /// How to cite it.
    pub citation: String,
    /// What it is, in a few sentences.
    pub description: String,
    /// Who made it.
    pub developers: Vec<String>,
    /// Papers and other resources.
    pub references: Vec<String>,
}

/// What it is for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct IntendedUse {
    /// What it is made for.
    pub uses: Vec<String>,
    /// Who is to use it.
    pub users: Vec<String>,
    /// What it must not be used for.
    pub out_of_scope: Vec<String>,
}

/// What its behaviour depends on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Factors {
    /// Groups, instruments and surroundings that may matter.
    pub relevant: Vec<String>,
    /// Those that the figures are broken down by.
    pub evaluation: Vec<String>,
}

/// How it does.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Metrics {
    /// Which measures were chosen, and why.
    pub measures: String,
    /// Above which score it says yes, and why there.
    pub decision_thresholds: String,
    /// How uncertain the figures are.
    pub variation: String,
    /// The figures.
    pub figures: Vec<Figure>,
}

/// One figure.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Figure {
    /// The measure, for example `accuracy` or `race.equalizedOddsDifference`.
    pub metric: String,
    /// The figure.
    pub value: f64,
    /// The attribute whose group it is about.
    #[serde(default)]
    pub attribute: String,
    /// The group that it is about; everybody if absent.
    #[serde(default)]
    pub group: String,
    /// How many rows it rests on.
    #[serde(default)]
    pub n: Option<u64>,
    /// The data set.
    #[serde(default)]
    pub dataset: String,
    /// SHA-256 of the data.
    #[serde(default)]
    pub data_sha256: String,
    /// When it was measured.
    #[serde(default)]
    pub date: String,
    /// Under which conditions.
    #[serde(default)]
    pub conditions: String,
    /// The bound that it is held to, for example `>= 0.8`.
    #[serde(default)]
    pub threshold: String,
    /// Where it comes from.
    #[serde(default)]
    pub source: Source,
}

/// A data set.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Data {
    /// Its name.
    pub name: String,
    /// Its version.
    #[serde(default)]
    pub version: String,
    /// SHA-256 of its bytes.
    #[serde(default)]
    pub sha256: String,
    /// What part it has, for example `training` or `labels of the evaluation`.
    #[serde(default)]
    pub part: String,
}

/// What it learned from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct TrainingData {
    /// What the data is, and of which time.
    pub description: String,
    /// What was done to it before training.
    pub preprocessing: String,
    /// The data sets.
    pub datasets: Vec<Data>,
}

/// What it was judged on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct EvaluationData {
    /// Why this data.
    pub motivation: String,
    /// What was done to it before the evaluation.
    pub preprocessing: String,
    /// The data sets.
    pub datasets: Vec<Data>,
}

/// Whom it may harm.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Ethics {
    /// Whether sensitive data goes in, and which.
    pub sensitive_data: String,
    /// Whether decisions about health, safety or freedom depend on it.
    pub human_life: String,
    /// What is done against harm.
    pub mitigations: Vec<String>,
    /// Who may be harmed, and how.
    pub risks_and_harms: Vec<String>,
    /// Uses that are especially contested.
    pub contested_uses: Vec<String>,
}

/// Where it fails.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Limitations {
    /// What it is known not to do well.
    pub known: Vec<String>,
}

/// What may go wrong.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Risks {
    /// The risks.
    pub risks: Vec<Risk>,
}

/// One risk.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Risk {
    /// Its name, as the assessment has it.
    pub risk: String,
    /// What may happen.
    #[serde(default)]
    pub description: String,
    /// How likely it is.
    #[serde(default)]
    pub likelihood: String,
    /// How bad it would be.
    #[serde(default)]
    pub impact: String,
    /// What is done about it.
    #[serde(default)]
    pub mitigation: String,
    /// What is left of it.
    #[serde(default)]
    pub residual: String,
    /// Where this is assessed.
    #[serde(default)]
    pub source: Source,
}

/// What else a reader should know and do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Caveats {
    /// What was not looked at, and what else to know.
    pub caveats: Vec<String>,
    /// What is recommended.
    pub recommendations: Vec<String>,
}
