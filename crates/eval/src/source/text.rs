//! Chunks of text columns in the making, row by row.

use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_array::builder::StringBuilder;

use super::{Chunk, Chunks};
use crate::error::EvalError;

const CHUNK_ROWS: usize = 1 << 13;

/// A text format that is read row by row.
pub(super) trait TextRows {
    /// How many columns are read.
    fn columns(&self) -> usize;

    /// How many rows have been read.
    fn rows(&self) -> u64;

    /// Appends the next row, or says that there is none.
    fn push_row(&mut self, chunk: &mut TextColumns) -> Result<bool, EvalError>;
}

/// The chunks of a text format. An error is held back until the rows before it have been handed out, so that the first
/// fault of a file is the one that is reported.
pub(super) struct TextChunks<T> {
    rows: T,
    error: Option<EvalError>,
}

impl<T> TextChunks<T> {
    pub(super) fn new(rows: T) -> Self {
        Self { rows, error: None }
    }
}

impl<T: TextRows> Chunks for TextChunks<T> {
    fn next_chunk(&mut self) -> Result<Option<Chunk>, EvalError> {
        if let Some(error) = self.error.take() {
            return Err(error);
        }
        let mut chunk = TextColumns::new(self.rows.columns(), self.rows.rows() + 1);
        while self.error.is_none() && !chunk.is_full() {
            match self.rows.push_row(&mut chunk) {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => self.error = Some(error),
            }
        }
        match chunk.finish() {
            Some(chunk) => Ok(Some(chunk)),
            None => self.error.take().map_or(Ok(None), Err),
        }
    }
}

/// Text columns in the making.
pub(super) struct TextColumns {
    columns: Vec<StringBuilder>,
    lines: Vec<u64>,
    first_row: u64,
}

impl TextColumns {
    /// Columns whose first row has this number.
    pub(super) fn new(columns: usize, first_row: u64) -> Self {
        let columns = (0..columns).map(|_| StringBuilder::new()).collect();
        Self { columns, lines: Vec::new(), first_row }
    }

    /// Appends the values of one row, in the order of the columns.
    pub(super) fn push<'a>(&mut self, line: u64, values: impl Iterator<Item = Option<&'a str>>) {
        for (column, value) in self.columns.iter_mut().zip(values) {
            column.append_option(value);
        }
        self.lines.push(line);
    }

    pub(super) fn is_full(&self) -> bool {
        self.lines.len() >= CHUNK_ROWS
    }

    /// The chunk, or nothing if there are no rows.
    pub(super) fn finish(mut self) -> Option<Chunk> {
        let rows = self.lines.len();
        let columns = self.columns.iter_mut().map(|column| -> ArrayRef { Arc::new(column.finish()) });
        (rows > 0).then(|| Chunk {
            columns: columns.collect(),
            first_row: self.first_row,
            lines: self.lines,
            rows,
        })
    }
}
