//! The datasheet, after Gebru et al. 2018, "Datasheets for Datasets": seven sections.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The name and version of the form.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Schema {
    /// The first version.
    #[default]
    #[serde(rename = "assent.datasheet/1")]
    V1,
}

/// A datasheet: where data comes from, what is in it, and what it may be used for.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Datasheet {
    /// The name and version of this form.
    pub schema: Schema,
    /// Why it was made.
    #[serde(default)]
    pub motivation: Motivation,
    /// What is in it.
    #[serde(default)]
    pub composition: Composition,
    /// How it was gathered.
    #[serde(default)]
    pub collection: Collection,
    /// What was done to it.
    #[serde(default)]
    pub preprocessing: Preprocessing,
    /// What it is and is not for.
    #[serde(default)]
    pub uses: Uses,
    /// How others get it.
    #[serde(default)]
    pub distribution: Distribution,
    /// Who looks after it.
    #[serde(default)]
    pub maintenance: Maintenance,
}

/// Why it was made.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Motivation {
    /// Name of the data set.
    pub name: String,
    /// Its version.
    pub version: String,
    /// When it was made.
    pub date: String,
    /// Who paid for it.
    pub funding: String,
    /// For what purpose it was made.
    pub purpose: String,
    /// Who made it.
    pub creators: Vec<String>,
}

/// What is in it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Composition {
    /// How many rows or items.
    pub count: String,
    /// How confidential it is.
    pub confidentiality: String,
    /// What a row stands for.
    pub instances: String,
    /// Whether it is a sample, and of what.
    pub sampling: String,
    /// What the label or target is.
    pub labels: String,
    /// What is missing, and why.
    pub missing: String,
    /// Errors, noise and what stands there twice.
    pub errors: String,
    /// Fields that tell of people what the law protects, or could identify them.
    pub sensitive: Vec<String>,
    /// Which rows are for training and which for testing.
    pub splits: String,
    /// The fields, as they were counted.
    pub fields: Vec<Field>,
}

/// One field of the data.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Field {
    /// The column.
    pub name: String,
    /// What stands in it: integer, number, boolean, text or empty.
    #[serde(default)]
    pub r#type: String,
    /// What it means.
    #[serde(default)]
    pub description: String,
    /// How many rows have no value.
    #[serde(default)]
    pub missing: Option<u64>,
    /// How many different values there are; `more than` a number where counting stopped.
    #[serde(default)]
    pub distinct: String,
    /// The smallest value.
    #[serde(default)]
    pub min: String,
    /// The largest value.
    #[serde(default)]
    pub max: String,
}

/// How it was gathered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Collection {
    /// Of which time it is.
    pub timeframe: String,
    /// How it was gathered.
    pub mechanism: String,
    /// Whether the people in it agreed, and how they can withdraw.
    pub consent: String,
    /// Reviews by an ethics board or an impact assessment.
    pub review: String,
    /// Where it comes from.
    pub sources: Vec<String>,
}

/// What was done to it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Preprocessing {
    /// Whether the raw data was kept, and where.
    pub raw_data: String,
    /// The software, where it can be had.
    pub software: String,
    /// Cleaning, labelling and other steps.
    pub steps: Vec<String>,
}

/// What it is and is not for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Uses {
    /// What it is for.
    pub intended: Vec<String>,
    /// What it must not be used for.
    pub out_of_scope: Vec<String>,
    /// What it was used for already.
    pub prior: Vec<String>,
    /// What in it may harm people in later uses.
    pub hazards: Vec<String>,
}

/// How others get it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Distribution {
    /// Its licence.
    pub licence: String,
    /// Where it can be had.
    pub url: String,
    /// How it is given to others.
    pub method: String,
    /// Who may not have it, and what the law demands.
    pub restrictions: Vec<String>,
}

/// Who looks after it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Maintenance {
    /// Who looks after it.
    pub maintainer: String,
    /// How to reach them.
    pub contact: String,
    /// How often it is brought up to date.
    pub updates: String,
    /// How long it is kept.
    pub retention: String,
    /// Its versions, and what changed.
    pub history: Vec<String>,
}
