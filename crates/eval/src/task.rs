//! What labels and predictions are.

use serde::{Deserialize, Serialize};

use crate::error::{EvalError, Problem, excerpt};
use crate::suggest::nearest;

/// What the label and the prediction of a row are. Nothing is guessed from the data: without a word, the task is `binary`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Task {
    /// Positive or negative.
    #[default]
    Binary,
    /// One of several classes.
    Multiclass,
    /// Numbers.
    Regression,
}

impl Task {
    /// All tasks.
    pub const ALL: [Self; 3] = [Self::Binary, Self::Multiclass, Self::Regression];

    /// The name on the wire and the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Binary => "binary",
            Self::Multiclass => "multiclass",
            Self::Regression => "regression",
        }
    }

    /// The task of this name.
    pub fn named(name: &str) -> Result<Self, EvalError> {
        let found = Self::ALL.into_iter().find(|task| task.name() == name);
        found.ok_or_else(|| {
            let suggestion = nearest(name, Self::ALL.map(Self::name)).map(str::to_owned);
            EvalError::new(Problem::UnknownTask { name: excerpt(name.as_bytes()), suggestion })
        })
    }

    /// The dimensions of a state that hold classes: those of label and prediction, or none.
    pub(crate) fn class_dimensions(self) -> usize {
        match self {
            Self::Binary | Self::Multiclass => 2,
            Self::Regression => 0,
        }
    }

    pub(crate) fn is_binary(self) -> bool {
        self == Self::Binary
    }
}
