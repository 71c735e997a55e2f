//! What a report of a join leaves out, because it would tell labels to whoever chose the predictions.
//!
//! Who asks knows each prediction and chooses it, so each figure is an equation in the labels. A figure of many digits can be
//! many equations at once: an error that weighs as much as a power of two puts its row into a digit of its own. Counts of rows
//! say a few bits each time, and attempts are counted; digits are what has to go. So figures of scores that are sums over rows
//! are left out, figures of numbers and averages over classes keep three digits, and what stands for single rows (the largest
//! error, cells of the matrix of several classes, classes of a few rows) is left out.

use super::EvalError;
use crate::error::{Problem, excerpt};
use crate::metrics::MetricValue;
use crate::report::Report;
use crate::task::Task;

/// Figures of positive and negative that are kept: what counts rows, and the area under the curve, which is made of a sum of
/// ranks. Other figures of scores are left out, because their digits would tell the labels of single rows; so is whatever is
/// not named here.
const COUNTED: [&str; 22] = [
    "accuracy",
    "averageOddsDifference",
    "balancedAccuracy",
    "consistency",
    "demographicParityDifference",
    "demographicParityRatio",
    "disparateImpact",
    "equalOpportunityDifference",
    "equalizedOddsDifference",
    "equalizedOddsRatio",
    "f1",
    "falseNegativeRate",
    "falsePositiveRate",
    "matthewsCorrelation",
    "positivePredictiveValue",
    "precision",
    "recall",
    "rocAuc",
    "scoreImpactRatio",
    "selectionRate",
    "theilIndex",
    "truePositiveRate",
];

/// Figures of several classes that are shares of rows, and keep their digits.
const SHARES: [&str; 4] = ["accuracy", "microF1", "microPrecision", "microRecall"];

/// Figures of several classes that are kept to three digits: the larger, the better.
const AVERAGES: [&str; 8] = [
    "balancedAccuracy",
    "macroF1",
    "macroPrecision",
    "macroRecall",
    "matthewsCorrelation",
    "weightedF1",
    "weightedPrecision",
    "weightedRecall",
];

/// Figures of numbers that are kept to three digits: the larger, the better, and the smaller, the better.
const EXPLAINED: [&str; 2] = ["explainedVariance", "rSquared"];
const ERRORS: [&str; 4] = ["meanAbsoluteError", "meanError", "meanSquaredError", "rootMeanSquaredError"];

/// A class must have so many rows by its labels, and by the predictions, for figures of its own.
const MIN_CLASS_ROWS: u64 = 10;

/// The report without what tells labels.
pub(super) fn without_what_tells_labels(mut report: Report) -> Report {
    report.curve.clear();
    report.calibration.clear();
    let task = report.options.task;
    report.metrics.retain(|path, metric| keep(task, path, metric));
    for segment in &mut report.segments {
        segment.metrics.retain(|path, metric| keep(task, path, metric));
    }
    for group in &mut report.groups {
        group.expected_calibration_error = None;
        group.calibration.clear();
    }
    for class in &mut report.classes {
        class.predictions.clear();
        if class.labelled < MIN_CLASS_ROWS || class.predicted < MIN_CLASS_ROWS {
            (class.precision, class.recall, class.f1) = (None, None, None);
        }
    }
    report
}

/// Whether a figure is kept; it may lose digits.
fn keep(task: Task, path: &str, metric: &mut MetricValue) -> bool {
    let name = path.rsplit('.').next().unwrap_or(path);
    match task {
        Task::Binary => COUNTED.contains(&name),
        Task::Multiclass if SHARES.contains(&name) => true,
        Task::Multiclass | Task::Regression => {
            let larger_is_better = AVERAGES.contains(&name) || EXPLAINED.contains(&name);
            // The digits of an interval are those of the figure.
            metric.interval = None;
            metric.value = metric.value.map(|value| to_three_digits(value, larger_is_better));
            let of_task =
                if task == Task::Multiclass { AVERAGES.contains(&name) } else { EXPLAINED.contains(&name) };
            of_task || task == Task::Regression && ERRORS.contains(&name)
        }
    }
}

/// The next number with three significant digits on the worse side, so that no threshold holds because digits are missing. Of
/// a figure that is better the smaller it is, sign apart, that is away from zero.
fn to_three_digits(value: f64, larger_is_better: bool) -> f64 {
    let nearest = with_three_digits(value);
    let upwards = !larger_is_better && value > 0.0;
    let is_worse = if upwards { nearest >= value } else { nearest <= value };
    if is_worse || !value.is_finite() {
        return nearest;
    }
    let exponent = format!("{value:e}").rsplit('e').next().and_then(|text| text.parse::<i32>().ok());
    let unit: f64 = exponent.and_then(|exponent| format!("1e{}", exponent - 2).parse().ok()).unwrap_or(0.0);
    with_three_digits(if upwards { nearest + unit } else { nearest - unit })
}

fn with_three_digits(value: f64) -> f64 {
    format!("{value:.2e}").parse().unwrap_or(value)
}

/// A message about labels without their values.
pub(super) fn without_labels(mut error: EvalError, label: &str) -> EvalError {
    if error.place.column.as_deref() == Some(&excerpt(label.as_bytes()))
        && let Problem::NotANumber { value } | Problem::NotFinite { value } = &mut error.problem
    {
        "(not shown)".clone_into(value);
    }
    error
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_go_to_the_worse_side() {
        for (value, better_larger, better_smaller) in [
            (0.123_456, 0.123, 0.124),
            (0.5, 0.5, 0.5),
            (0.999_9, 0.999, 1.0),
            (-3.212_3, -3.22, -3.22),
            (12_345.6, 12_300.0, 12_400.0),
            (0.0, 0.0, 0.0),
            (1.0, 1.0, 1.0),
            (9.999e-7, 9.99e-7, 1.0e-6),
        ] {
            let told = [true, false].map(|larger_is_better| to_three_digits(value, larger_is_better));
            assert_eq!(told.map(f64::to_bits), [better_larger, better_smaller].map(f64::to_bits), "{value}");
        }
    }
}
