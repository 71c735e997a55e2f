//! `metadata.json` of a version in a folder: what its builder says of it. Everything in it is reported; nothing is measured.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::limits::{MAX_ITEMS, MAX_LINE};
use crate::record::schema_named;
use crate::{CardError, json};

/// Parameters that a version takes.
const MAX_PARAMS: usize = 200;
/// Characters of a name.
const MAX_NAME: usize = 200;

/// The name and version of the form.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum MetadataSchema {
    /// The first version.
    #[default]
    #[serde(rename = "assent.model-metadata/1")]
    V1,
}

/// What a version is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MetadataKind {
    /// Statistics or classical machine learning.
    Classical,
    /// A neural network.
    Deep,
    /// A large language model.
    Llm,
    /// A prompt.
    Prompt,
    /// An agent.
    Agent,
    /// A model that is only bought.
    Vendor,
}

/// A plain value of a parameter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "a parameter is a number, a text, true, false or null")]
pub enum Plain {
    /// Nothing: the default of the program that trained.
    Null,
    /// True or false.
    Truth(bool),
    /// A number.
    Number(serde_json::Number),
    /// A text.
    Text(String),
}

impl Plain {
    fn text(&self) -> String {
        match self {
            Self::Null => "null".to_owned(),
            Self::Truth(truth) => truth.to_string(),
            Self::Number(number) => number.to_string(),
            Self::Text(text) => text.clone(),
        }
    }
}

/// A file of the version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MetadataArtifact {
    /// Where it lies below the folder, with `/` between names.
    pub path: String,
    /// SHA-256 of its bytes, as 64 small hexadecimal digits.
    pub sha256: String,
    /// Its format, for example `joblib`; the end of its name if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
    /// Its licence, as an SPDX expression where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licence: Option<String>,
}

/// Data that the version was made with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MetadataData {
    /// The data set as it is registered: `name:number`.
    pub dataset: String,
    /// SHA-256 of its bytes.
    pub sha256: String,
}

/// What the version was trained with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Framework {
    /// Its name, for example `scikit-learn`.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// The code that made the version.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Code {
    /// Where the repository is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repository: Option<String>,
    /// Its commit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// The script within it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub script: Option<String>,
}

/// What a builder says of a version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Metadata {
    /// The name and version of this form.
    pub schema: MetadataSchema,
    /// Name of the model.
    pub model: String,
    /// What the builder calls the version; the registry counts for itself.
    pub version: String,
    /// What it is.
    pub kind: MetadataKind,
    /// The algorithm.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub algorithm: Option<String>,
    /// What it was trained with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub framework: Option<Framework>,
    /// Its files, the main one first.
    #[serde(default)]
    pub artifacts: Vec<MetadataArtifact>,
    /// Data that it was made with.
    #[serde(default)]
    pub training_data: Vec<MetadataData>,
    /// What was set before the training.
    #[serde(default)]
    pub hyperparameters: BTreeMap<String, Plain>,
    /// Figures that the builder reports.
    #[serde(default)]
    pub metrics: BTreeMap<String, f64>,
    /// The seeds of random numbers, by what they seed.
    #[serde(default)]
    pub seeds: BTreeMap<String, u64>,
    /// The code that made it.
    #[serde(default)]
    pub code: Code,
    /// Versions of what it ran on, for example `python`.
    #[serde(default)]
    pub environment: BTreeMap<String, String>,
    /// The training run, as its tracker names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
}

impl Metadata {
    /// Reads JSON, strictly: unknown members, wrong types and whatever is beyond the bounds is refused with its place.
    pub fn from_json(bytes: &[u8]) -> Result<Self, CardError> {
        let read: Self = json::read(bytes)?;
        read.check()?;
        Ok(read)
    }

    /// All that describes how it was made, as the parameters of a version: hyperparameters by their names, the rest by dotted
    /// ones.
    pub fn params(&self) -> BTreeMap<String, String> {
        let one = |name: &str, value: Option<&String>| value.map(|value| (name.to_owned(), value.clone()));
        let framework = self.framework.as_ref();
        let fixed = [
            one("layout.version", Some(&self.version)),
            one("algorithm", self.algorithm.as_ref()),
            one("framework.name", framework.map(|framework| &framework.name)),
            one("framework.version", framework.map(|framework| &framework.version)),
            one("code.repository", self.code.repository.as_ref()),
            one("code.commit", self.code.commit.as_ref()),
            one("code.script", self.code.script.as_ref()),
        ];
        let plain = self.hyperparameters.iter().map(|(name, value)| (name.clone(), value.text()));
        let seeds = self.seeds.iter().map(|(name, seed)| (format!("seed.{name}"), seed.to_string()));
        let environment =
            self.environment.iter().map(|(name, value)| (format!("environment.{name}"), value.clone()));
        plain.chain(seeds).chain(environment).chain(fixed.into_iter().flatten()).collect()
    }

    /// The JSON Schema (2020-12) of the form.
    pub fn json_schema() -> Value {
        schema_named::<Self>("Metadata of a model version")
    }

    fn check(&self) -> Result<(), CardError> {
        name("/model", &self.model)?;
        name("/version", &self.version)?;
        self.check_files()?;
        for (i, data) in self.training_data.iter().enumerate() {
            name(&format!("/trainingData/{i}/dataset"), &data.dataset)?;
            digest(&format!("/trainingData/{i}/sha256"), &data.sha256)?;
        }
        let keys = [
            ("/hyperparameters", self.hyperparameters.keys().collect::<Vec<_>>()),
            ("/metrics", self.metrics.keys().collect()),
            ("/seeds", self.seeds.keys().collect()),
            ("/environment", self.environment.keys().collect()),
        ];
        for (place, keys) in keys {
            keys.into_iter().try_for_each(|key| name(place, key))?;
        }
        let params = self.params();
        for (key, value) in &params {
            if value.chars().count() > MAX_LINE {
                return Err(CardError::new(format!(
                    "the value of `{key}` has more than {MAX_LINE} characters"
                )));
            }
        }
        // Those with dots may stand for two things, and then one of them would be lost.
        let framework = self.framework.iter().count() * 2 + self.algorithm.iter().count() + 1;
        let code = [&self.code.repository, &self.code.commit, &self.code.script];
        let said = self.hyperparameters.len() + self.seeds.len() + self.environment.len() + framework;
        if said + code.into_iter().flatten().count() != params.len() {
            let message = "a hyperparameter has a name that is kept for something else, such as `algorithm` or `seed.` with a name";
            return Err(CardError::new(message).at("/hyperparameters"));
        }
        let counts = [
            ("/hyperparameters", params.len(), MAX_PARAMS),
            ("/metrics", self.metrics.len(), MAX_PARAMS),
            ("/trainingData", self.training_data.len(), MAX_ITEMS),
        ];
        for (place, count, most) in counts {
            if count > most {
                return Err(CardError::new(format!("{count} are more than {most}")).at(place));
            }
        }
        self.run.as_ref().map_or(Ok(()), |run| name("/run", run))
    }

    fn check_files(&self) -> Result<(), CardError> {
        // One place is kept for the metadata themselves.
        if self.artifacts.len() >= MAX_ITEMS {
            let message = format!("{} files are more than {}", self.artifacts.len(), MAX_ITEMS - 1);
            return Err(CardError::new(message).at("/artifacts"));
        }
        for (i, artifact) in self.artifacts.iter().enumerate() {
            let at = |field: &str| format!("/artifacts/{i}/{field}");
            name(&at("path"), &artifact.path)?;
            digest(&at("sha256"), &artifact.sha256)?;
            let is_below = |part: &str| !["", ".", ".."].contains(&part) && !part.contains(['\\', ':']);
            if !artifact.path.split('/').all(is_below) {
                let message = format!("`{}` does not lead to a file below the folder", artifact.path);
                return Err(CardError::new(message).at(at("path")));
            }
            let is_twice = self.artifacts.iter().filter(|other| other.path == artifact.path).count() > 1;
            if is_twice || artifact.path == "metadata.json" {
                return Err(CardError::new(format!("`{}` stands there twice", artifact.path)).at(at("path")));
            }
        }
        Ok(())
    }
}

fn name(pointer: &str, text: &str) -> Result<(), CardError> {
    let wrong = if text.is_empty() {
        "is empty"
    } else if text.trim() != text || text.chars().any(char::is_control) {
        "begins or ends with a blank, or has control characters"
    } else if text.chars().count() > MAX_NAME {
        "has more than 200 characters"
    } else {
        return Ok(());
    };
    Err(CardError::new(format!("the name `{text}` {wrong}")).at(pointer))
}

fn digest(pointer: &str, text: &str) -> Result<(), CardError> {
    let is_digit = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
    if text.len() == 64 && text.chars().all(is_digit) {
        return Ok(());
    }
    Err(CardError::new(format!("`{text}` is no SHA-256: 64 digits of 0-9 and a-f")).at(pointer))
}
