//! A report as text for people: aligned columns, rates as per cent.

use std::collections::BTreeMap;

use crate::markup::shown;
use crate::metrics::MetricValue;
use crate::report::{ClassRow, GroupRow, Report};
use crate::task::Task;
use crate::words;

/// The report as text: what was evaluated, the metrics with their intervals of 95 %, the confusion matrix or the classes, the
/// groups of each attribute and the segments. Rates are per cent with two digits, other figures have four decimals or more.
pub fn render_table(report: &Report) -> String {
    let mut text = format!(
        "{} {}: {} rows, suites {}\n",
        report.engine.name,
        report.engine.version,
        report.rows,
        report.suites.iter().map(|suite| suite.name()).collect::<Vec<_>>().join(", ")
    );
    text.push('\n');
    text.push_str(&aligned(&metric_lines(&report.metrics), 1));
    if report.options.task == Task::Binary {
        text.push('\n');
        text.push_str(&aligned(&confusion_lines(report), 1));
    }
    if !report.classes.is_empty() {
        text.push('\n');
        text.push_str(&aligned(&class_lines(&report.classes), 1));
    }
    if !report.groups.is_empty() {
        text.push('\n');
        text.push_str(&aligned(&group_lines(&report.groups), 2));
    }
    let small_group = report.groups.iter().any(|group| !group.compared);
    if small_group || report.segments.iter().any(|segment| segment.small) {
        let bound = report.options.min_group_size;
        let note = format!("* fewer than {bound} rows: shown, not compared\n");
        text.push_str(&note);
    }
    for segment in &report.segments {
        let (name, value) = (printable(&segment.segment), printable(&segment.value));
        let mark = if segment.small { " *" } else { "" };
        let title = format!("\n{name} = {value}{mark}: {} rows\n", segment.n);
        text.push_str(&title);
        text.push_str(&aligned(&metric_lines(&segment.metrics), 1));
    }
    text
}

fn metric_lines(metrics: &BTreeMap<String, MetricValue>) -> Vec<Vec<String>> {
    let mut lines = vec![headings(["metric", "value", "n", "95 % interval", ""])];
    for (path, metric) in metrics {
        let shown = |value: f64| words::figure(path, value);
        let interval = metric.interval.map(|of| format!("{} to {}", shown(of.low), shown(of.high)));
        let value = metric.value.map_or_else(|| "-".to_owned(), shown);
        let remark = words::remark(metric);
        lines.push(vec![printable(path), value, metric.n.to_string(), interval.unwrap_or_default(), remark]);
    }
    lines
}

fn class_lines(classes: &[ClassRow]) -> Vec<Vec<String>> {
    let mut lines = vec![headings(["class", "labelled", "predicted", "precision", "recall", "F1"])];
    for class in classes {
        lines.push(vec![
            printable(&class.class),
            class.labelled.to_string(),
            class.predicted.to_string(),
            percent(class.precision),
            percent(class.recall),
            percent(class.f1),
        ]);
    }
    lines
}

fn confusion_lines(report: &Report) -> Vec<Vec<String>> {
    let counts = &report.confusion_matrix;
    vec![
        headings(["", "predicted negative", "predicted positive"]),
        vec!["label negative".to_owned(), counts.tn.to_string(), counts.fp.to_string()],
        vec!["label positive".to_owned(), counts.fn_.to_string(), counts.tp.to_string()],
    ]
}

fn group_lines(groups: &[GroupRow]) -> Vec<Vec<String>> {
    let mut lines = vec![headings(["attribute", "group", "n", "selected", "TPR", "FPR", "FNR", "PPV"])];
    for group in groups {
        lines.push(vec![
            printable(&group.attribute),
            format!("{}{}", printable(&group.group), if group.compared { "" } else { " *" }),
            group.n.to_string(),
            percent(group.selection_rate),
            percent(group.true_positive_rate),
            percent(group.false_positive_rate),
            percent(group.false_negative_rate),
            percent(group.positive_predictive_value),
        ]);
    }
    lines
}

fn percent(rate: Option<f64>) -> String {
    rate.map_or_else(|| "-".to_owned(), words::percent)
}

/// Names come from the data: what could steer a terminal is replaced.
fn printable(name: &str) -> String {
    name.chars()
        .filter_map(shown)
        .map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c })
        .collect()
}

fn headings<const N: usize>(headings: [&str; N]) -> Vec<String> {
    headings.map(str::to_owned).to_vec()
}

/// Lines with columns of one width, the first `left` of them flush left and the others flush right, save a last column that
/// has no heading.
fn aligned(lines: &[Vec<String>], left: usize) -> String {
    let columns = lines.iter().map(Vec::len).max().unwrap_or_default();
    let width_of = |column: usize| {
        lines
            .iter()
            .filter_map(|line| line.get(column))
            .map(|cell| cell.chars().count())
            .max()
            .unwrap_or_default()
    };
    let widths: Vec<usize> = (0..columns).map(width_of).collect();
    let remark = lines.first().and_then(|line| line.last()).is_some_and(String::is_empty);
    let mut text = String::new();
    for line in lines {
        let cells = line.iter().zip(&widths).enumerate().map(|(column, (cell, width))| {
            if column < left || (remark && column + 1 == columns) {
                format!("{cell:<width$}")
            } else {
                format!("{cell:>width$}")
            }
        });
        text.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
        text.push('\n');
    }
    text
}
