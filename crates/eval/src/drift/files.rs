//! Two tables in files compared column by column.
//!
//! The files are read once to tell columns of numbers from those of categories, and then for as many columns at a time as
//! [`MAX_HELD_NUMBERS`] allows.

use std::collections::{BTreeMap, HashMap};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::categories::Categories;
use super::column::{Column, ColumnPair, Numbers};
use super::error::DriftError;
use super::report::{ColumnDrift, DriftOptions, DriftReport, assembled, check, drift_of};
use super::survey::{ColumnChoice, Kind, LeftOut, Survey, Tables};
use crate::column::{self, Coder, RowProblem};
use crate::error::{EvalError, Problem, excerpt};
use crate::limits::{MAX_CATEGORIES, MAX_HELD_NUMBERS, MAX_SCORED_ROWS};
use crate::progress::Progress;
use crate::source::{Chunk, DataFile, Projection};
use crate::suggest::nearest;
use crate::units;

/// What a comparison of two tables in files found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Comparison {
    /// The figures.
    #[serde(flatten)]
    pub report: DriftReport,
    /// Columns that were not compared.
    pub left_out: Vec<LeftOut>,
}

/// A comparison that could not be made.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum CompareError {
    /// The data cannot be read.
    #[error(transparent)]
    Data(#[from] EvalError),
    /// The options or the columns as a whole are wrong.
    #[error(transparent)]
    Drift(#[from] DriftError),
}

impl CompareError {
    /// The stable code, `UPPER_SNAKE`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Data(error) => error.code(),
            Self::Drift(error) => error.code(),
        }
    }

    /// What to do about it, a sentence without a full stop.
    pub fn remedy(&self) -> String {
        match self {
            Self::Data(error) => error.remedy(),
            Self::Drift(error) => error.remedy().to_owned(),
        }
    }
}

/// Compares the columns of two tables.
pub fn compare_files(
    reference: &[DataFile],
    current: &[DataFile],
    choice: &ColumnChoice,
    options: &DriftOptions,
    progress: &dyn Progress,
) -> Result<Comparison, CompareError> {
    check(&choice.columns, options)?;
    let tables = Tables([reference, current]);
    let mut survey = Survey::of_headers(tables, choice)?;
    check_names(&survey, choice)?;
    let named = !choice.columns.is_empty();
    let columns = loop {
        let found =
            survey.decide(tables, progress).and_then(|()| compared(&survey, tables, options, progress));
        match found {
            Err(error) if !named && survey.leave_out(&error) => {}
            found => break found?,
        }
    };
    progress.end();
    Ok(Comparison { report: assembled(columns, options), left_out: survey.left_out })
}

/// Columns that are said to hold numbers or categories, and are not compared.
fn check_names(survey: &Survey, choice: &ColumnChoice) -> Result<(), EvalError> {
    let known = || survey.columns.iter().map(|(name, _)| name.as_str());
    for name in choice.categorical.iter().chain(&choice.numeric) {
        if !known().any(|known| known == name) {
            return Err(EvalError::new(Problem::MissingColumn {
                name: excerpt(name.as_bytes()),
                available: known().map(|known| excerpt(known.as_bytes())).collect(),
                suggestion: nearest(name, known()).map(str::to_owned),
            }));
        }
    }
    Ok(())
}

fn compared(
    survey: &Survey,
    tables: Tables<'_>,
    options: &DriftOptions,
    progress: &dyn Progress,
) -> Result<Vec<ColumnDrift>, EvalError> {
    let at_a_time = usize::try_from(MAX_HELD_NUMBERS / survey.rows.max(1)).unwrap_or(usize::MAX).max(1);
    let mut found = Vec::with_capacity(survey.columns.len());
    for columns in survey.columns.chunks(at_a_time) {
        progress.begin(Some(survey.rows), tables.bytes());
        let [reference, current] = tables.0.map(|files| read(files, columns, progress));
        let pairs = columns.iter().zip(reference?.into_iter().zip(current?));
        let pairs: Vec<ColumnPair> = pairs
            .map(|((name, _), (reference, current))| ColumnPair { name: name.clone(), reference, current })
            .collect();
        // INVARIANT: both sides of a pair were read as the same kind.
        found.extend(pairs.par_iter().filter_map(|pair| drift_of(pair, options).ok()).collect::<Vec<_>>());
    }
    Ok(found)
}

/// These columns of one table.
fn read(
    files: &[DataFile],
    columns: &[(String, Kind)],
    progress: &dyn Progress,
) -> Result<Vec<Column>, EvalError> {
    let mut projection = Projection::default();
    for (name, kind) in columns {
        match kind {
            Kind::Numbers => projection.number(name),
            Kind::Categories | Kind::Undecided => projection.text(name),
        };
    }
    let units = units::of_files(files, &projection)?;
    let parts = units::read_all(&units, &projection, progress, |_, file, chunks| {
        let mut values: Vec<Values> = columns.iter().map(|(_, kind)| Values::new(*kind)).collect();
        while let Some(chunk) = chunks.next_chunk()? {
            add(&mut values, &chunk).map_err(|(index, (row, problem))| {
                let name = columns.get(index).map(|(name, _)| name.as_str());
                EvalError { problem, place: Box::new(chunk.place(file, row, name)) }
            })?;
        }
        Ok(values)
    })?;
    let mut whole: Vec<Values> = columns.iter().map(|(_, kind)| Values::new(*kind)).collect();
    for part in parts {
        for ((whole, part), (name, _)) in whole.iter_mut().zip(part).zip(columns) {
            whole.merge(part).map_err(|problem| {
                let mut error = EvalError::new(problem);
                error.place.column = Some(excerpt(name.as_bytes()));
                match files {
                    [file] => error.in_file(&file.name),
                    _ => error,
                }
            })?;
        }
    }
    Ok(whole.into_iter().map(Values::finish).collect())
}

/// Adds a chunk to the columns; of several faults that of the first row is told.
fn add(values: &mut [Values], chunk: &Chunk) -> Result<(), (usize, RowProblem)> {
    let mut first: Option<(usize, RowProblem)> = None;
    for (index, (values, array)) in values.iter_mut().zip(&chunk.columns).enumerate() {
        if let Err((row, problem)) = values.add(array.as_ref())
            && first.as_ref().is_none_or(|(_, (known, _))| row < *known)
        {
            first = Some((index, (row, problem)));
        }
    }
    first.map_or(Ok(()), Err)
}

/// The values of a column in the making.
enum Values {
    Numbers { values: Vec<f64>, missing: u64 },
    Categories { counter: Counter, codes: Vec<u16> },
}

impl Values {
    fn new(kind: Kind) -> Self {
        match kind {
            Kind::Numbers => Self::Numbers { values: Vec::new(), missing: 0 },
            Kind::Categories | Kind::Undecided => {
                Self::Categories { counter: Counter::default(), codes: Vec::new() }
            }
        }
    }

    fn add(&mut self, array: &dyn arrow_array::Array) -> Result<(), RowProblem> {
        match self {
            Self::Numbers { values, missing } => {
                *missing = missing.saturating_add(column::some_numbers(array, values)?);
                check_rows(values.len()).map_err(|problem| (0, problem))
            }
            Self::Categories { counter, codes } => {
                column::codes(array, counter, codes)?;
                for code in codes.iter() {
                    counter.add(*code, 1);
                }
                Ok(())
            }
        }
    }

    fn merge(&mut self, part: Self) -> Result<(), Problem> {
        match (self, part) {
            (Self::Numbers { values, missing }, Self::Numbers { values: more, missing: also }) => {
                check_rows(values.len().saturating_add(more.len()))?;
                if values.is_empty() {
                    *values = more;
                } else {
                    values.extend(more);
                }
                *missing = missing.saturating_add(also);
            }
            (Self::Categories { counter, .. }, Self::Categories { counter: more, .. }) => {
                counter.merge(&more)?;
            }
            // INVARIANT: all parts of a column are read as the same kind.
            (Self::Numbers { .. }, Self::Categories { .. })
            | (Self::Categories { .. }, Self::Numbers { .. }) => {}
        }
        Ok(())
    }

    fn finish(self) -> Column {
        match self {
            Self::Numbers { values, missing } => Column::Numeric(Numbers::new(values, missing)),
            Self::Categories { counter, .. } => Column::Categorical(counter.finish()),
        }
    }
}

/// Numbers of one column beyond what can be held.
fn check_rows(rows: usize) -> Result<(), Problem> {
    if rows as u64 > MAX_SCORED_ROWS {
        return Err(Problem::TooManyRows { limit: MAX_SCORED_ROWS });
    }
    Ok(())
}

/// Categories by code, counted; rows without one have a code of their own.
#[derive(Default)]
struct Counter {
    codes: HashMap<Box<str>, u16>,
    missing: Option<u16>,
    counts: Vec<u64>,
}

impl Counter {
    fn code_of(&mut self, value: Option<&str>) -> Result<u16, Problem> {
        let known = value.map_or(self.missing, |name| self.codes.get(name).copied());
        if let Some(code) = known {
            return Ok(code);
        }
        let is_full = value.is_some() && self.codes.len() >= MAX_CATEGORIES;
        let code = u16::try_from(self.counts.len()).ok().filter(|_| !is_full);
        let code = code.ok_or(Problem::TooManyCategories)?;
        match value {
            Some(name) => drop(self.codes.insert(name.into(), code)),
            None => self.missing = Some(code),
        }
        self.counts.push(0);
        Ok(code)
    }

    fn rows(&self, code: u16) -> u64 {
        self.counts.get(usize::from(code)).copied().unwrap_or_default()
    }

    fn add(&mut self, code: u16, rows: u64) {
        if let Some(count) = self.counts.get_mut(usize::from(code)) {
            *count = count.saturating_add(rows);
        }
    }

    fn merge(&mut self, part: &Self) -> Result<(), Problem> {
        let names = part.codes.iter().map(|(name, code)| (Some(name.as_ref()), *code));
        for (name, code) in names.chain(part.missing.map(|code| (None, code))) {
            let own = self.code_of(name)?;
            self.add(own, part.rows(code));
        }
        Ok(())
    }

    fn finish(self) -> Categories {
        let missing = self.missing.map_or(0, |code| self.rows(code));
        let counts = self.codes.iter().map(|(name, code)| (name.to_string(), self.rows(*code)));
        Categories { counts: counts.collect::<BTreeMap<_, _>>(), missing }
    }
}

impl Coder for Counter {
    fn code(&mut self, _: usize, value: Option<&str>) -> Result<u16, Problem> {
        self.code_of(value)
    }
}
