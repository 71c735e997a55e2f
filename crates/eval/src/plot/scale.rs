//! From values to places on paper, with ticks at round numbers.

/// A range of values laid on a range of places.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Scale {
    low: f64,
    high: f64,
    ticks: Vec<f64>,
}

/// About how many steps lie between the ends.
const STEPS: f64 = 5.0;
/// The most ticks, whatever rounding does.
const MOST_TICKS: u32 = 20;

impl Scale {
    /// From 0 to 1.
    pub(crate) fn unit() -> Self {
        Self { low: 0.0, high: 1.0, ticks: vec![0.0, 0.2, 0.4, 0.6, 0.8, 1.0] }
    }

    /// A scale from 0 that has room for all values: its ends are ticks, and ticks are multiples of 1, 2 or 5 times a power of
    /// ten. Values that are not finite are passed over.
    pub(crate) fn from_zero(values: impl IntoIterator<Item = f64>) -> Self {
        let largest = values.into_iter().filter(|value| value.is_finite()).fold(0.0, f64::max);
        if largest <= 0.0 || !(largest * 2.0).is_finite() {
            return Self::unit();
        }
        let step = round_step(largest / STEPS);
        let ticks: Vec<f64> = (0..=MOST_TICKS)
            .map(|index| (f64::from(index), f64::from(index) * step))
            .take_while(|(index, _)| (index - 1.0) * step < largest)
            .map(|(_, tick)| tidy(tick, step))
            .collect();
        let high = ticks.last().copied().unwrap_or(1.0);
        Self { low: 0.0, high, ticks }
    }

    /// Where the ticks are.
    pub(crate) fn ticks(&self) -> &[f64] {
        &self.ticks
    }

    /// The place of a value between two places; what lies beyond the ends, or is not finite, is put at an end.
    pub(crate) fn place(&self, value: f64, from: f64, to: f64) -> f64 {
        let share = (value - self.low) / (self.high - self.low);
        let share = if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 };
        from + share * (to - from)
    }
}

/// The smallest of 1, 2 and 5 times a power of ten that is at least this.
fn round_step(least: f64) -> f64 {
    let power = 10_f64.powf(least.log10().floor());
    [1.0, 2.0, 5.0, 10.0].map(|times| times * power).into_iter().find(|step| *step >= least).unwrap_or(least)
}

/// The multiple without what was rounded off: 0.6000000000000001 is 0.6.
fn tidy(tick: f64, step: f64) -> f64 {
    let digits = (-step.log10().floor()).clamp(0.0, 300.0);
    let scale = 10_f64.powf(digits);
    let tidied = (tick * scale).round() / scale;
    if tidied.is_finite() { tidied } else { tick }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_hold_all_values() {
        let ticks = |values: &[f64]| Scale::from_zero(values.iter().copied()).ticks().to_vec();
        assert_eq!(ticks(&[0.61, 0.2]), [0.0, 0.2, 0.4, 0.6, 0.8]);
        assert_eq!(ticks(&[0.6]), [0.0, 0.2, 0.4, 0.6]);
        assert_eq!(ticks(&[7.0]), [0.0, 2.0, 4.0, 6.0, 8.0]);
        assert_eq!(ticks(&[1234.0]), [0.0, 500.0, 1000.0, 1500.0]);
        assert_eq!(ticks(&[3e-7]), [0.0, 1e-7, 2e-7, 3e-7]);
        for values in [&[][..], &[0.0], &[f64::NAN, f64::INFINITY], &[f64::MAX], &[-3.0]] {
            assert_eq!(ticks(values), Scale::unit().ticks(), "{values:?}");
        }
    }

    #[test]
    fn places_stay_between_the_ends() {
        let places = |values: &[f64], from: f64, to: f64| -> Vec<f64> {
            values.iter().map(|value| Scale::unit().place(*value, from, to)).collect()
        };
        assert_eq!(places(&[0.25, -1.0, 7.0], 100.0, 200.0), [125.0, 100.0, 200.0]);
        assert_eq!(places(&[0.25, -1.0, 7.0], 200.0, 100.0), [175.0, 200.0, 100.0]);
        assert_eq!(places(&[f64::NAN, f64::INFINITY, f64::NEG_INFINITY], 100.0, 200.0), [100.0; 3]);
    }
}
