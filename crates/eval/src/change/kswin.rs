//! KSWIN, Kolmogorov–Smirnov windowing (Raab, Heusinger and Schleif 2020): the newest values of a window against the older.
//!
//! The paper draws as many older values at random as there are newest ones. Here all older values are compared, by the same
//! test for samples of two sizes: nothing is thrown away, and the same stream gives the same answers.

use serde::{Deserialize, Serialize};

use super::error::{ChangeError, check, within};
use crate::drift::kolmogorov_smirnov;

/// The largest window: the test after each value takes time with its square.
pub const LARGEST_WINDOW: usize = 4_096;

/// The parameters of [`Kswin`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct KswinParameters {
    /// The bound on the p-value. The test is made with every value, so it should be small.
    pub alpha: f64,
    /// Values in the window (n).
    pub window_size: usize,
    /// How many of them are the newest (r).
    pub stat_size: usize,
}

impl Default for KswinParameters {
    fn default() -> Self {
        Self { alpha: 0.005, window_size: 100, stat_size: 30 }
    }
}

impl KswinParameters {
    fn check(&self) -> Result<(), ChangeError> {
        within(self.alpha > 0.0 && self.alpha < 1.0, "alpha", &self.alpha, "above 0 and below 1")?;
        let window = (2..=LARGEST_WINDOW).contains(&self.window_size);
        within(window, "windowSize", &self.window_size, "from 2 to 4096")?;
        let newest = (1..self.window_size).contains(&self.stat_size);
        within(newest, "statSize", &self.stat_size, "from 1, less than `windowSize`")
    }
}

/// The detector. After a change it keeps the newest values.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Stored", rename_all = "camelCase")]
pub struct Kswin {
    parameters: KswinParameters,
    /// The values, the oldest first.
    window: Vec<f64>,
}

/// A detector as it was stored.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Stored {
    parameters: KswinParameters,
    window: Vec<f64>,
}

impl TryFrom<Stored> for Kswin {
    type Error = ChangeError;

    fn try_from(Stored { parameters, window }: Stored) -> Result<Self, ChangeError> {
        parameters.check()?;
        if window.len() > parameters.window_size {
            return Err(ChangeError::Damaged { what: "more values than fit" });
        }
        window.iter().try_for_each(|value| check(*value))?;
        Ok(Self { parameters, window })
    }
}

impl Kswin {
    /// A detector that has seen nothing.
    pub fn new(parameters: KswinParameters) -> Result<Self, ChangeError> {
        parameters.check()?;
        Ok(Self { parameters, window: Vec::new() })
    }

    /// Takes the next value; whether the newest values are of another distribution than the older ones.
    pub fn update(&mut self, value: f64) -> Result<bool, ChangeError> {
        check(value)?;
        let KswinParameters { alpha, window_size, stat_size } = self.parameters;
        if self.window.len() == window_size {
            self.window.remove(0);
        }
        self.window.push(value);
        if self.window.len() < window_size {
            return Ok(false);
        }
        let older = window_size - stat_size;
        let mut sorted = self.window.clone();
        let (before, newest) = sorted.split_at_mut(older);
        before.sort_unstable_by(f64::total_cmp);
        newest.sort_unstable_by(f64::total_cmp);
        let p_value = kolmogorov_smirnov(before, newest).p_value.value;
        let changed = p_value.is_some_and(|p_value| p_value <= alpha);
        if changed {
            self.window.drain(..older);
        }
        Ok(changed)
    }
}
