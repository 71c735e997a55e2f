//! Metrics that compare the groups of one protected attribute.
//!
//! A difference is the largest rate of a compared group less the smallest, a ratio the smallest over the largest: both
//! without a direction, as fairlearn's `between_groups`. A rate that is undefined in one compared group makes the comparison
//! undefined: leaving the group out would hide it, and 0 (fairlearn's answer) would invent it.

use assent_sabotage::{Fault, planted};

use super::{MetricValue, Reason, false_positive_rate, selection_rate, true_positive_rate};
use crate::state::{Confusion, Groups};

/// The groups that have at least `min_group_size` rows.
pub fn compared(groups: &Groups, min_group_size: u64) -> Vec<&Confusion> {
    groups.values().filter(|counts| counts.total() >= min_group_size).collect()
}

/// The largest less the smallest selection rate; fairlearn `demographic_parity_difference`.
pub fn demographic_parity_difference(groups: &[&Confusion]) -> MetricValue {
    Extremes::of(groups, selection_rate).difference()
}

/// The smallest over the largest selection rate; fairlearn `demographic_parity_ratio`.
pub fn demographic_parity_ratio(groups: &[&Confusion]) -> MetricValue {
    Extremes::of(groups, selection_rate).ratio()
}

/// The impact ratio of the four-fifths rule (29 CFR 1607.4 D): the selection rate of the least selected group over that of
/// the most selected. The same number as [`demographic_parity_ratio`]; the rule reads it with "selected" as the favourable
/// outcome. [`disparate_impact_of`] is the directed form.
pub fn disparate_impact(groups: &[&Confusion]) -> MetricValue {
    demographic_parity_ratio(groups)
}

/// The larger of the differences in true and in false positive rate; fairlearn `equalized_odds_difference` (worst case).
pub fn equalized_odds_difference(groups: &[&Confusion]) -> MetricValue {
    let hits = Extremes::of(groups, true_positive_rate).difference();
    let alarms = Extremes::of(groups, false_positive_rate).difference();
    both(hits, alarms, f64::max)
}

/// The smaller of the ratios in true and in false positive rate; fairlearn `equalized_odds_ratio` (worst case).
pub fn equalized_odds_ratio(groups: &[&Confusion]) -> MetricValue {
    let hits = Extremes::of(groups, true_positive_rate).ratio();
    let alarms = Extremes::of(groups, false_positive_rate).ratio();
    both(hits, alarms, f64::min)
}

/// The largest less the smallest true positive rate; fairlearn `equal_opportunity_difference`.
pub fn equal_opportunity_difference(groups: &[&Confusion]) -> MetricValue {
    Extremes::of(groups, true_positive_rate).difference()
}

/// The largest mean, over pairs of groups, of the differences in true and in false positive rate; of two groups AIF360
/// `average_abs_odds_difference`.
pub fn average_odds_difference(groups: &[&Confusion]) -> MetricValue {
    // |a| + |b| is the larger of |a + b| and |a - b|, so that two ranges say it of all pairs.
    let combined = |sign: f64| {
        let rates = groups.iter().map(|counts| {
            let (hits, alarms) = (true_positive_rate(counts), false_positive_rate(counts));
            let n = hits.n.saturating_add(alarms.n);
            let sum = hits.result().and_then(|hits| Ok(hits + sign * alarms.result()?));
            MetricValue::of(sum.map(|sum| sum / 2.0), n)
        });
        Extremes::of_rates(&rates.collect::<Vec<_>>()).difference()
    };
    let (sum, difference) = (combined(1.0), combined(-1.0));
    MetricValue { n: sum.n, ..both(sum, difference, f64::max) }
}

/// The largest less the smallest of the figures of all groups.
pub fn largest_difference(figures: &[MetricValue]) -> MetricValue {
    Extremes::of_rates(figures).difference()
}

/// The true positive rate of the unprivileged less that of the privileged group; AIF360 `equal_opportunity_difference`.
pub fn directed_equal_opportunity_difference(
    unprivileged: &Confusion,
    privileged: &Confusion,
) -> MetricValue {
    directed(true_positive_rate, unprivileged, privileged, |low, high| Ok(low - high))
}

/// The mean of the true and the false positive rate of the unprivileged less those of the privileged group; AIF360
/// `average_odds_difference`. Differences of opposite sign cancel out.
pub fn directed_average_odds_difference(unprivileged: &Confusion, privileged: &Confusion) -> MetricValue {
    let hits = directed_equal_opportunity_difference(unprivileged, privileged);
    let alarms = directed(false_positive_rate, unprivileged, privileged, |low, high| Ok(low - high));
    both(hits, alarms, f64::midpoint)
}

/// The selection rate of the unprivileged less that of the privileged group: negative where the unprivileged are selected
/// less; AIF360 `statistical_parity_difference`.
pub fn statistical_parity_difference(unprivileged: &Confusion, privileged: &Confusion) -> MetricValue {
    directed(selection_rate, unprivileged, privileged, |low, high| Ok(low - high))
}

/// The selection rate of the unprivileged over that of the privileged group: above 1 where the unprivileged are selected
/// more; AIF360 `disparate_impact`.
pub fn disparate_impact_of(unprivileged: &Confusion, privileged: &Confusion) -> MetricValue {
    directed(selection_rate, unprivileged, privileged, |low, high| {
        if high > 0.0 { Ok(low / high) } else { Err(Reason::NoPositivePredictions) }
    })
}

fn directed(
    rate: fn(&Confusion) -> MetricValue,
    unprivileged: &Confusion,
    privileged: &Confusion,
    compare: fn(f64, f64) -> Result<f64, Reason>,
) -> MetricValue {
    let (low, high) = (rate(unprivileged), rate(privileged));
    let n = low.n.saturating_add(high.n);
    match low.result().and_then(|low| high.result().and_then(|high| compare(low, high))) {
        Ok(value) => MetricValue::defined(value, n),
        Err(reason) => MetricValue::undefined(reason, n),
    }
}

/// The smallest and the largest of a rate over the groups, and the rows they rest on.
struct Extremes {
    n: u64,
    range: Result<(f64, f64), Reason>,
}

impl Extremes {
    fn of(groups: &[&Confusion], rate: fn(&Confusion) -> MetricValue) -> Self {
        Self::of_rates(&groups.iter().map(|counts| rate(counts)).collect::<Vec<_>>())
    }

    fn of_rates(rates: &[MetricValue]) -> Self {
        let n = rates.iter().fold(0_u64, |sum, rate| sum.saturating_add(rate.n));
        if rates.len() < 2 {
            return Self { n, range: Err(Reason::FewerThanTwoGroups) };
        }
        let range = rates.iter().try_fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), rate| {
            let rate = match rate.result() {
                Err(_) if planted(Fault::RateOfNothing) => 0.0,
                rate => rate.map_err(in_a_group)?,
            };
            Ok((low.min(rate), high.max(rate)))
        });
        Self { n, range }
    }

    fn difference(&self) -> MetricValue {
        match self.range {
            Ok((low, high)) => MetricValue::defined(high - low, self.n),
            Err(reason) => MetricValue::undefined(reason, self.n),
        }
    }

    fn ratio(&self) -> MetricValue {
        match self.range {
            Ok((low, high)) if high > 0.0 => MetricValue::defined(low / high, self.n),
            Ok(_) => MetricValue::undefined(Reason::AllRatesZero, self.n),
            Err(reason) => MetricValue::undefined(reason, self.n),
        }
    }
}

/// What is missing, said of one group among others.
fn in_a_group(reason: Reason) -> Reason {
    if reason == Reason::NoPositiveLabels {
        Reason::GroupWithoutPositiveLabels
    } else if reason == Reason::NoNegativeLabels {
        Reason::GroupWithoutNegativeLabels
    } else {
        reason
    }
}

fn both(left: MetricValue, right: MetricValue, choose: fn(f64, f64) -> f64) -> MetricValue {
    let n = left.n.saturating_add(right.n);
    match (left.result(), right.result()) {
        (Ok(left), Ok(right)) => MetricValue::defined(choose(left, right), n),
        (Err(reason), _) | (_, Err(reason)) => MetricValue::undefined(reason, n),
    }
}
