//! What was predicted for which label.

use super::table::{Cells, Table};
use super::{figure, section};
use crate::markup::Markup;
use crate::plot::{Labels, MOST_CLASSES, MatrixPlot};
use crate::report::Report;
use crate::words;

pub(super) fn write(html: &mut Markup, report: &Report) {
    let counts = &report.confusion_matrix;
    let (classes, rows): (Vec<String>, Vec<Vec<u64>>) = if report.options.task.is_binary() {
        let names = ["negative", "positive"].map(str::to_owned).to_vec();
        (names, vec![vec![counts.tn, counts.fp], vec![counts.fn_, counts.tp]])
    } else {
        report.classes.iter().map(|class| (class.class.clone(), class.predictions.clone())).unzip()
    };
    if classes.is_empty() {
        return;
    }
    section(html, "Confusion matrix", "", |html| {
        if classes.len() > MOST_CLASSES {
            let why = format!("{} classes are too many to draw; the table has their figures.", classes.len());
            html.leaf("p", &[("class", "note")], &why);
        } else {
            drawn(html, &classes, &rows);
        }
        of_classes(html, report);
    });
}

fn drawn(html: &mut Markup, classes: &[String], rows: &[Vec<u64>]) {
    const TITLE: &str = "Labels and predictions";
    const CAPTION: &str = "Rows by what was true (down) and what was predicted (across). What is right stands on the diagonal. The \
                           darker a cell, the larger its share of the row.";
    let description =
        format!("How many rows with each of {} labels were predicted to be what.", classes.len());
    let labels = Labels { id: "matrix", title: TITLE, description: &description };
    let plot = MatrixPlot { labels, classes, counts: rows };
    figure(
        html,
        TITLE,
        CAPTION,
        |html| plot.draw(html),
        |html| {
            let names: Vec<String> = classes.iter().map(|class| format!("predicted {class}")).collect();
            let mut columns = vec![("Label", Cells::Names)];
            columns.extend(names.iter().map(|name| (name.as_str(), Cells::Figures)));
            let mut table = Table::new(&columns);
            for (class, counts) in classes.iter().zip(rows) {
                table.row([class.clone()].into_iter().chain(counts.iter().map(|count| words::count(*count))));
            }
            table.write(html);
        },
    );
}

fn of_classes(html: &mut Markup, report: &Report) {
    const COLUMNS: [(&str, Cells); 6] = [
        ("Class", Cells::Names),
        ("Labels", Cells::Figures),
        ("Predictions", Cells::Figures),
        ("Precision", Cells::Figures),
        ("Recall", Cells::Figures),
        ("F1", Cells::Figures),
    ];
    if report.classes.is_empty() {
        return;
    }
    let shown = |share: Option<f64>, why: &str| share.map_or_else(|| format!("– ({why})"), words::percent);
    let mut table = Table::new(&COLUMNS);
    for class in &report.classes {
        table.row([
            class.class.clone(),
            words::count(class.labelled),
            words::count(class.predicted),
            shown(class.precision, "never predicted"),
            shown(class.recall, "no label"),
            shown(class.f1, "neither"),
        ]);
    }
    table.write(html);
}
