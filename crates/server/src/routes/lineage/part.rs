//! What an event of `OpenLineage` can do without: where it is not what it should be, it is left out and told, and the rest of
//! the event counts.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// A part of an event.
#[derive(Debug, Default)]
pub(super) enum Part<T> {
    /// It is not there, or null.
    #[default]
    Absent,
    /// It is something else.
    Wrong,
    /// It is there.
    Given(T),
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Part<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        Ok(if value.is_null() {
            Self::Absent
        } else {
            serde_json::from_value(value).map_or(Self::Wrong, Self::Given)
        })
    }
}

impl<T> Part<T> {
    /// What is there. `at` says where it stands, if it has to be told that it is left out.
    pub(super) fn given(self, at: &str, missing: &mut Vec<String>) -> Option<T> {
        match self {
            Self::Given(value) => Some(value),
            Self::Absent => None,
            Self::Wrong => {
                missing.push(format!("{at} is not of the form that it has in OpenLineage: it is left out"));
                None
            }
        }
    }

    /// What is there, where it does not matter why it is not.
    pub(super) fn ok(self) -> Option<T> {
        match self {
            Self::Given(value) => Some(value),
            Self::Absent | Self::Wrong => None,
        }
    }
}
