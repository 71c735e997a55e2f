//! Where a figure comes from.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

/// Where a figure comes from; a line on the wire.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Source {
    /// Somebody says so: `reported`.
    #[default]
    Reported,
    /// An evaluation of the version: `evaluation:` and its id.
    Evaluation(Uuid),
    /// The training run that the version came from: `run:` and its name.
    Run(String),
    /// A risk assessment: `assessment:` and its id.
    Assessment(Uuid),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reported => f.write_str("reported"),
            Self::Evaluation(id) => write!(f, "evaluation:{id}"),
            Self::Run(name) => write!(f, "run:{name}"),
            Self::Assessment(id) => write!(f, "assessment:{id}"),
        }
    }
}

impl FromStr for Source {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let id =
            |id: &str| Uuid::parse_str(id).map_err(|_| format!("`{id}` in the source `{text}` is no id"));
        match text.split_once(':') {
            None if text == "reported" => Ok(Self::Reported),
            Some(("evaluation", rest)) => id(rest).map(Self::Evaluation),
            Some(("assessment", rest)) => id(rest).map(Self::Assessment),
            Some(("run", name)) if !name.trim().is_empty() => Ok(Self::Run(name.to_owned())),
            _ => Err(format!(
                "the source `{text}` is none of `reported`, `evaluation:ID`, `run:NAME` and `assessment:ID`"
            )),
        }
    }
}

impl Serialize for Source {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Source {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for Source {
    fn schema_name() -> Cow<'static, str> {
        "Source".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "Where a figure comes from: `reported`, `evaluation:ID`, `run:NAME` or `assessment:ID`.",
            "pattern": "^(reported|(evaluation|assessment):[0-9a-fA-F-]{32,36}|run:.+)$",
        })
    }
}
