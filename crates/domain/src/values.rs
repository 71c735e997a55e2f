//! Small values that several modules share.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::ids::Digest;

/// A finite decimal number: a string on the wire, because the log's canonical JSON knows integers only, written in the
/// shortest form that reads back to the same number.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
pub struct Decimal(f64);

impl Decimal {
    /// The number, unless it is infinite or not a number.
    pub fn new(value: f64) -> Option<Self> {
        value.is_finite().then_some(Self(value))
    }

    /// The number.
    pub fn get(self) -> f64 {
        self.0
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Decimal {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Form {
            Number(f64),
            Text(String),
        }
        let value = match Form::deserialize(deserializer)? {
            Form::Number(value) => value,
            Form::Text(text) => text.parse().map_err(serde::de::Error::custom)?,
        };
        Self::new(value).ok_or_else(|| serde::de::Error::custom("a decimal must be finite"))
    }
}

/// How a figure came to be known, from the weakest to the strongest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Provenance {
    /// Somebody sent the number.
    Reported,
    /// We computed it from predictions and labels that the builder submitted.
    Computed,
    /// We computed it on labels that a steward other than the builder holds.
    Measured,
    /// We also ran the artifact.
    ReExecuted,
}

impl Provenance {
    /// As on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Reported => "REPORTED",
            Self::Computed => "COMPUTED",
            Self::Measured => "MEASURED",
            Self::ReExecuted => "RE_EXECUTED",
        }
    }
}

/// Bytes kept by their digest: a model file, a document, a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BlobRef {
    /// SHA-256 of the bytes.
    pub sha256: Digest,
    /// How many there are.
    pub size_bytes: u64,
}

/// Maps as lists of pairs: the log's canonical JSON has ASCII keys only, and the names of tags, columns and metrics may be in
/// any script.
pub(crate) mod pairs {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(crate) fn serialize<V: Serialize, S: Serializer>(
        map: &BTreeMap<String, V>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(map.iter())
    }

    pub(crate) fn deserialize<'de, V: Deserialize<'de>, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<BTreeMap<String, V>, D::Error> {
        let pairs = Vec::<(String, V)>::deserialize(deserializer)?;
        Ok(pairs.into_iter().collect())
    }
}
