//! Any of the detectors, as a monitor holds it.

use serde::{Deserialize, Serialize};

use super::adwin::Adwin;
use super::error::ChangeError;
use super::kswin::Kswin;
use super::page_hinkley::PageHinkley;

/// A detector with its state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "method", rename_all = "camelCase")]
pub enum Detector {
    /// Adaptive windowing: a changed mean.
    Adwin(Adwin),
    /// Page and Hinkley: a changed mean, in one direction or both.
    PageHinkley(PageHinkley),
    /// Kolmogorov–Smirnov windowing: a changed distribution.
    Kswin(Kswin),
}

impl Detector {
    /// Takes the next value; whether the values have changed.
    pub fn update(&mut self, value: f64) -> Result<bool, ChangeError> {
        match self {
            Self::Adwin(detector) => detector.update(value),
            Self::PageHinkley(detector) => detector.update(value),
            Self::Kswin(detector) => detector.update(value),
        }
    }
}
