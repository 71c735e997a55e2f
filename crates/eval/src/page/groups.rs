//! The rates of groups side by side, with their intervals and sizes.

use super::table::{Cells, Table};
use super::{figure, percent_tick, section};
use crate::markup::Markup;
use crate::plot::{BarPlot, BarRow, Labels, MOST_ROWS, Mark};
use crate::report::{GroupRow, Report};
use crate::suite::attribute_names;
use crate::words;

/// A rate that is drawn: its name in the report, its title, what it says, and why a group may have none.
struct Rate {
    name: &'static str,
    title: &'static str,
    says: &'static str,
    without: &'static str,
    of: fn(&GroupRow) -> Option<f64>,
}

const RATES: [Rate; 4] = [
    Rate {
        name: "selectionRate",
        title: "Selection rate",
        says: "How many rows of each group are predicted positive, whatever the label.",
        without: "no rows",
        of: |group| group.selection_rate,
    },
    Rate {
        name: "truePositiveRate",
        title: "True positive rate",
        says: "How many of the positive rows of each group are found. What is missing to 100 % is the false negative rate.",
        without: "no positive label",
        of: |group| group.true_positive_rate,
    },
    Rate {
        name: "falsePositiveRate",
        title: "False positive rate",
        says: "How many of the negative rows of each group are predicted positive all the same.",
        without: "no negative label",
        of: |group| group.false_positive_rate,
    },
    Rate {
        name: "positivePredictiveValue",
        title: "Positive predictive value",
        says: "How many of the rows of each group that are predicted positive are positive.",
        without: "nothing predicted positive",
        of: |group| group.positive_predictive_value,
    },
];

pub(super) fn write(html: &mut Markup, report: &Report) {
    for (index, attribute) in attribute_names(&report.options).iter().enumerate() {
        let groups: Vec<&GroupRow> =
            report.groups.iter().filter(|group| group.attribute == *attribute).collect();
        if groups.is_empty() {
            continue;
        }
        section(html, &format!("Groups by {attribute}"), &note(report, &groups), |html| {
            html.element("div", &[("class", "plots broad")], |html| {
                for rate in &RATES {
                    bars(html, rate, index, attribute, &groups);
                }
            });
            table(html, &groups);
        });
    }
}

fn note(report: &Report, groups: &[&GroupRow]) -> String {
    let small = groups.iter().filter(|group| !group.compared).count();
    let note = "The lines on the bars are intervals of 95 %: where they are long, the group is small.";
    if small == 0 {
        return note.to_owned();
    }
    let bound = words::count(report.options.min_group_size);
    format!(
        "{note} Groups with fewer than {bound} rows are drawn as dashed outlines and marked *; they enter no comparison."
    )
}

fn bars(html: &mut Markup, rate: &Rate, index: usize, attribute: &str, groups: &[&GroupRow]) {
    let rows = largest(groups);
    let title = format!("{} by {attribute}", rate.title);
    let description =
        format!("{} One bar for each of {} groups, with an interval of 95 %.", rate.says, rows.len());
    let id = format!("groups-{index}-{}", rate.name);
    let more = groups.len().saturating_sub(rows.len());
    let caption = if more == 0 {
        rate.says.to_owned()
    } else {
        format!("{} The {} largest groups are drawn; the table has all.", rate.says, rows.len())
    };
    let plot = BarPlot {
        labels: Labels { id: &id, title: &title, description: &description },
        tick: percent_tick,
        rows: rows.iter().map(|group| bar(rate, group)).collect(),
    };
    figure(html, rate.title, &caption, |html| plot.draw(html), |html| of_rate(html, rate, groups));
}

/// The groups that are drawn: all, or the largest ones, in the order of the report.
fn largest<'a>(groups: &[&'a GroupRow]) -> Vec<&'a GroupRow> {
    let mut sizes: Vec<u64> = groups.iter().map(|group| group.n).collect();
    sizes.sort_unstable_by(|one, other| other.cmp(one));
    let least = sizes.get(MOST_ROWS.saturating_sub(1)).copied().unwrap_or_default();
    groups.iter().filter(|group| group.n >= least).take(MOST_ROWS).copied().collect()
}

fn bar(rate: &Rate, group: &GroupRow) -> BarRow {
    let value = (rate.of)(group);
    let shown = value.map_or_else(|| format!("– {}", rate.without), words::percent);
    let mark = Mark {
        value,
        interval: group.intervals.get(rate.name).map(|of| (of.low, of.high)),
        words: format!("{shown} · n {}", words::count(group.n)),
    };
    BarRow { name: name(group), marks: vec![mark], faint: !group.compared }
}

fn name(group: &GroupRow) -> String {
    format!("{}{}", group.group, if group.compared { "" } else { " *" })
}

const OF_RATE: [(&str, Cells); 4] = [
    ("Group", Cells::Names),
    ("Rows", Cells::Figures),
    ("Rate", Cells::Figures),
    ("95 % interval", Cells::Figures),
];

fn of_rate(html: &mut Markup, rate: &Rate, groups: &[&GroupRow]) {
    let mut table = Table::new(&OF_RATE);
    for group in groups {
        let interval = group.intervals.get(rate.name);
        table.row([
            name(group),
            words::count(group.n),
            (rate.of)(group).map_or_else(|| format!("– ({})", rate.without), words::percent),
            interval
                .map(|of| format!("{} to {}", words::percent(of.low), words::percent(of.high)))
                .unwrap_or_default(),
        ]);
    }
    table.write(html);
}

const ALL: [(&str, Cells); 9] = [
    ("Group", Cells::Names),
    ("Rows", Cells::Figures),
    ("Selected", Cells::Figures),
    ("True positive rate", Cells::Figures),
    ("False positive rate", Cells::Figures),
    ("False negative rate", Cells::Figures),
    ("Positive predictive value", Cells::Figures),
    ("ROC AUC", Cells::Figures),
    ("", Cells::Words),
];

fn table(html: &mut Markup, groups: &[&GroupRow]) {
    let share = |share: Option<f64>| share.map_or_else(|| "–".to_owned(), words::percent);
    let mut table = Table::new(&ALL);
    for group in groups {
        table.row([
            name(group),
            words::count(group.n),
            share(group.selection_rate),
            share(group.true_positive_rate),
            share(group.false_positive_rate),
            share(group.false_negative_rate),
            share(group.positive_predictive_value),
            group.roc_auc.map_or_else(|| "–".to_owned(), words::decimal),
            if group.compared { String::new() } else { "few rows: not compared".to_owned() },
        ]);
    }
    table.write(html);
}
