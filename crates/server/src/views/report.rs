//! Reports, for the description: the types of [`assent_app::reports`] are what is sent.
#![expect(dead_code, reason = "the shell's own types are what is sent")]

use jiff::Timestamp;
use utoipa::ToSchema;

use super::schemas::ReportTopicWords;

/// A report. Every figure names the answer of this interface that it is from, or the figures of the report that it is computed from.
#[derive(ToSchema)]
#[schema(as = Report, rename_all = "camelCase")]
pub(crate) struct ReportShape {
    #[schema(value_type = ReportTopicWords)]
    report: (),
    title: String,
    /// The time that it is of.
    at: Timestamp,
    /// How many entries the log had.
    log_size: u64,
    /// Why it does not show everything; empty if it does.
    limits: Vec<String>,
    /// In the order in which they are read.
    sections: Vec<SectionShape>,
}

/// A section of a report.
#[derive(ToSchema)]
#[schema(as = ReportSection)]
struct SectionShape {
    /// Its id within the report.
    id: String,
    title: String,
    /// What has to be known to read it.
    notes: Vec<String>,
    figures: Vec<FigureShape>,
    grid: Option<GridShape>,
    tables: Vec<TableShape>,
}

/// Figures of a section, as a grid.
#[derive(ToSchema)]
#[schema(as = ReportGrid)]
struct GridShape {
    /// What the two sides are.
    corner: String,
    rows: Vec<String>,
    columns: Vec<String>,
    /// By row, the ids of the figures.
    figures: Vec<Vec<String>>,
}

/// A figure with its source.
#[derive(ToSchema)]
#[schema(as = ReportFigure)]
struct FigureShape {
    /// Its id within the report.
    id: String,
    /// What it is.
    label: String,
    /// A text, a number, truth or a list; null where there is none.
    #[schema(value_type = serde_json::Value)]
    value: (),
    /// The fraction that the value is, for example `13/16`.
    exact: Option<String>,
    /// Why there is no value, or what is missing.
    gap: Option<String>,
    source: SourceShape,
}

/// Where a figure is from. Addresses are those of this interface; places are JSON Pointers.
#[derive(ToSchema)]
#[schema(as = ReportSource)]
struct SourceShape {
    /// `VALUE`: what stands at `pointer` in the answer of `href`. `COUNT`: how many items stand there, those that match if
    /// `matching` is there; of a list, on all pages. `SUM`: the sum of `field` over them, of lists their lengths. `ROWS`: how
    /// many rows of `table` match. `HELD`: `held / (held + missing)`. `MEAN`: the weighed mean of `terms`. `ROW_MEAN`: that of the
    /// column `value` of `table`, weighed by the words of the column `by`. `ABOVE`: in how many rows of `table` the column `column` has more
    /// than in the row of the table `than` with the same `key`. `SHARE`: the share of `checks` that hold. `LESS`:
    /// `from` less so many ten-thousandths for each of `terms`, at least 0. `FOUND`: what `by` says was done.
    how: String,
    href: Option<String>,
    pointer: Option<String>,
    /// `at`, a place in an item or a column, and `any`, the texts that count; all of them have to be met.
    #[schema(value_type = Option<Vec<Object>>)]
    matching: (),
    field: Option<String>,
    table: Option<String>,
    held: Option<String>,
    missing: Option<String>,
    steps: Option<String>,
    /// `figure` and `weight`.
    #[schema(value_type = Option<Vec<Object>>)]
    terms: (),
    /// `figure`, and what it should be: `is`.
    #[schema(value_type = Option<Vec<Object>>)]
    checks: (),
    than: Option<String>,
    column: Option<String>,
    key: Option<String>,
    from: Option<String>,
    by: Option<String>,
    value: Option<String>,
    /// Words with their weights.
    #[schema(value_type = Option<Vec<Vec<serde_json::Value>>>)]
    weights: (),
}

/// A table, each row of which is read from one answer.
#[derive(ToSchema)]
#[schema(as = ReportTable)]
struct TableShape {
    /// Its id within the report.
    id: String,
    title: String,
    /// What it says where it has no rows.
    empty: String,
    columns: Vec<ColumnShape>,
    rows: Vec<RowShape>,
}

/// A column of a table.
#[derive(ToSchema)]
#[schema(as = ReportColumn)]
struct ColumnShape {
    /// Its id within the table.
    id: String,
    label: String,
    /// Where its cells stand in the answer, below the place of the row; after a `^`, whatever that place is.
    pointer: String,
}

/// A row of a table.
#[derive(ToSchema)]
#[schema(as = ReportRow)]
struct RowShape {
    /// The answer that it is read from.
    href: String,
    /// Its place there.
    at: String,
    /// Its cells, in the order of the columns: texts, numbers, truth, lists; null where there is nothing.
    #[schema(value_type = Vec<serde_json::Value>)]
    cells: (),
}
