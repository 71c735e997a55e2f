//! A report as text for people: aligned columns, rates as per cent.

use crate::metrics::MetricValue;
use crate::report::{GroupRow, Report};

/// The report as text: what was evaluated, the metrics, the confusion matrix, and the groups of each attribute. Rates are
/// per cent with two digits; differences, ratios and the area under the curve have four decimals.
pub fn render_table(report: &Report) -> String {
    let mut text = format!(
        "{} {}: {} rows, suites {}\n",
        report.engine.name,
        report.engine.version,
        report.rows,
        report.suites.iter().map(|suite| suite.name()).collect::<Vec<_>>().join(", ")
    );
    text.push('\n');
    text.push_str(&aligned(&metric_lines(report), 1));
    text.push('\n');
    text.push_str(&aligned(&confusion_lines(report), 1));
    if !report.groups.is_empty() {
        text.push('\n');
        text.push_str(&aligned(&group_lines(&report.groups), 2));
        let small = report.groups.iter().filter(|group| !group.compared).count();
        if small > 0 {
            let bound = report.options.min_group_size;
            text.push_str("* fewer than ");
            text.push_str(&bound.to_string());
            text.push_str(
                " rows: shown, not compared
",
            );
        }
    }
    text
}

fn metric_lines(report: &Report) -> Vec<Vec<String>> {
    let mut lines = vec![words(["metric", "value", "n", ""])];
    for (path, metric) in &report.metrics {
        let reason = metric.reason.map(|reason| format!("undefined: {reason}")).unwrap_or_default();
        lines.push(vec![printable(path), figure(path, metric), metric.n.to_string(), reason]);
    }
    lines
}

fn figure(path: &str, metric: &MetricValue) -> String {
    let name = path.rsplit('.').next().unwrap_or(path);
    let is_rate = !(name.ends_with("Difference")
        || name.ends_with("Ratio")
        || name == "disparateImpact"
        || name == "rocAuc");
    match metric.value {
        Some(value) if is_rate => percent(Some(value)),
        Some(value) => format!("{value:.4}"),
        None => "-".to_owned(),
    }
}

fn confusion_lines(report: &Report) -> Vec<Vec<String>> {
    let counts = &report.confusion_matrix;
    vec![
        words(["", "predicted negative", "predicted positive"]),
        vec!["label negative".to_owned(), counts.tn.to_string(), counts.fp.to_string()],
        vec!["label positive".to_owned(), counts.fn_.to_string(), counts.tp.to_string()],
    ]
}

fn group_lines(groups: &[GroupRow]) -> Vec<Vec<String>> {
    let mut lines = vec![words(["attribute", "group", "n", "selected", "TPR", "FPR", "FNR", "PPV"])];
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
    rate.map_or_else(|| "-".to_owned(), |rate| format!("{:.2} %", rate * 100.0))
}

/// Names come from the data: what could steer a terminal is replaced.
fn printable(name: &str) -> String {
    name.chars().map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

fn words<const N: usize>(words: [&str; N]) -> Vec<String> {
    words.map(str::to_owned).to_vec()
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
