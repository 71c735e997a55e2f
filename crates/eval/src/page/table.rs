//! Tables of a page: names flush left, figures flush right.

use crate::markup::Markup;

/// A table in the making; its first column heads the rows.
pub(super) struct Table<'a> {
    columns: &'a [(&'a str, Cells)],
    rows: Vec<(bool, Vec<String>)>,
}

/// How the cells of a column are set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cells {
    /// Names.
    Names,
    /// Figures, which stand flush right.
    Figures,
    /// Remarks.
    Words,
}

impl<'a> Table<'a> {
    pub(super) fn new(columns: &'a [(&'a str, Cells)]) -> Self {
        Self { columns, rows: Vec::new() }
    }

    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push((false, cells.into_iter().collect()));
    }

    /// A row that must not be overlooked.
    pub(super) fn failed_row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push((true, cells.into_iter().collect()));
    }

    /// Writes the table; columns at its end that hold nothing are left away.
    pub(super) fn write(&self, html: &mut Markup) {
        let used =
            self.rows.iter().filter_map(|(_, cells)| cells.iter().rposition(|cell| !cell.is_empty())).max();
        let columns = self.columns.get(..=used.unwrap_or(self.columns.len())).unwrap_or(self.columns);
        html.element("div", &[("class", "wide")], |html| {
            html.element("table", &[], |html| {
                html.element("thead", &[], |html| {
                    html.element("tr", &[], |html| {
                        for (name, cells) in columns {
                            let class: &[_] = if *cells == Cells::Figures { &[("class", "n")] } else { &[] };
                            html.leaf("th", &[&[("scope", "col")], class].concat(), name);
                        }
                    });
                });
                html.line().element("tbody", &[], |html| {
                    for (failed, cells) in &self.rows {
                        let class: &[_] = if *failed { &[("class", "failed")] } else { &[] };
                        html.element("tr", class, |html| row(html, columns, cells)).line();
                    }
                });
            });
        });
    }
}

fn row(html: &mut Markup, columns: &[(&str, Cells)], cells: &[String]) {
    for (index, (text, (_, cells))) in cells.iter().zip(columns).enumerate() {
        match cells {
            _ if index == 0 => html.leaf("th", &[("scope", "row")], text),
            Cells::Figures => html.leaf("td", &[("class", "n")], text),
            Cells::Words => html.leaf("td", &[("class", "words")], text),
            Cells::Names => html.leaf("td", &[], text),
        };
    }
}
