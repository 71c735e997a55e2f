//! ADWIN, adaptive windowing (Bifet and Gavaldà 2007, the variant ADWIN2).
//!
//! The window holds the newest values for as long as their mean stays the same. It is kept as buckets of 1, 2, 4, … values,
//! the newest in the smallest, so that its size costs a logarithm. Whenever the means of an older and a newer part differ by
//! more than chance allows, the oldest bucket is dropped.

use serde::{Deserialize, Serialize};

use super::error::{ChangeError, LARGEST_SUM, LARGEST_VALUE, check, within};
use crate::numeric::real;

/// Rows of buckets: more values than any stream has, and few enough to be counted in 64 bits.
const MAX_ROWS: usize = 48;

/// The parameters of [`Adwin`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct AdwinParameters {
    /// The bound δ on the chance of a false alarm.
    pub delta: f64,
    /// A change is looked for each time so many values have come.
    pub clock: u64,
    /// Buckets of one size (M); one more, and the two oldest are merged.
    pub max_buckets: usize,
    /// A part of the window with fewer values is not compared.
    pub min_window_length: u64,
    /// Nothing is compared before the window has more values than this.
    pub grace_period: u64,
}

impl Default for AdwinParameters {
    fn default() -> Self {
        Self { delta: 0.002, clock: 32, max_buckets: 5, min_window_length: 5, grace_period: 10 }
    }
}

impl AdwinParameters {
    fn check(&self) -> Result<(), ChangeError> {
        within(self.delta > 0.0 && self.delta < 1.0, "delta", &self.delta, "above 0 and below 1")?;
        within(self.clock > 0, "clock", &self.clock, "from 1")?;
        within((2..=1_000).contains(&self.max_buckets), "maxBuckets", &self.max_buckets, "from 2 to 1000")?;
        within(self.min_window_length > 0, "minWindowLength", &self.min_window_length, "from 1")
    }
}

/// The detector.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Stored", rename_all = "camelCase")]
pub struct Adwin {
    parameters: AdwinParameters,
    /// Values since the beginning.
    seen: u64,
    /// The buckets by size, of `2^row` values each, the oldest first.
    rows: Vec<Vec<Bucket>>,
}

/// The values of a bucket, added up.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Bucket {
    total: f64,
    /// The sum of the squared distances from their mean.
    variance: f64,
}

/// A detector as it was stored.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Stored {
    parameters: AdwinParameters,
    seen: u64,
    rows: Vec<Vec<Bucket>>,
}

impl TryFrom<Stored> for Adwin {
    type Error = ChangeError;

    fn try_from(stored: Stored) -> Result<Self, ChangeError> {
        stored.parameters.check()?;
        let max = stored.parameters.max_buckets;
        if stored.rows.len() > MAX_ROWS || stored.rows.iter().any(|row| row.len() > max) {
            return Err(ChangeError::Damaged { what: "more buckets than fit" });
        }
        if stored.rows.last().is_some_and(Vec::is_empty) {
            return Err(ChangeError::Damaged { what: "a row without buckets" });
        }
        let possible = |bucket: &Bucket| {
            bucket.total.abs() <= LARGEST_SUM
                && (0.0..=LARGEST_SUM * LARGEST_VALUE).contains(&bucket.variance)
        };
        if !stored.rows.iter().flatten().all(possible) {
            return Err(ChangeError::Damaged { what: "a sum that values cannot have" });
        }
        Ok(Self { parameters: stored.parameters, seen: stored.seen, rows: stored.rows })
    }
}

impl Adwin {
    /// A detector that has seen nothing.
    pub fn new(parameters: AdwinParameters) -> Result<Self, ChangeError> {
        parameters.check()?;
        Ok(Self { parameters, seen: 0, rows: Vec::new() })
    }

    /// Takes the next value; whether the window was cut because the mean has changed.
    pub fn update(&mut self, value: f64) -> Result<bool, ChangeError> {
        check(value)?;
        self.insert(Bucket { total: value, variance: 0.0 });
        self.seen = self.seen.wrapping_add(1);
        if !self.seen.is_multiple_of(self.parameters.clock) || self.width() <= self.parameters.grace_period {
            return Ok(false);
        }
        let mut changed = false;
        while self.has_cut() {
            self.drop_oldest();
            changed = true;
        }
        Ok(changed)
    }

    /// How many values the window holds.
    pub fn width(&self) -> u64 {
        self.parts().map(|part| part.count).sum()
    }

    /// The sum of the values in the window.
    pub fn total(&self) -> f64 {
        self.window().total
    }

    /// The mean squared distance of the values in the window from their mean; 0 of an empty one.
    pub fn variance(&self) -> f64 {
        let window = self.window();
        if window.count == 0 { 0.0 } else { window.variance / real(window.count) }
    }

    fn insert(&mut self, bucket: Bucket) {
        let mut carried = Some(bucket);
        let mut row = 0;
        while let Some(bucket) = carried.take() {
            if self.rows.len() == row {
                self.rows.push(Vec::new());
            }
            let Some(buckets) = self.rows.get_mut(row) else { return };
            buckets.push(bucket);
            if buckets.len() > self.parameters.max_buckets {
                let pair: Vec<Part> = buckets.drain(..2).map(|bucket| Part::of(row, bucket)).collect();
                let merged = pair.into_iter().fold(Part::default(), Part::and);
                carried = Some(Bucket { total: merged.total, variance: merged.variance });
            }
            row += 1;
        }
    }

    /// Whether the window falls into two parts whose means differ by more than chance allows.
    fn has_cut(&self) -> bool {
        let window = self.window();
        let (width, least) = (real(window.count), self.parameters.min_window_length);
        let confidence = (2.0 * width.ln() / self.parameters.delta).ln();
        let spread = window.variance / width;
        let mut older = Part::default();
        self.parts().any(|part| {
            older.count += part.count;
            older.total += part.total;
            let newer = window.count - older.count;
            if older.count < least || newer < least {
                return false;
            }
            let weight = 1.0 / real(older.count - least + 1) + 1.0 / real(newer - least + 1);
            let allowed = (2.0 * weight * spread * confidence).sqrt() + 2.0 / 3.0 * confidence * weight;
            let difference = older.total / real(older.count) - (window.total - older.total) / real(newer);
            difference.abs() > allowed
        })
    }

    fn drop_oldest(&mut self) {
        if let Some(row) = self.rows.last_mut() {
            row.drain(..1.min(row.len()));
        }
        while self.rows.last().is_some_and(Vec::is_empty) {
            self.rows.pop();
        }
    }

    fn window(&self) -> Part {
        self.parts().fold(Part::default(), Part::and)
    }

    /// The buckets from the oldest on.
    fn parts(&self) -> impl Iterator<Item = Part> {
        let rows = self.rows.iter().enumerate().rev();
        rows.flat_map(|(row, buckets)| buckets.iter().map(move |bucket| Part::of(row, *bucket)))
    }
}

/// A part of the window, added up.
#[derive(Clone, Copy, Debug, Default)]
struct Part {
    count: u64,
    total: f64,
    variance: f64,
}

impl Part {
    fn of(row: usize, bucket: Bucket) -> Self {
        Self { count: 1 << row.min(MAX_ROWS), total: bucket.total, variance: bucket.variance }
    }

    /// Both parts together (Chan, Golub and `LeVeque` 1983).
    fn and(self, other: Self) -> Self {
        if self.count == 0 {
            return other;
        }
        let (n, m) = (real(self.count), real(other.count));
        let apart = self.total / n - other.total / m;
        Self {
            count: self.count + other.count,
            total: self.total + other.total,
            variance: self.variance + other.variance + n * m / (n + m) * apart * apart,
        }
    }
}
