//! Intervals from counts against rows drawn again by NumPy.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use assent_eval::metrics::{Bootstrap, IntervalMethod};
use assent_eval::{EvaluationOptions, Input, Report, evaluate};
use serde_json::json;

use crate::generate::Rng;
use crate::harness::{Case, Differences, Tolerance, ask, number_of};

/// Draws on both sides.
const REPLICATES: u32 = 20_000;

/// How far the share of NumPy's draws below one of our ends may lie from 2.5 % or 97.5 %.
///
/// Of n draws the share below a quantile has the deviation √(0.025 · 0.975 / n), here 0.0011; that is so for our draws, which
/// place the end, and for NumPy's, which judge it: together 0.00156. Five of these are exceeded once in about two million
/// comparisons.
const ALLOWED: f64 = 0.0078;

/// What is added where rows have weights: weights of one kind are drawn as their mean. They differ by less than an eighth, so
/// the variance lacks at most a 256th of the squared weight, which narrows an interval by at most 0.4 %; at the 2.5 % point of
/// a normal distribution that is 0.0005 of the draws, and less than four times that for the skewed ones here.
const ALLOWED_FOR_KINDS: f64 = 0.002;

const FIGURES: [&str; 7] = [
    "f1",
    "balancedAccuracy",
    "matthewsCorrelation",
    "demographicParityDifference",
    "demographicParityRatio",
    "equalizedOddsDifference",
    "equalOpportunityDifference",
];

#[derive(Clone, Debug)]
struct Data {
    labels: Vec<u8>,
    predictions: Vec<u8>,
    groups: Vec<usize>,
    weights: Option<Vec<f64>>,
}

impl Data {
    fn generated(rng: &mut Rng, rows: usize, groups: usize, is_weighed: bool) -> Self {
        let of_rows = rng.many(rows, |rng| rng.below(groups));
        let labels = rng.many(rows, |rng| u8::from(rng.unit() < 0.4));
        let chance = |label: u8, group: usize| 0.2 + 0.4 * f64::from(label) + 0.1 * group as f64;
        let predictions = labels
            .iter()
            .zip(&of_rows)
            .map(|(label, group)| u8::from(rng.unit() < chance(*label, *group)))
            .collect();
        let weights = is_weighed.then(|| rng.many(rows, |rng| (0.7 * rng.normal()).exp()));
        Self { labels, predictions, groups: of_rows, weights }
    }

    fn report(&self, bootstrap: Bootstrap) -> Report {
        let mut text = "y,p,g,w\n".to_owned();
        for row in 0..self.labels.len() {
            let weight = self.weights.as_ref().map_or(1.0, |weights| weights[row]);
            let (label, prediction, group) = (self.labels[row], self.predictions[row], self.groups[row]);
            writeln!(text, "{label},{prediction},{group},{weight:e}").expect("it fits");
        }
        let options = EvaluationOptions {
            label: "y".to_owned(),
            prediction: "p".to_owned(),
            weight: self.weights.as_ref().map(|_| "w".to_owned()),
            protected: vec!["g".to_owned()],
            suites: vec!["performance".to_owned(), "bias".to_owned()],
            bootstrap,
            ..EvaluationOptions::default()
        };
        evaluate(&options, Input::new("x.csv", text.as_bytes())).expect("well formed")
    }

    /// The intervals by figure: of shares of rows only where these have weights.
    fn intervals(&self, report: &Report) -> BTreeMap<&'static str, [f64; 2]> {
        let shares = ["accuracy"].into_iter().filter(|_| self.weights.is_some());
        let interval = |name: &'static str| {
            let interval = report.metrics[name].interval.expect("it has an interval");
            assert_eq!(interval.method, IntervalMethod::Bootstrap, "{name}");
            (name, [interval.low, interval.high])
        };
        FIGURES.into_iter().chain(shares).map(interval).collect()
    }
}

#[test]
fn ends_of_intervals_lie_where_those_of_drawn_rows_do() {
    let mut rng = Rng::new(31);
    let (mut data, mut cases) = (Vec::new(), Vec::new());
    for (seed, (rows, groups, is_weighed)) in
        (0..).zip([(150, 2, false), (600, 3, false), (1_500, 2, false), (300, 2, true), (900, 3, true)])
    {
        let generated = Data::generated(&mut rng, rows, groups, is_weighed);
        let report = generated.report(Bootstrap { replicates: REPLICATES, seed });
        let arguments = json!({
            "labels": generated.labels,
            "predictions": generated.predictions,
            "groups": generated.groups,
            "weights": generated.weights,
            "replicates": REPLICATES,
            "seed": seed,
            "intervals": generated.intervals(&report),
        });
        cases.push(Case::new(format!("{rows} rows, {groups} groups, {is_weighed}"), "places", arguments));
        data.push(generated);
    }
    let mut differences = Differences::default();
    for ((data, case), answer) in data.iter().zip(&cases).zip(ask("bootstrap", &cases)) {
        let answer = answer.unwrap_or_else(|error| panic!("{}: {error}", case.name));
        let allowed = ALLOWED + if data.weights.is_some() { ALLOWED_FOR_KINDS } else { 0.0 };
        for (name, shares) in answer.as_object().expect("shares by name") {
            let share = |place: usize| number_of(&shares[place]);
            // Figures of counts jump: the end may lie on a jump, which then has to span the quantile.
            for (quantile, below, up_to) in [(0.025_f64, share(0), share(1)), (0.975, share(2), share(3))] {
                let nearest = quantile.clamp(below, up_to);
                differences.number(case, name, nearest, quantile, Tolerance::Absolute(allowed));
            }
        }
    }
    differences.assert_none(70);
}
