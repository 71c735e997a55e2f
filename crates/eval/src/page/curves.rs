//! What scores say: the ROC curve, the precision-recall curve, and the calibration.

use super::table::{Cells, Table};
use super::{figure, instead, section};
use crate::markup::Markup;
use crate::metrics::MetricValue;
use crate::plot::{Count, Labels, LinePlot, Look, Series};
use crate::report::Report;
use crate::suite::Suite;
use crate::words;

pub(super) fn write(html: &mut Markup, report: &Report) {
    if !report.options.task.is_binary() || !report.suites.contains(&Suite::Performance) {
        return;
    }
    if report.options.score.is_none() {
        let why = "No column with scores was named, so there is no ROC curve, no precision-recall curve and no calibration.";
        section(html, "Scores", why, |_| {});
        return;
    }
    section(html, "Scores", "", |html| {
        html.element("div", &[("class", "plots")], |html| {
            roc(html, report);
            precision_recall(html, report);
            calibration(html, report);
        });
    });
}

/// A figure in words, with its interval or the reason why there is none.
fn told(report: &Report, path: &str) -> String {
    match report.metrics.get(path) {
        Some(MetricValue { value: Some(value), interval: Some(of), .. }) => {
            let shown = |value| words::figure(path, value);
            format!("{} (95 % interval {} to {})", shown(*value), shown(of.low), shown(of.high))
        }
        Some(MetricValue { value: Some(value), error_bound: Some(bound), .. }) => {
            format!("{} (off by {bound:.1e} at most)", words::figure(path, *value))
        }
        Some(MetricValue { value: Some(value), .. }) => words::figure(path, *value),
        Some(MetricValue { reason: Some(reason), .. }) => format!("undefined, because {reason}"),
        _ => "not part of this report".to_owned(),
    }
}

/// Why there is no curve.
fn no_curve(report: &Report, path: &str) -> String {
    match report.metrics.get(path).and_then(|metric| metric.reason) {
        Some(reason) => format!("There is no curve, because {reason}."),
        None => {
            "This report has no curve: the labels were withheld from whoever chose the scores.".to_owned()
        }
    }
}

const POINTS: [(&str, Cells); 4] = [
    ("Score from", Cells::Figures),
    ("False positive rate", Cells::Figures),
    ("True positive rate", Cells::Figures),
    ("Precision", Cells::Figures),
];

fn points(html: &mut Markup, report: &Report) {
    let mut table = Table::new(&POINTS);
    for point in &report.curve {
        table.row([
            words::decimal(point.score),
            words::percent(point.false_positive_rate),
            words::percent(point.true_positive_rate),
            words::percent(point.precision),
        ]);
    }
    table.write(html);
}

fn roc(html: &mut Markup, report: &Report) {
    const TITLE: &str = "ROC curve";
    if report.curve.is_empty() {
        return instead(html, TITLE, &no_curve(report, "rocAuc"));
    }
    // No row is above the highest score: both rates are 0 there.
    let curve = report.curve.iter().map(|point| (point.false_positive_rate, point.true_positive_rate));
    let points_ = curve.chain([(0.0, 0.0)]).collect();
    let description = format!(
        "The true positive rate against the false positive rate at {} thresholds. The area under the curve is {}.",
        report.curve.len(),
        told(report, "rocAuc")
    );
    let caption = format!(
        "Each threshold finds a share of the positive rows (up) at the price of a share of false alarms among the negative ones \
         (across). The dashed line is guessing; the further up and to the left, the better. Area under the curve: {}.",
        told(report, "rocAuc")
    );
    let plot = LinePlot {
        labels: Labels { id: "roc", title: TITLE, description: &description },
        across: "false positive rate",
        up: "true positive rate",
        series: vec![
            Series { look: Look::Guide, points: vec![(0.0, 0.0), (1.0, 1.0)] },
            Series { look: Look::Line, points: points_ },
        ],
        counts: Vec::new(),
    };
    figure(html, TITLE, &caption, |html| plot.draw(html), |html| points(html, report));
}

fn precision_recall(html: &mut Markup, report: &Report) {
    const TITLE: &str = "Precision and recall";
    let Some(all) = report.curve.first() else {
        return instead(html, TITLE, &no_curve(report, "averagePrecision"));
    };
    let curve = report.curve.iter().map(|point| (point.true_positive_rate, point.precision)).collect();
    let average = told(report, "averagePrecision");
    let description = format!(
        "The precision against the recall at {} thresholds. The average precision is {average}.",
        report.curve.len()
    );
    let caption = format!(
        "How many of the rows that are flagged are positive (up), as more of the positive ones are found (across). The dashed line \
         is what flagging at random gives: {} of the rows are positive. Average precision: {average}.",
        words::percent(all.precision)
    );
    let plot = LinePlot {
        labels: Labels { id: "precision-recall", title: TITLE, description: &description },
        across: "recall",
        up: "precision",
        series: vec![
            Series { look: Look::Guide, points: vec![(0.0, all.precision), (1.0, all.precision)] },
            Series { look: Look::Line, points: curve },
        ],
        counts: Vec::new(),
    };
    figure(html, TITLE, &caption, |html| plot.draw(html), |html| points(html, report));
}

const BINS: [(&str, Cells); 4] = [
    ("Scores", Cells::Names),
    ("Rows", Cells::Figures),
    ("Mean score", Cells::Figures),
    ("Share of positive labels", Cells::Figures),
];

fn calibration(html: &mut Markup, report: &Report) {
    const TITLE: &str = "Calibration";
    if report.calibration.is_empty() {
        let reason = report.metrics.get("expectedCalibrationError").and_then(|metric| metric.reason);
        let why = match reason {
            Some(reason) => format!("There is no calibration, because {reason}."),
            None => "This report has no calibration: the labels were withheld from whoever chose the scores."
                .to_owned(),
        };
        return instead(html, TITLE, &why);
    }
    let bins = &report.calibration;
    let error = told(report, "expectedCalibrationError");
    let description = format!(
        "The share of positive labels against the mean score in {} bins by score, and how many rows each bin has. The expected \
         calibration error is {error}.",
        bins.len()
    );
    let caption = format!(
        "On the dashed line scores come true as often as they say; below it they promise too much. The strip shows how many rows \
         have such scores: points above few rows say little. Expected calibration error: {error}."
    );
    let curve = bins.iter().filter_map(|bin| bin.mean_score.zip(bin.positive_rate)).collect();
    let plot = LinePlot {
        labels: Labels { id: "calibration", title: TITLE, description: &description },
        across: "mean score",
        up: "share of positive labels",
        series: vec![
            Series { look: Look::Guide, points: vec![(0.0, 0.0), (1.0, 1.0)] },
            Series { look: Look::Points, points: curve },
        ],
        counts: bins.iter().map(|bin| Count { from: bin.from, to: bin.to, rows: bin.n }).collect(),
    };
    figure(
        html,
        TITLE,
        &caption,
        |html| plot.draw(html),
        |html| {
            let mut table = Table::new(&BINS);
            for bin in bins {
                let shown = |share: Option<f64>| share.map_or_else(|| "–".to_owned(), words::percent);
                table.row([
                    format!("{} to {}", bin.from, bin.to),
                    words::count(bin.n),
                    shown(bin.mean_score),
                    shown(bin.positive_rate),
                ]);
            }
            table.write(html);
        },
    );
}
