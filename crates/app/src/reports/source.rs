//! Where a figure is from: one of a few ways that anybody can go again.

use serde::Serialize;
use serde_json::Value;

/// Where a figure is from. Addresses are those of this interface; places in an answer are JSON Pointers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "how", rename_all = "SCREAMING_SNAKE_CASE", rename_all_fields = "camelCase")]
pub enum Source {
    /// What stands at a place of an answer.
    Value {
        /// The answer.
        href: String,
        /// The place.
        pointer: String,
    },
    /// How many items stand at a place of an answer; of a list, on all its pages.
    Count {
        /// The answer.
        href: String,
        /// The place.
        pointer: String,
        /// Which items count: those that meet all of these.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        matching: Vec<Matching>,
    },
    /// The sum of a field over the items at a place of an answer; where the field is a list, of its lengths.
    Sum {
        /// The answer.
        href: String,
        /// The place of the items.
        pointer: String,
        /// The place of the field in an item.
        field: String,
    },
    /// How many rows of a table of this report count.
    Rows {
        /// The table.
        table: String,
        /// Which rows count: those that meet all of these, by the id of a column.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        matching: Vec<Matching>,
    },
    /// Of figures of this report, what is held divided by what is held and what is missing; 1 where nothing is asked for, and
    /// nothing where there are no steps.
    Held {
        /// How many are held.
        held: String,
        /// How many are missing.
        missing: String,
        /// How many steps ask for them.
        steps: String,
    },
    /// The mean of figures of this report, weighed; one without a value counts as 0.
    Mean {
        /// The figures.
        terms: Vec<Term>,
    },
    /// The mean of a column of a table of this report, weighed by another column.
    RowMean {
        /// The table.
        table: String,
        /// The column with the values.
        value: String,
        /// The column whose words have the weights.
        by: String,
        /// The weights.
        weights: Vec<(String, u64)>,
    },
    /// In how many rows of a table of this report a column has more than in the row of another table with the same key.
    Above {
        /// The table.
        table: String,
        /// The other table.
        than: String,
        /// The column that is compared.
        column: String,
        /// The column with the key.
        key: String,
    },
    /// Of figures of this report, the share that is as it should be.
    Share {
        /// The figures, and how they should be.
        checks: Vec<Check>,
    },
    /// A figure of this report less penalties, and not less than 0.
    Less {
        /// From what.
        from: String,
        /// Figures, each taken away so many ten-thousandths at a time.
        terms: Vec<Term>,
    },
    /// What was found when the report was made, and how to find it again.
    Found {
        /// What was done.
        by: String,
    },
}

/// Which items count: those where the text at a place is one of these, or a list there holds one of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Matching {
    /// The place in an item (a JSON Pointer), or the id of a column.
    pub at: String,
    /// The texts.
    pub any: Vec<String>,
}

/// A figure with a weight.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Term {
    /// The figure.
    pub figure: String,
    /// Its weight.
    pub weight: u64,
}

/// A figure and how it should be.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Check {
    /// The figure.
    pub figure: String,
    /// What it should be.
    pub is: Value,
}

impl Matching {
    /// Those where the text is one of these.
    pub fn new(at: &str, any: &[&str]) -> Self {
        Self { at: at.to_owned(), any: any.iter().map(|text| (*text).to_owned()).collect() }
    }

    /// Whether a text is one of them. Numbers and truth count by how they are written.
    pub fn holds(&self, value: &Value) -> bool {
        match value {
            Value::String(text) => self.any.contains(text),
            Value::Bool(_) | Value::Number(_) => self.any.contains(&value.to_string()),
            Value::Array(items) => items.iter().any(|item| self.holds(item)),
            Value::Null | Value::Object(_) => false,
        }
    }
}

impl Source {
    /// What stands at a place of an answer.
    pub fn value(href: &str, pointer: &str) -> Self {
        Self::Value { href: href.to_owned(), pointer: pointer.to_owned() }
    }

    /// The items of a list, on all its pages.
    pub fn list(href: &str) -> Self {
        Self::Count { href: href.to_owned(), pointer: "/items".to_owned(), matching: Vec::new() }
    }

    /// The answer that it is read from, if it is one.
    pub fn href(&self) -> Option<&str> {
        match self {
            Self::Value { href, .. } | Self::Count { href, .. } | Self::Sum { href, .. } => Some(href),
            Self::Rows { .. }
            | Self::Held { .. }
            | Self::Mean { .. }
            | Self::RowMean { .. }
            | Self::Above { .. }
            | Self::Share { .. }
            | Self::Less { .. }
            | Self::Found { .. } => None,
        }
    }
}
