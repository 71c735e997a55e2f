//! The page of an evaluation.

use super::table::{Cells, Table};
use super::{Head, curves, groups, matrix, page, section};
use crate::markup::Markup;
use crate::metrics::MetricValue;
use crate::report::{Report, SegmentRow};
use crate::suite::Suite;
use crate::verdict::{JudgedThreshold, Verdict};
use crate::words;

/// An evaluation as a page, under a title of whoever asked for it, judged by thresholds or not.
pub fn evaluation(title: &str, report: &Report, verdict: Option<&Verdict>) -> String {
    let head = Head {
        kind: "Evaluation",
        title,
        verdict: verdict.map(|verdict| (verdict.passed, verdict.sentence())),
        facts: facts(report),
    };
    let engine = format!("{} {}", report.engine.name, report.engine.version);
    page(&head, &engine, |html| {
        if let Some(verdict) = verdict {
            thresholds(html, verdict);
        }
        figures(html, report);
        curves::write(html, report);
        matrix::write(html, report);
        groups::write(html, report);
        segments(html, report);
    })
}

fn facts(report: &Report) -> Vec<(&'static str, String)> {
    let options = &report.options;
    let list = |names: &[String]| names.join(", ");
    let with_positive = |column: &str, positive: &[String]| match positive {
        [] => column.to_owned(),
        values => format!("{column} (positive: {})", values.join(", ")),
    };
    let mut facts = vec![
        ("Rows", words::count(report.rows)),
        ("Task", options.task.name().to_owned()),
        ("Label", with_positive(&options.label, &options.label_positive)),
        ("Prediction", with_positive(&options.prediction, &options.positive)),
    ];
    facts.extend(options.score.clone().map(|score| ("Score", score)));
    for (name, columns) in [("Protected", &options.protected), ("Segments", &options.segments)] {
        if !columns.is_empty() {
            facts.push((name, list(columns)));
        }
    }
    if options.min_group_size > 0 {
        facts.push(("Least size of a group", words::count(options.min_group_size)));
    }
    facts
}

fn thresholds(html: &mut Markup, verdict: &Verdict) {
    const COLUMNS: [(&str, Cells); 6] = [
        ("Threshold", Cells::Names),
        ("Suite", Cells::Names),
        ("Bound", Cells::Figures),
        ("Figure", Cells::Figures),
        ("Rows", Cells::Figures),
        ("Outcome", Cells::Names),
    ];
    let mut table = Table::new(&COLUMNS);
    for threshold in &verdict.thresholds {
        let cells = threshold_cells(threshold);
        if threshold.passed { table.row(cells) } else { table.failed_row(cells) }
    }
    let tier = verdict.tier.as_ref().map(|tier| format!(", tier {tier}")).unwrap_or_default();
    let others = match &*verdict.suites_not_judged {
        [] => String::new(),
        suites => {
            format!(" The set also bounds {}, which was not asked for and not judged.", suites.join(", "))
        }
    };
    let note = format!(
        "Set `{}` of the pack `{}`{tier}. A figure that is missing or undefined does not pass.{others}",
        verdict.threshold_set, verdict.pack
    );
    section(html, "Thresholds", &note, |html| table.write(html));
}

fn threshold_cells(threshold: &JudgedThreshold) -> [String; 6] {
    let mark = if threshold.passed { "✓" } else { "✗" };
    let reason = threshold.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
    let sign = match threshold.operator.as_str() {
        ">=" => "≥",
        "<=" => "≤",
        other => other,
    };
    [
        words::name(&threshold.metric),
        threshold.suite.clone(),
        format!("{sign} {}", threshold.bound),
        threshold.value.map_or_else(|| "–".to_owned(), words::decimal),
        threshold.n.map(words::count).unwrap_or_default(),
        format!("{mark}\u{a0}{}{reason}", threshold.outcome()),
    ]
}

fn figures(html: &mut Markup, report: &Report) {
    for suite in &report.suites {
        let (title, note) = match suite {
            Suite::Performance => {
                ("Figures", "Intervals are of 95 %, for the population that the rows are a random sample of.")
            }
            Suite::Bias => (
                "Groups compared",
                "A difference of 0 and a ratio of 1 mean that groups are treated alike. Without an attribute it is the worst of all attributes.",
            ),
        };
        let mut own: Vec<_> =
            report.metrics.iter().filter(|(path, _)| report.suite_of(path) == *suite).collect();
        // The worst of all attributes comes first, then one attribute after the other.
        own.sort_by_key(|(path, _)| path.rsplit_once('.').unwrap_or(("", path)));
        section(html, title, note, |html| table_of(&own).write(html));
    }
}

const FIGURES: [(&str, Cells); 5] = [
    ("Figure", Cells::Names),
    ("Value", Cells::Figures),
    ("Rows", Cells::Figures),
    ("95 % interval", Cells::Figures),
    ("", Cells::Words),
];

fn table_of(figures: &[(&String, &MetricValue)]) -> Table<'static> {
    let mut table = Table::new(&FIGURES);
    for (path, metric) in figures {
        let shown = |value| words::figure(path, value);
        table.row([
            words::name(path),
            metric.value.map_or_else(|| "–".to_owned(), shown),
            words::count(metric.n),
            metric.interval.map(|of| format!("{} to {}", shown(of.low), shown(of.high))).unwrap_or_default(),
            words::remark(metric),
        ]);
    }
    table
}

/// Figures of a segment that are shown side by side, as far as the task has them.
const OF_SEGMENTS: [&str; 10] = [
    "accuracy",
    "precision",
    "recall",
    "f1",
    "rocAuc",
    "macroF1",
    "meanAbsoluteError",
    "rootMeanSquaredError",
    "meanError",
    "rSquared",
];

fn segments(html: &mut Markup, report: &Report) {
    for column in &report.options.segments {
        let rows: Vec<&SegmentRow> = report.segments.iter().filter(|row| row.segment == *column).collect();
        let paths =
            OF_SEGMENTS.into_iter().filter(|path| rows.iter().any(|row| row.metrics.contains_key(*path)));
        let paths: Vec<&str> = paths.collect();
        let names: Vec<String> = paths.iter().map(|path| words::name(path)).collect();
        let mut columns = vec![("Segment", Cells::Names), ("Rows", Cells::Figures)];
        columns.extend(names.iter().map(|name| (name.as_str(), Cells::Figures)));
        columns.push(("", Cells::Words));
        let mut table = Table::new(&columns);
        for row in &rows {
            let value = |path: &&str| match row.metrics.get(*path) {
                Some(MetricValue { value: Some(value), .. }) => words::figure(path, *value),
                Some(MetricValue { reason: Some(reason), .. }) => format!("– ({reason})"),
                _ => "–".to_owned(),
            };
            let small = if row.small { "few rows" } else { "" };
            let lead = [row.value.clone(), words::count(row.n)];
            table.row(lead.into_iter().chain(paths.iter().map(value)).chain([small.to_owned()]));
        }
        section(html, &format!("By {column}"), "", |html| table.write(html));
    }
}
