//! `assent drift`: how far the columns of one table have moved from those of another, without a server.

use std::path::PathBuf;

use assent_eval::drift::{
    ColumnChoice, ColumnDrift, CompareError, Comparison, DriftOptions, Figure, Figures, compare_files, shift,
};
use assent_eval::{junit, page};
use clap::Args;

use super::Context;
use crate::data_files::{self, joined};
use crate::output::{Answer, Block, Format};
use crate::problem::{Exit, Problem};
use crate::progress::Bar;
use crate::table::Table;

const EXIT_CODES: &str = "\
Without --column every column that both tables have is compared; what cannot be is listed with the reason.
A column that --column names and that cannot be compared is an error.

Exit codes:
  0  the columns were compared; with --fail-on-drift: none has drifted
  1  with --fail-on-drift: a column has drifted
  2  the command is wrong, a file cannot be read, or there was no column to compare;
     with --fail-on-drift: none has drifted as far as was tested, and one could not be";

/// Options of `assent drift`.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct Drift {
    /// What is compared with, for example the training data: files (CSV, Parquet, Arrow IPC, JSON lines), folders or patterns
    #[arg(long, required = true, value_name = "FILE", num_args = 1..)]
    reference: Vec<PathBuf>,
    /// What is compared: files, folders or patterns
    #[arg(long, required = true, value_name = "FILE", num_args = 1..)]
    current: Vec<PathBuf>,
    /// The columns to compare; all that both tables have if absent
    #[arg(long = "column", value_name = "COL,...", value_delimiter = ',')]
    columns: Vec<String>,
    /// Columns whose values are categories, even if they are numbers
    #[arg(long, value_name = "COL,...", value_delimiter = ',')]
    categorical: Vec<String>,
    /// Columns whose values have to be numbers: anything else is an error that names its row
    #[arg(long, value_name = "COL,...", value_delimiter = ',', conflicts_with = "categorical")]
    numeric: Vec<String>,
    /// A column has drifted if its p-value, adjusted for the number of columns, is at most this
    #[arg(long, value_name = "P", default_value_t = DriftOptions::default().p_value_bound)]
    p_value_bound: f64,
    /// Bins of a column of numbers, for the population stability index and the Jensen-Shannon distance
    #[arg(long, value_name = "COUNT", default_value_t = DriftOptions::default().bins)]
    bins: usize,
    /// Columns with fewer values in either table are marked; they are tested all the same
    #[arg(long, value_name = "ROWS", default_value_t = DriftOptions::default().min_sample_size)]
    min_rows: u64,
    /// Exit with 1 if a column has drifted
    #[arg(long = "fail-on-drift")]
    strict: bool,
    /// No progress bar
    #[arg(long)]
    quiet: bool,
    /// How the answer is written
    #[arg(
        id = "output",
        long,
        value_enum,
        default_value_t,
        value_name = "table|json|html|junit",
        hide_possible_values = true
    )]
    output: Format,
}

impl Drift {
    /// Runs the command.
    pub(crate) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let bar = Bar::new(self.quiet);
        let reference = bar.watched(data_files::open(&self.reference)?);
        let current = bar.watched(data_files::open(&self.current)?);
        let options = DriftOptions {
            p_value_bound: self.p_value_bound,
            bins: self.bins,
            min_sample_size: self.min_rows,
        };
        let choice = ColumnChoice {
            columns: self.columns.clone(),
            categorical: self.categorical.clone(),
            numeric: self.numeric.clone(),
        };
        let found = compare_files(&reference, &current, &choice, &options, &bar);
        bar.clear();
        let found = found.map_err(explained)?;
        let exit = self.exit(&found);
        let document = self.document(&found, context.printer.format());
        let json = serde_json::to_value(&found).map_err(Problem::new)?;
        Ok(blocks(&found).into_iter().fold(Answer::new(json), Answer::with).document(document).exit(exit))
    }

    /// The answer in the format that was asked for, where that is one of a document.
    fn document(&self, found: &Comparison, format: Format) -> Option<String> {
        match format {
            Format::Table | Format::Json | Format::Markdown => None,
            Format::Html => {
                let title = format!("{} against {}", joined(&self.current), joined(&self.reference));
                Some(page::drift(&title, found))
            }
            Format::Junit => Some(junit::drift(found)),
        }
    }

    fn exit(&self, found: &Comparison) -> Exit {
        if found.report.columns.is_empty() {
            Exit::NotAsked
        } else if !self.strict {
            Exit::Done
        } else if found.report.drifted_columns > 0 {
            Exit::No
        } else if found.report.untested_columns > 0 {
            Exit::NotAsked
        } else {
            Exit::Done
        }
    }
}

#[expect(clippy::needless_pass_by_value, reason = "errors are mapped by it")]
fn explained(error: CompareError) -> Problem {
    Problem::new(&error).code(error.code()).hint(error.remedy())
}

fn blocks(found: &Comparison) -> Vec<Block> {
    let report = &found.report;
    let mut blocks = vec![Block::Table(columns(&report.columns))];
    blocks.extend(notes(report.columns.as_slice(), report.options.min_sample_size).map(Block::Line));
    if !found.left_out.is_empty() {
        let mut table = Table::new(["NOT COMPARED", "WHY"]);
        for left_out in &found.left_out {
            table.row([&left_out.column, &left_out.reason]);
        }
        blocks.extend([Block::Line(String::new()), Block::Table(table), Block::Line(String::new())]);
    }
    blocks.push(verdict(found));
    blocks
}

fn verdict(found: &Comparison) -> Block {
    let report = &found.report;
    let (all, drifted, bound) = (report.columns.len(), report.drifted_columns, report.options.p_value_bound);
    match (all, drifted, report.untested_columns) {
        (0, ..) => Block::Bad("there was no column to compare".to_owned()),
        (_, 0, 0) => {
            Block::Good(format!("none of {all} columns has drifted (adjusted p-value of at most {bound})"))
        }
        (_, 0, untested) => Block::Bad(format!(
            "{untested} of {all} columns could not be tested, the others have not drifted"
        )),
        (_, drifted, 0) => Block::Bad(format!(
            "{drifted} of {all} columns have drifted (adjusted p-value of at most {bound})"
        )),
        (_, drifted, untested) => {
            Block::Bad(format!("{drifted} of {all} columns have drifted, and {untested} could not be tested"))
        }
    }
}

fn columns(columns: &[ColumnDrift]) -> Table {
    let mut table = Table::new([
        "COLUMN",
        "TEST",
        ">STATISTIC",
        ">P",
        ">ADJUSTED P",
        "DRIFTED",
        ">PSI",
        "SHIFT",
        ">REFERENCE",
        ">CURRENT",
        ">MISSING",
    ]);
    for column in columns {
        let (test, statistic) = match &column.figures {
            Figures::Numeric { kolmogorov_smirnov, .. } => ("KS", kolmogorov_smirnov),
            Figures::Categorical { chi_squared, .. } => ("chi-squared", chi_squared),
        };
        let psi = &column.population_stability_index;
        table.row([
            column.column.clone(),
            test.to_owned(),
            shown(statistic),
            shown(&column.p_value),
            shown(&column.adjusted_p_value),
            match column.drifted {
                Some(true) => "yes",
                Some(false) => "no",
                None => "not tested",
            }
            .to_owned(),
            shown(psi),
            psi.value.map_or("-", |psi| shift(psi).name()).to_owned(),
            format!("{}{}", column.reference.n, if column.small { " *" } else { "" }),
            format!("{}{}", column.current.n, if column.small { " *" } else { "" }),
            missing(column),
        ]);
    }
    table
}

/// Rows without a number or category, in the reference and in the current data.
fn missing(column: &ColumnDrift) -> String {
    let of = |side: &assent_eval::drift::Side| side.missing.saturating_add(side.not_a_number);
    match (of(&column.reference), of(&column.current)) {
        (0, 0) => "-".to_owned(),
        (reference, current) => format!("{reference}, {current}"),
    }
}

fn notes(columns: &[ColumnDrift], min_rows: u64) -> impl Iterator<Item = String> {
    let small = columns.iter().any(|column| column.small);
    let rough = columns
        .iter()
        .any(|column| matches!(column.figures, Figures::Categorical { small_expected: true, .. }));
    let untested = columns.iter().filter_map(|column| {
        let reason = column.p_value.reason?;
        Some(format!("{}: not tested, because {reason}", column.column))
    });
    let small = small.then(|| format!("* fewer than {min_rows} rows with a value in one of the tables"));
    let rough = rough.then(|| {
        "a chi-squared test expects fewer than 5 rows in some category: its p-value is rough".to_owned()
    });
    untested.chain(small).chain(rough).collect::<Vec<_>>().into_iter()
}

/// A figure with four decimals, or in scientific form where that would hide it.
fn shown(figure: &Figure) -> String {
    match figure.value {
        None => "-".to_owned(),
        Some(value) if value != 0.0 && !(1e-3..1e9).contains(&value.abs()) => format!("{value:.2e}"),
        Some(value) => format!("{value:.4}"),
    }
}
