//! The rows of one file of a join: ids as text, classes and groups as codes, numbers.

use arrow_array::ArrayRef;

use crate::column::{self, Coder};
use crate::encode::ValueCodes;
use crate::error::{EvalError, Problem};
use crate::source::{Chunk, DataFile, Projection, Unit};
use crate::state::Dimension;

/// Rows that are read at once: a code has to tell all their ids apart.
const PART_ROWS: usize = 1 << 14;

/// What is read of a file.
pub(super) struct Reader {
    projection: Projection,
    id: usize,
    coded: Vec<Coded>,
    number: Option<usize>,
}

/// A column that is read as codes.
struct Coded {
    place: usize,
    codes: ValueCodes,
}

/// Some rows of a file.
pub(super) struct Rows<'a> {
    file: &'a str,
    id: &'a str,
    chunk: &'a Chunk,
    first: usize,
    texts: Vec<Box<str>>,
    ids: Vec<u16>,
    codes: Vec<Vec<u16>>,
    numbers: Vec<f64>,
}

/// A problem of a row of a part, and the column of the projection that it is in.
type Fault = (usize, usize, Problem);

impl Reader {
    /// A reader of a file whose rows have their ids in this column.
    pub(super) fn new(id: &str) -> Self {
        let mut projection = Projection::default();
        let id = projection.text(id);
        Self { projection, id, coded: Vec::new(), number: None }
    }

    /// Reads one more column as codes.
    pub(super) fn codes(&mut self, name: &str, codes: ValueCodes) {
        let place = self.projection.text(name);
        self.coded.push(Coded { place, codes });
    }

    /// Reads a column as numbers; there is at most one.
    pub(super) fn numbers(&mut self, name: &str) {
        self.number = Some(self.projection.number(name));
    }

    /// The columns that were read as codes, with their values.
    pub(super) fn dimensions(&self) -> Vec<Dimension> {
        let name = |place: usize| self.projection.names().get(place).cloned().unwrap_or_default();
        let dimension =
            |coded: &Coded| Dimension { column: name(coded.place), values: coded.codes.names().to_vec() };
        self.coded.iter().map(dimension).collect()
    }

    /// Reads all rows in their order, some at a time.
    pub(super) fn read(
        &mut self,
        file: &DataFile,
        mut each: impl FnMut(&Rows<'_>) -> Result<(), EvalError>,
    ) -> Result<(), EvalError> {
        let projection = self.projection.clone();
        for unit in Unit::of(file, &projection)? {
            let mut chunks = unit.open(&projection)?;
            while let Some(chunk) = chunks.next_chunk()? {
                for first in (0..chunk.rows).step_by(PART_ROWS) {
                    let count = PART_ROWS.min(chunk.rows - first);
                    self.part(&file.name, &chunk, first, count, &mut each)?;
                }
            }
        }
        Ok(())
    }

    /// Reads a part of a chunk. The rows before a fault come first: they may have an earlier one.
    fn part(
        &mut self,
        file: &str,
        chunk: &Chunk,
        first: usize,
        count: usize,
        each: &mut impl FnMut(&Rows<'_>) -> Result<(), EvalError>,
    ) -> Result<(), EvalError> {
        let (row, column, problem) = match self.decoded(chunk, first, count) {
            Ok(decoded) => return each(&self.rows(file, chunk, first, decoded)),
            Err(fault) => fault,
        };
        if row > 0 {
            self.part(file, chunk, first, row, each)?;
        }
        let name = self.projection.names().get(column).map(String::as_str);
        Err(EvalError { problem, place: Box::new(chunk.place(file, first + row, name)) })
    }

    fn rows<'a>(
        &'a self,
        file: &'a str,
        chunk: &'a Chunk,
        first: usize,
        (texts, ids, codes, numbers): Decoded,
    ) -> Rows<'a> {
        let id = self.projection.names().get(self.id).map_or("", String::as_str);
        Rows { file, id, chunk, first, texts, ids, codes, numbers }
    }

    fn decoded(&mut self, chunk: &Chunk, first: usize, count: usize) -> Result<Decoded, Fault> {
        let array = |place: usize| chunk.columns.get(place).map(|array: &ArrayRef| array.slice(first, count));
        let mut fault: Option<Fault> = None;
        let mut note = |place: usize, result: Result<(), column::RowProblem>| {
            let Err((row, problem)) = result else { return };
            if fault.as_ref().is_none_or(|(known, _, _)| row < *known) {
                fault = Some((row, place, problem));
            }
        };
        let (mut texts, mut ids) = (Ids::default(), Vec::new());
        if let Some(array) = array(self.id) {
            note(self.id, column::codes(array.as_ref(), &mut texts, &mut ids));
        }
        let mut codes = vec![Vec::new(); self.coded.len()];
        for (coded, codes) in self.coded.iter_mut().zip(&mut codes) {
            let Some(array) = array(coded.place) else { continue };
            note(coded.place, column::codes(array.as_ref(), &mut coded.codes, codes));
        }
        let mut numbers = Vec::new();
        if let Some((place, array)) = self.number.and_then(|place| Some((place, array(place)?))) {
            note(place, column::numbers(array.as_ref(), &mut numbers));
        }
        fault.map_or(Ok((texts.0, ids, codes, numbers)), Err)
    }
}

/// The texts of ids, the code of each row's id, the codes of all columns, and the numbers.
type Decoded = (Vec<Box<str>>, Vec<u16>, Vec<Vec<u16>>, Vec<f64>);

impl Rows<'_> {
    /// The ids, row by row.
    pub(super) fn ids(&self) -> impl Iterator<Item = &str> {
        self.ids.iter().filter_map(|code| self.texts.get(usize::from(*code))).map(|text| &**text)
    }

    /// The codes of a row, column by column.
    pub(super) fn codes_of(&self, row: usize) -> impl Iterator<Item = u16> {
        self.codes.iter().filter_map(move |column| column.get(row).copied())
    }

    /// The number of a row, where a column of numbers is read.
    pub(super) fn number_of(&self, row: usize) -> Option<f64> {
        self.numbers.get(row).copied()
    }

    /// The place of a row in the file, counted from 1.
    pub(super) fn number(&self, row: usize) -> u64 {
        self.chunk.first_row.saturating_add((self.first + row) as u64)
    }

    /// A problem of a whole row.
    pub(super) fn error(&self, row: usize, problem: Problem) -> EvalError {
        EvalError { problem, place: Box::new(self.chunk.place(self.file, self.first + row, None)) }
    }

    /// A problem of the id of a row.
    pub(super) fn id_error(&self, row: usize, problem: Problem) -> EvalError {
        EvalError { problem, place: Box::new(self.chunk.place(self.file, self.first + row, Some(self.id))) }
    }
}

/// Ids as they are met. One that is met again may get another code.
#[derive(Default)]
struct Ids(Vec<Box<str>>);

impl Coder for Ids {
    fn code(&mut self, _row: usize, value: Option<&str>) -> Result<u16, Problem> {
        let text = value.ok_or(Problem::EmptyValue)?;
        let code = u16::try_from(self.0.len()).map_err(|_| Problem::TooManyValues)?;
        self.0.push(text.into());
        Ok(code)
    }
}
