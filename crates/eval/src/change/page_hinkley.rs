//! The test of Page (1954) and Hinkley (1971): sums of how far values lie from the mean so far.

use serde::{Deserialize, Serialize};

use super::error::{ChangeError, LARGEST_SUM, LARGEST_VALUE, check, within};
use crate::numeric::real;

/// The parameters of [`PageHinkley`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct PageHinkleyParameters {
    /// No change is told before so many values.
    pub min_instances: u64,
    /// The size δ of a change that does not count.
    pub delta: f64,
    /// The threshold λ that a sum has to exceed.
    pub threshold: f64,
    /// The factor by which older values fade; 1 for none.
    pub alpha: f64,
    /// Which changes of the mean count.
    pub direction: Direction,
}

/// Which changes of the mean count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Direction {
    /// It grows.
    Up,
    /// It falls.
    Down,
    /// It grows or falls.
    Both,
}

impl Default for PageHinkleyParameters {
    fn default() -> Self {
        Self { min_instances: 30, delta: 0.005, threshold: 50.0, alpha: 0.9999, direction: Direction::Both }
    }
}

impl PageHinkleyParameters {
    fn check(&self) -> Result<(), ChangeError> {
        let size = |value: f64| (0.0..=LARGEST_VALUE).contains(&value);
        within(size(self.delta), "delta", &self.delta, "from 0 to 1e100")?;
        within(size(self.threshold), "threshold", &self.threshold, "from 0 to 1e100")?;
        within(self.alpha > 0.0 && self.alpha <= 1.0, "alpha", &self.alpha, "above 0, at most 1")
    }
}

/// The detector. After a change it begins anew.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Stored", rename_all = "camelCase")]
pub struct PageHinkley {
    parameters: PageHinkleyParameters,
    sums: Sums,
}

/// What is remembered of the values since the last change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Sums {
    count: u64,
    mean: f64,
    /// The fading sum of distances from the mean, each less δ, and the lowest that it was.
    rise: f64,
    lowest_rise: f64,
    /// The same with δ added, and the highest that it was.
    fall: f64,
    highest_fall: f64,
}

/// A detector as it was stored.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Stored {
    parameters: PageHinkleyParameters,
    sums: Sums,
}

impl TryFrom<Stored> for PageHinkley {
    type Error = ChangeError;

    fn try_from(Stored { parameters, sums }: Stored) -> Result<Self, ChangeError> {
        parameters.check()?;
        let numbers = [sums.mean, sums.rise, sums.lowest_rise, sums.fall, sums.highest_fall];
        if !numbers.into_iter().all(|number| number.abs() <= LARGEST_SUM) {
            return Err(ChangeError::Damaged { what: "a sum that values cannot have" });
        }
        Ok(Self { parameters, sums })
    }
}

impl PageHinkley {
    /// A detector that has seen nothing.
    pub fn new(parameters: PageHinkleyParameters) -> Result<Self, ChangeError> {
        parameters.check()?;
        Ok(Self { parameters, sums: Sums::default() })
    }

    /// Takes the next value; whether the mean has changed.
    pub fn update(&mut self, value: f64) -> Result<bool, ChangeError> {
        check(value)?;
        let PageHinkleyParameters { min_instances, delta, threshold, alpha, direction } = self.parameters;
        let sums = &mut self.sums;
        sums.count = sums.count.saturating_add(1);
        sums.mean += (value - sums.mean) / real(sums.count);
        let distance = value - sums.mean;
        sums.rise = alpha * sums.rise + distance - delta;
        sums.fall = alpha * sums.fall + distance + delta;
        let is_first = sums.count == 1;
        sums.lowest_rise = if is_first { sums.rise } else { sums.lowest_rise.min(sums.rise) };
        sums.highest_fall = if is_first { sums.fall } else { sums.highest_fall.max(sums.fall) };
        let rises = sums.rise - sums.lowest_rise > threshold && direction != Direction::Down;
        let falls = sums.highest_fall - sums.fall > threshold && direction != Direction::Up;
        let changed = sums.count >= min_instances && (rises || falls);
        if changed {
            *sums = Sums::default();
        }
        Ok(changed)
    }
}
