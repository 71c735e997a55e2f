//! The rows of a CSV table, as text columns.

use std::io::Read;

use super::Projection;
use super::text::{TextColumns, TextRows};
use crate::error::{EvalError, Problem};
use crate::table::{Column, Input, Table};

pub(super) struct CsvRows<R: Read> {
    table: Table<R>,
    columns: Vec<Column>,
}

impl<R: Read> CsvRows<R> {
    pub(super) fn open(name: &str, reader: R, projection: &Projection) -> Result<Self, EvalError> {
        let table = Table::open(Input::new(name, reader))?;
        let columns = projection.names().iter().map(|name| table.column(name)).collect::<Result<_, _>>()?;
        Ok(Self { table, columns })
    }
}

impl<R: Read> TextRows for CsvRows<R> {
    fn columns(&self) -> usize {
        self.columns.len()
    }

    fn rows(&self) -> u64 {
        self.table.rows()
    }

    fn push_row(&mut self, chunk: &mut TextColumns) -> Result<bool, EvalError> {
        let Some(row) = self.table.next_row()? else { return Ok(false) };
        let mut values = Vec::with_capacity(self.columns.len());
        for column in &self.columns {
            let text = std::str::from_utf8(row.value(column)?);
            let text = text.map_err(|_| row.error(Some(column), Problem::NotUtf8))?;
            values.push(Some(text).filter(|text| !text.is_empty()));
        }
        chunk.push(row.line(), values.into_iter());
        Ok(true)
    }
}
