//! The same statistics by a database: the query that computes them, and the state that its rows make.
//!
//! The query is standard SQL in the dialect of Apache `DataFusion`. It groups the rows as a scan does and casts nothing, so what
//! counts as a value is decided here, when its rows are read, by the code that reads data: text, numbers and booleans become
//! the same words, and what is missing or not finite is refused. Every name is quoted and every result column has a name of
//! ours, so names may hold anything.

use crate::column;
use crate::encode::{Rule, ValueCodes};
use crate::error::{EvalError, Place, Problem};
use crate::options::{EvaluationOptions, ScoreState};
use crate::scan::{class_codes, group_columns};
use crate::source::{Chunk, DataFile, Projection, Unit};
use crate::state::{BINS, Builder, Columns, Counted, Dimension, Moments, State};
use crate::suite::check_columns;
use crate::task::Task;

const ROWS: &str = "rows";
const SCORE: &str = "score";
const BIN: &str = "bin";

/// Sums over the rows of a cell where labels and predictions are numbers, with the expressions that compute them. The sum of
/// the labels is absent if a number is: sums pass over what is missing.
const SUMS: [(&str, &str); 6] = [
    (
        "label_sum",
        "CASE WHEN COUNT(*) = COUNT(\"label\") AND COUNT(*) = COUNT(\"prediction\") THEN SUM(\"label\") END",
    ),
    ("label_squared_sum", "SUM(\"label\" * \"label\")"),
    ("error_sum", "SUM(\"prediction\" - \"label\")"),
    ("error_absolute_sum", "SUM(ABS(\"prediction\" - \"label\"))"),
    ("error_squared_sum", "SUM((\"prediction\" - \"label\") * (\"prediction\" - \"label\"))"),
    ("error_largest", "MAX(ABS(\"prediction\" - \"label\"))"),
];

/// The query that computes the state of a table, whose name is given by its parts, as in `catalog.schema.table`.
pub fn sql(options: &EvaluationOptions, table: &[String]) -> Result<String, EvalError> {
    check(options)?;
    if table.is_empty() || table.iter().any(String::is_empty) {
        return Err(EvalError::new(Problem::UnnamedColumn { option: "the table of the query" }));
    }
    let mut read: Vec<(String, String)> = dimensions(options)
        .iter()
        .enumerate()
        .map(|(place, name)| (quoted(name), dimension(place)))
        .collect();
    if let Some(score) = &options.score {
        let (name, alias) = (quoted(score), score_column(options.score_state));
        read.push((if alias == BIN { bin_of(&name) } else { name }, alias.to_owned()));
    }
    let keys: Vec<String> = read.iter().map(|(_, alias)| quoted(alias)).collect();
    let mut found = keys.clone();
    found.push(format!("COUNT(*) AS {}", quoted(ROWS)));
    if options.task == Task::Regression {
        for (name, alias) in [(&options.label, "label"), (&options.prediction, "prediction")] {
            read.push((format!("CAST({} AS DOUBLE)", quoted(name)), alias.to_owned()));
        }
        found.extend(SUMS.iter().map(|(alias, sum)| format!("{sum} AS {}", quoted(alias))));
    }
    let read: Vec<String> = read.iter().map(|(what, alias)| format!("{what} AS {}", quoted(alias))).collect();
    let table = table.iter().map(|part| quoted(part)).collect::<Vec<_>>().join(".");
    let mut query = format!(
        "SELECT\n  {}\nFROM (\n  SELECT\n    {}\n  FROM {table}\n) AS \"data\"",
        found.join(",\n  "),
        read.join(",\n    ")
    );
    if !keys.is_empty() {
        query.push_str("\nGROUP BY ");
        query.push_str(&keys.join(", "));
    }
    query.push('\n');
    Ok(query)
}

fn check(options: &EvaluationOptions) -> Result<(), EvalError> {
    if options.score.is_some() && options.task != Task::Binary {
        let task = options.task.name();
        return Err(EvalError::new(Problem::NotForTask { option: "the score", task }));
    }
    let row_by_row = [
        ("a weight", options.weight.is_some()),
        ("a score for each class", !options.class_scores.is_empty()),
        ("features", !options.features.is_empty()),
    ];
    if let Some((option, _)) = row_by_row.into_iter().find(|(_, is_named)| *is_named) {
        return Err(EvalError::new(Problem::NotBySql { option }));
    }
    check_columns(options)
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// The columns whose values tell cells apart.
fn dimensions(options: &EvaluationOptions) -> Vec<String> {
    let classes = [&options.label, &options.prediction].into_iter().take(options.task.class_dimensions());
    classes.cloned().chain(group_columns(options)).collect()
}

fn dimension(place: usize) -> String {
    format!("dimension_{place}")
}

fn score_column(kept: ScoreState) -> &'static str {
    match kept {
        ScoreState::Exact => SCORE,
        ScoreState::Histogram => BIN,
    }
}

/// The bin of a score; none for one that is missing or not finite.
fn bin_of(score: &str) -> String {
    format!(
        "CASE WHEN {score} >= 0 AND {score} < 1 THEN CAST(FLOOR({score} * {BINS}) AS BIGINT) + 1 \
         WHEN {score} = 1 THEN {BINS} WHEN {score} < 0 AND {score} >= -{max:e} THEN 0 \
         WHEN {score} > 1 AND {score} <= {max:e} THEN {BINS} + 1 END",
        max = f64::MAX
    )
}

/// The state that rows of the query make, in files of any of the formats.
pub fn state_of_sql(options: &EvaluationOptions, files: &[DataFile]) -> Result<State, EvalError> {
    check(options)?;
    let mut result = QueryRows::new(options);
    for file in files {
        for unit in Unit::of(file, &result.projection)? {
            let mut chunks = unit.open(&result.projection)?;
            while let Some(chunk) = chunks.next_chunk()? {
                result.read(&chunk).map_err(|(column, row, problem)| {
                    let name = result.projection.names().get(column).map(String::as_str);
                    EvalError { problem, place: Box::new(chunk.place(unit.file(), row, name)) }
                })?;
            }
        }
    }
    let state = result.finish()?;
    if state.cells().is_empty() {
        let file = files.first().map(|file| file.name.clone());
        return Err(EvalError {
            problem: Problem::NoRows,
            place: Box::new(Place { file, ..Place::default() }),
        });
    }
    Ok(state)
}

/// Rows of the query being read.
struct QueryRows<'a> {
    options: &'a EvaluationOptions,
    projection: Projection,
    codes: Vec<ValueCodes>,
    /// The place of the first column of numbers: the rows, then a score or a bin, or sums.
    numbers: usize,
    builder: Builder,
}

/// The column and the row of a problem.
type Wrong = (usize, usize, Problem);

impl<'a> QueryRows<'a> {
    fn new(options: &'a EvaluationOptions) -> Self {
        let mut projection = Projection::default();
        let positive = [&options.label_positive, &options.positive];
        let classes = positive.map(|positive| class_codes(options.task, positive));
        let mut codes: Vec<ValueCodes> = classes.into_iter().take(options.task.class_dimensions()).collect();
        codes.resize_with(dimensions(options).len(), || ValueCodes::new(Rule::Groups));
        for place in 0..codes.len() {
            projection.text(&dimension(place));
        }
        let numbers = projection.number(ROWS);
        if options.score.is_some() {
            projection.number(score_column(options.score_state));
        } else if options.task == Task::Regression {
            for (name, _) in SUMS {
                projection.number(name);
            }
        }
        let kept = options.score.as_ref().map(|_| options.score_state);
        let builder = Builder::new(codes.len(), kept, 0);
        Self { options, projection, codes, numbers, builder }
    }

    fn read(&mut self, chunk: &Chunk) -> Result<(), Wrong> {
        let mut keys = vec![Vec::new(); self.codes.len()];
        for (place, (codes, out)) in self.codes.iter_mut().zip(&mut keys).enumerate() {
            let Some(array) = chunk.columns.get(place) else { continue };
            column::codes(array.as_ref(), codes, out).map_err(|(row, problem)| (place, row, problem))?;
        }
        let mut numbers = Vec::new();
        for (place, array) in chunk.columns.iter().enumerate().skip(self.numbers) {
            let mut values = Vec::new();
            column::numbers(array.as_ref(), &mut values).map_err(|(row, problem)| (place, row, problem))?;
            numbers.push(values);
        }
        for row in 0..chunk.rows {
            let key: Vec<u16> = keys.iter().filter_map(|codes| codes.get(row).copied()).collect();
            let numbers: Vec<f64> = numbers.iter().filter_map(|values| values.get(row).copied()).collect();
            self.add(&key, &numbers).map_err(|(place, problem)| (self.numbers + place, row, problem))?;
        }
        Ok(())
    }

    /// Adds one row of the query; a problem comes with the place of the number that is wrong.
    fn add(&mut self, key: &[u16], numbers: &[f64]) -> Result<(), (usize, Problem)> {
        let [rows, rest @ ..] = numbers else { return Err((0, Problem::EmptyValue)) };
        let rows = whole(*rows).ok_or_else(|| (0, not_a_count(*rows)))?;
        if rows == 0 {
            return Ok(());
        }
        let counted = match (rest, self.options.score.as_ref().map(|_| self.options.score_state)) {
            ([score], Some(ScoreState::Exact)) => Counted::Score(*score),
            ([bin], Some(ScoreState::Histogram)) => {
                let known =
                    whole(*bin).and_then(|bin| u16::try_from(bin).ok()).filter(|bin| *bin <= BINS + 1);
                Counted::Bin(known.ok_or_else(|| (1, not_a_count(*bin)))?)
            }
            ([label, label_squared, error, error_absolute, error_squared, largest], None) => {
                let sums = [label, label_squared, error, error_absolute, error_squared].map(|sum| *sum);
                Counted::Sums(Box::new(Moments::of_sums(sums, *largest)))
            }
            _ => Counted::Rows,
        };
        self.builder.count_rows(key, rows, counted).map_err(|problem| (0, problem))
    }

    fn finish(self) -> Result<State, EvalError> {
        let codes = dimensions(self.options).into_iter().zip(&self.codes);
        let names = codes.map(|(column, codes)| Dimension { column, values: codes.names().to_vec() });
        let names = names.collect();
        State::merged(vec![self.builder.finish(Columns::of(self.options), names)])
    }
}

fn not_a_count(value: f64) -> Problem {
    Problem::NotACount { value: value.to_string() }
}

/// A number as a count, where it is one.
fn whole(value: f64) -> Option<u64> {
    const LARGEST: f64 = 9_007_199_254_740_992.0;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it is whole, and from 0 to 2^53"
    )]
    ((0.0..=LARGEST).contains(&value) && value.fract() == 0.0).then_some(value as u64)
}
