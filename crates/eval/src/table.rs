//! CSV tables, read as a stream: one record in memory at a time, columns by name, errors that name file, row and column.
//!
//! Values are compared as they stand, byte for byte; nothing is trimmed. A byte-order mark is skipped, blank lines are not
//! rows. What a table may hold at once is bounded by [`crate::limits`], an unclosed quote included.

use std::collections::HashSet;
use std::io::{self, Read};

use csv::{ByteRecord, ErrorKind, ReaderBuilder};

use crate::error::{EvalError, Place, Problem, excerpt};
use crate::limits::{MAX_COLUMNS, MAX_RECORD_BYTES, MAX_ROWS, MAX_VALUE_BYTES};
use crate::suggest::nearest;

const BUFFER_BYTES: usize = 1 << 16;

/// A named source of bytes: the name is only for messages.
#[derive(Debug)]
pub struct Input<R> {
    /// How messages call it, for example a file name.
    pub name: String,
    /// Where the bytes come from.
    pub reader: R,
}

impl<R: Read> Input<R> {
    /// Names a reader.
    pub fn new(name: impl Into<String>, reader: R) -> Self {
        Self { name: name.into(), reader }
    }
}

/// A column of a table, found by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    index: usize,
    name: String,
}

impl Column {
    /// The name in the header.
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// A table whose header has been read.
#[derive(Debug)]
pub struct Table<R: Read> {
    name: String,
    reader: csv::Reader<Allowance<R>>,
    header: Vec<String>,
    record: ByteRecord,
    rows: u64,
}

impl<R: Read> Table<R> {
    /// Reads the header.
    pub fn open(input: Input<R>) -> Result<Self, EvalError> {
        let reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .buffer_capacity(BUFFER_BYTES)
            .from_reader(Allowance { inner: input.reader, left: 0 });
        let mut table =
            Self { name: input.name, reader, header: Vec::new(), record: ByteRecord::new(), rows: 0 };
        if !table.read_record()? {
            return Err(table.error(Problem::EmptyFile));
        }
        table.header = table.header_names()?;
        Ok(table)
    }

    /// The column names in the order of the file.
    pub fn columns(&self) -> &[String] {
        &self.header
    }

    /// Finds a column by its exact name.
    pub fn column(&self, name: &str) -> Result<Column, EvalError> {
        match self.header.iter().position(|known| known == name) {
            Some(index) => Ok(Column { index, name: name.to_owned() }),
            None => Err(self.error(Problem::MissingColumn {
                name: excerpt(name.as_bytes()),
                available: self.header.iter().map(|known| excerpt(known.as_bytes())).collect(),
                suggestion: nearest(name, self.header.iter().map(String::as_str)).map(str::to_owned),
            })),
        }
    }

    /// The next row, or nothing at the end.
    pub fn next_row(&mut self) -> Result<Option<Row<'_>>, EvalError> {
        if !self.read_record()? {
            return Ok(None);
        }
        if self.rows >= MAX_ROWS {
            return Err(self.error(Problem::TooManyRows { limit: MAX_ROWS }));
        }
        self.rows += 1;
        let row = Row { record: &self.record, table: &self.name, number: self.rows };
        let (expected, found) = (self.header.len(), self.record.len());
        if expected != found {
            return Err(row.error(None, Problem::RaggedRow { expected, found }));
        }
        Ok(Some(row))
    }

    /// Rows read so far.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// A problem of the table as a whole.
    pub fn error(&self, problem: Problem) -> EvalError {
        EvalError { problem, place: Box::new(Place { file: Some(self.name.clone()), ..Place::default() }) }
    }

    fn read_record(&mut self) -> Result<bool, EvalError> {
        // What is buffered ahead belongs to later records, so one buffer more than the limit may be drawn.
        self.reader.get_mut().left = MAX_RECORD_BYTES + BUFFER_BYTES;
        let read = self.reader.read_byte_record(&mut self.record);
        match read {
            Ok(true) if self.record.as_slice().len() > MAX_RECORD_BYTES => {
                Err(self.next_row_error(Problem::RecordTooLarge))
            }
            Ok(more) => Ok(more),
            Err(_) if self.reader.get_ref().left == 0 => Err(self.next_row_error(Problem::RecordTooLarge)),
            Err(error) => Err(self.next_row_error(problem_of(&error))),
        }
    }

    /// A problem of the record that was just read, before it counts as a row; the header is no row.
    fn next_row_error(&self, problem: Problem) -> EvalError {
        let mut error = self.error(problem);
        if !self.header.is_empty() {
            error.place.row = Some(self.rows + 1);
        }
        error
    }

    fn header_names(&self) -> Result<Vec<String>, EvalError> {
        if self.record.len() > MAX_COLUMNS {
            return Err(self.error(Problem::TooManyColumns));
        }
        let mut names = Vec::with_capacity(self.record.len());
        let mut seen = HashSet::new();
        for field in &self.record {
            let name = std::str::from_utf8(field).map_err(|_| self.error(Problem::NotUtf8))?;
            if !seen.insert(name) {
                return Err(self.error(Problem::DuplicateColumn { name: excerpt(field) }));
            }
            names.push(name.to_owned());
        }
        Ok(names)
    }
}

/// One row of a table.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    record: &'a ByteRecord,
    table: &'a str,
    number: u64,
}

impl<'a> Row<'a> {
    /// The line of the file on which the row starts, counted from 1.
    pub fn line(&self) -> u64 {
        self.record.position().map_or(0, csv::Position::line)
    }

    /// The value of a column, at most [`MAX_VALUE_BYTES`] long.
    pub fn value(&self, column: &Column) -> Result<&'a [u8], EvalError> {
        let value = self.record.get(column.index).unwrap_or_default();
        if value.len() > MAX_VALUE_BYTES {
            return Err(self.error(Some(column), Problem::ValueTooLarge { bytes: value.len() }));
        }
        Ok(value)
    }

    /// A problem of this row, in a column or as a whole.
    pub fn error(&self, column: Option<&Column>, problem: Problem) -> EvalError {
        let place = Place {
            file: Some(self.table.to_owned()),
            row: Some(self.number),
            line: self.record.position().map(csv::Position::line),
            column: column.map(|column| excerpt(column.name.as_bytes())),
        };
        EvalError { problem, place: Box::new(place) }
    }
}

fn problem_of(error: &csv::Error) -> Problem {
    if let ErrorKind::Io(cause) = error.kind() {
        Problem::Unreadable { detail: cause.to_string() }
    } else {
        Problem::Unreadable { detail: error.to_string() }
    }
}

/// A reader that stops with an error when one record has drawn its allowance: the parser itself would buffer an unclosed
/// quote to the end of the input.
#[derive(Debug)]
struct Allowance<R> {
    inner: R,
    left: usize,
}

impl<R: Read> Read for Allowance<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, "the record is too large"));
        }
        let length = buffer.len().min(self.left);
        let read = self.inner.read(buffer.get_mut(..length).unwrap_or_default())?;
        self.left = self.left.saturating_sub(read);
        Ok(read)
    }
}
