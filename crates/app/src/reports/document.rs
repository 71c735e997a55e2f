//! What every report is: sections of figures and tables.

use assent_domain::Time;
use serde::Serialize;
use serde_json::Value;

use super::{Share, Source};

/// What a report is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Topic {
    /// One version.
    Governance,
    /// What happened to an object in a time.
    Audit,
    /// The risks of the models.
    Risk,
    /// The controls that policies implement.
    Compliance,
    /// The state of governance as a whole.
    GovernanceAudit,
}

/// A report.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// What it is about.
    pub report: Topic,
    /// Its title.
    pub title: String,
    /// The time that it is of.
    pub at: Time,
    /// How many entries the log had.
    pub log_size: u64,
    /// Why it does not show everything, if it does not.
    pub limits: Vec<String>,
    /// Its sections, in order.
    pub sections: Vec<Section>,
}

/// A section of a report.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Section {
    /// Its id within the report.
    pub id: String,
    /// Its heading.
    pub title: String,
    /// What has to be known to read it.
    pub notes: Vec<String>,
    /// Its figures, in order.
    pub figures: Vec<Figure>,
    /// Figures that are shown as a grid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grid: Option<Grid>,
    /// Its tables, in order.
    pub tables: Vec<Table>,
}

/// Figures of a section, as a grid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Grid {
    /// What the two sides are.
    pub corner: String,
    /// The headings of the rows.
    pub rows: Vec<String>,
    /// The headings of the columns.
    pub columns: Vec<String>,
    /// By row, the ids of the figures.
    pub figures: Vec<Vec<String>>,
}

/// A figure with its source.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figure {
    /// Its id within the report.
    pub id: String,
    /// What it is.
    pub label: String,
    /// Its value; null where there is none.
    pub value: Value,
    /// The fraction that the value is, for example `13/16`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exact: Option<Share>,
    /// Why there is no value, or what is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gap: Option<String>,
    /// Where the value is from.
    pub source: Source,
}

/// A table, each row of which is read from one answer.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Table {
    /// Its id within the report.
    pub id: String,
    /// Its heading.
    pub title: String,
    /// What it says where it has no rows.
    pub empty: String,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows.
    pub rows: Vec<Row>,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Column {
    /// Its id within the table.
    pub id: String,
    /// Its heading.
    pub label: String,
    /// Where its cells stand in the answer, below the place of the row (a JSON Pointer); after a `^`, whatever that
    /// place is.
    pub pointer: String,
}

/// A row of a table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// The answer that it is read from.
    pub href: String,
    /// Its place there (a JSON Pointer).
    pub at: String,
    /// Its cells, in the order of the columns; null where there is nothing.
    pub cells: Vec<Value>,
}

impl Report {
    /// Every figure.
    pub fn figures(&self) -> impl Iterator<Item = &Figure> {
        self.sections.iter().flat_map(|section| &section.figures)
    }

    /// The figure of that id.
    pub fn figure(&self, id: &str) -> Option<&Figure> {
        self.figures().find(|figure| figure.id == id)
    }
}
