//! The page of a comparison of two tables.

use super::table::{Cells, Table};
use super::{Head, figure, page, percent_tick, section};
use crate::drift::{Bucket, ColumnDrift, Comparison, Figure, Figures, LeftOut, Values, shift};
use crate::markup::Markup;
use crate::plot::{BarPlot, BarRow, Labels, MOST_ROWS, Mark};
use crate::words;

/// Columns whose values are drawn: those that moved most.
const DRAWN: usize = 12;

/// A comparison as a page, under a title of whoever asked for it.
pub fn drift(title: &str, found: &Comparison) -> String {
    let report = &found.report;
    let head = Head {
        kind: "Drift",
        title,
        verdict: Some(verdict(found)),
        facts: vec![
            ("Columns compared", report.columns.len().to_string()),
            ("Drifted", report.drifted_columns.to_string()),
            ("Not tested", report.untested_columns.to_string()),
            ("Share drifted", drifted_share(&report.drifted_share)),
            ("Bound of the adjusted p-value", report.options.p_value_bound.to_string()),
        ],
    };
    let engine = format!("{} {}", report.engine.name, report.engine.version);
    page(&head, &engine, |html| {
        columns(html, found);
        left_out(html, &found.left_out);
        distributions(html, &report.columns);
    })
}

fn drifted_share(share: &Figure) -> String {
    match (share.value, share.reason) {
        (Some(value), _) => words::percent(value),
        (None, Some(reason)) => format!("undefined: {reason}"),
        (None, None) => "undefined".to_owned(),
    }
}

fn verdict(found: &Comparison) -> (bool, String) {
    let report = &found.report;
    let all = report.columns.len();
    match (report.drifted_columns, report.untested_columns) {
        _ if all == 0 => (false, "there was no column to compare".to_owned()),
        (0, 0) => (true, format!("none of {all} columns has drifted")),
        (0, untested) => {
            (false, format!("{untested} of {all} columns could not be tested, the others have not drifted"))
        }
        (drifted, 0) => (false, format!("{drifted} of {all} columns have drifted")),
        (drifted, untested) => {
            (false, format!("{drifted} of {all} columns have drifted, and {untested} could not be tested"))
        }
    }
}

const COLUMNS: [(&str, Cells); 10] = [
    ("Column", Cells::Names),
    ("Drifted", Cells::Names),
    ("Test", Cells::Names),
    ("Statistic", Cells::Figures),
    ("Adjusted p", Cells::Figures),
    ("PSI", Cells::Figures),
    ("Shift", Cells::Names),
    ("Reference", Cells::Figures),
    ("Current", Cells::Figures),
    ("", Cells::Words),
];

fn columns(html: &mut Markup, found: &Comparison) {
    const NOTE: &str = "A column has drifted if its p-value, adjusted for the number of columns (Benjamini and Hochberg 1995), is \
                        at most the bound. Numbers are tested by Kolmogorov and Smirnov, categories by chi-squared. The population \
                        stability index (PSI) says how large the shift is: below 0.1 little, below 0.25 some, else much. With many \
                        rows a shift too small to matter is found too. Reference and Current count the rows with a value.";
    let mut table = Table::new(&COLUMNS);
    for column in &found.report.columns {
        let cells = cells(column);
        if column.drifted == Some(false) { table.row(cells) } else { table.failed_row(cells) }
    }
    section(html, "Columns", NOTE, |html| table.write(html));
}

fn cells(column: &ColumnDrift) -> [String; 10] {
    let (test, statistic) = match &column.figures {
        Figures::Numeric { kolmogorov_smirnov, .. } => ("Kolmogorov–Smirnov", kolmogorov_smirnov),
        Figures::Categorical { chi_squared, .. } => ("chi-squared", chi_squared),
    };
    let psi = &column.population_stability_index;
    let drifted = match column.drifted {
        Some(true) => "✗\u{a0}drifted",
        Some(false) => "✓\u{a0}no",
        None => "✗\u{a0}not\u{a0}tested",
    };
    [
        column.column.clone(),
        drifted.to_owned(),
        test.to_owned(),
        told(statistic),
        told(&column.adjusted_p_value),
        told(psi),
        psi.value.map_or("–", |psi| shift(psi).name()).to_owned(),
        words::count(column.reference.n),
        words::count(column.current.n),
        remarks(column),
    ]
}

fn told(figure: &Figure) -> String {
    figure.value.map_or_else(|| "–".to_owned(), words::short)
}

fn remarks(column: &ColumnDrift) -> String {
    let mut remarks = Vec::new();
    remarks.extend(column.p_value.reason.map(|reason| format!("not tested: {reason}")));
    for (side, table) in [(&column.reference, "reference"), (&column.current, "current data")] {
        let missing = side.missing.saturating_add(side.not_a_number);
        if missing > 0 {
            remarks.push(format!("{} without a value in the {table}", words::count(missing)));
        }
    }
    if column.small {
        remarks.push("few rows".to_owned());
    }
    if let Figures::Categorical { small_expected, new, vanished, .. } = &column.figures {
        if *small_expected {
            remarks.push("small categories: the p-value is rough".to_owned());
        }
        for (changed, word) in [(new, "new"), (vanished, "vanished")] {
            if changed.count > 0 {
                let noun = if changed.count == 1 { "category" } else { "categories" };
                remarks.push(format!("{} {word} {noun}", words::count(changed.count)));
            }
        }
    }
    remarks.join("; ")
}

fn left_out(html: &mut Markup, left_out: &[LeftOut]) {
    const COLUMNS: [(&str, Cells); 2] = [("Column", Cells::Names), ("Why", Cells::Words)];
    if left_out.is_empty() {
        return;
    }
    let mut table = Table::new(&COLUMNS);
    for one in left_out {
        table.row([one.column.clone(), one.reason.clone()]);
    }
    section(html, "Not compared", "", |html| table.write(html));
}

/// The columns that moved most, by the Jensen–Shannon distance, which every kind of column has.
fn distributions(html: &mut Markup, columns: &[ColumnDrift]) {
    let mut worst: Vec<&ColumnDrift> =
        columns.iter().filter(|column| !column.distribution.is_empty()).collect();
    let moved = |column: &ColumnDrift| column.jensen_shannon_distance.value.unwrap_or_default();
    worst.sort_by(|one, other| moved(other).total_cmp(&moved(one)));
    worst.truncate(DRAWN);
    if worst.is_empty() {
        return;
    }
    let note = if columns.len() > worst.len() {
        format!("The {} columns that moved most, by the Jensen–Shannon distance.", worst.len())
    } else {
        "From the column that moved most, by the Jensen–Shannon distance, to the one that moved least."
            .to_owned()
    };
    section(html, "How values moved", &note, |html| {
        html.element("p", &[], |html| {
            html.leaf("span", &[("class", "key before")], "").text(" reference, above; ");
            html.leaf("span", &[("class", "key")], "").text(" current, below");
        });
        html.element("div", &[("class", "plots broad")], |html| {
            for (index, column) in worst.iter().enumerate() {
                distribution(html, index, column);
            }
        });
    });
}

fn distribution(html: &mut Markup, index: usize, column: &ColumnDrift) {
    let kind = match column.figures {
        Figures::Numeric { .. } => "Bins hold about equal shares of the reference, so its bars are alike.",
        Figures::Categorical { .. } => "The largest categories, the others put together.",
    };
    let distance = told(&column.jensen_shannon_distance);
    let mut caption = format!("{kind} Jensen–Shannon distance: {distance} of 1.");
    if column.distribution.len() > MOST_ROWS {
        caption = format!("{caption} The first {MOST_ROWS} are drawn; the table has all.");
    }
    let description = format!(
        "Shares of the rows with a value of the column {}, in the reference and in the current data.",
        column.column
    );
    let (id, title) = (format!("column-{index}"), format!("Values of {}", column.column));
    let plot = BarPlot {
        labels: Labels { id: &id, title: &title, description: &description },
        tick: percent_tick,
        rows: column.distribution.iter().map(bars).collect(),
    };
    figure(
        html,
        &column.column,
        &caption,
        |html| plot.draw(html),
        |html| figures(html, &column.distribution),
    );
}

fn bars(bucket: &Bucket) -> BarRow {
    let mark = |share: Option<f64>| Mark {
        value: share,
        interval: None,
        words: share.map_or_else(|| "– no values".to_owned(), words::percent),
    };
    let marks = vec![mark(bucket.reference_share), mark(bucket.current_share)];
    BarRow { name: name(&bucket.values), marks, faint: false }
}

fn name(values: &Values) -> String {
    let number = words::number;
    match values {
        Values::Category { name } => name.clone(),
        Values::Others { categories } => format!("{categories} others"),
        Values::Range { from: Some(from), to: Some(to) } if from.total_cmp(to).is_eq() => number(*from),
        Values::Range { from: Some(from), to: Some(to) } => format!("{} to {}", number(*from), number(*to)),
        Values::Range { from: None, to: Some(to) } => format!("to {}", number(*to)),
        Values::Range { from: Some(from), to: None } => format!("from {}", number(*from)),
        Values::Range { from: None, to: None } => "all".to_owned(),
    }
}

fn figures(html: &mut Markup, buckets: &[Bucket]) {
    const COLUMNS: [(&str, Cells); 5] = [
        ("Values", Cells::Names),
        ("Reference", Cells::Figures),
        ("Share", Cells::Figures),
        ("Current", Cells::Figures),
        ("Share", Cells::Figures),
    ];
    let share = |share: Option<f64>| share.map_or_else(|| "–".to_owned(), words::percent);
    let mut table = Table::new(&COLUMNS);
    for bucket in buckets {
        table.row([
            name(&bucket.values),
            words::count(bucket.reference),
            share(bucket.reference_share),
            words::count(bucket.current),
            share(bucket.current_share),
        ]);
    }
    table.write(html);
}
