//! The lines by which a store finds rows, against the columns that they are the lines of. A store may keep them in a table of its
//! own; what was changed there by hand would hide a row from a search, or show it under what is not its own.

use std::collections::BTreeSet;

use assent_store::{Read, Row, StoreError, Table, Value};
use uuid::Uuid;

use super::{Difference, Report, cut};

/// The lines that the log gives the rows of one table: column, row, line. Of a million versions with five files each they take
/// less than the states that the rebuilding process holds.
#[derive(Default)]
pub(super) struct Lines(BTreeSet<(&'static str, Uuid, String)>);

impl Lines {
    /// None yet, of a table whose lines the store keeps apart from the column.
    pub(super) fn of(table: &Table, read: &dyn Read) -> Option<Self> {
        (read.keeps_lines_apart() && table.columns.iter().any(|column| column.by_line)).then(Self::default)
    }

    /// Takes a row as the log says that it is.
    pub(super) fn add(&mut self, table: &Table, row: &Row) {
        for (column, value) in table.columns.iter().zip(&row.columns).filter(|(column, _)| column.by_line) {
            if let Some(Value::Text(text)) = value {
                self.0.extend(text.split('\n').map(|line| (column.name, row.id, line.to_owned())));
            }
        }
    }

    /// Compares them with those that the store has.
    pub(super) fn compare(
        mut self,
        table: &Table,
        read: &dyn Read,
        report: &mut Report,
    ) -> Result<(), StoreError> {
        let mut note = |problem: &str, column: &str, id: Uuid, log: &str, stored: &str| {
            report.note(Difference {
                table: table.name.to_owned(),
                id,
                problem: format!("{problem} {column}"),
                log: cut(log),
                stored: cut(stored),
            });
        };
        read.scan_lines(table.name, &mut |column, line, id| {
            if !self.0.remove(&(column, id, line.to_owned())) {
                note("LINE_NOT_IN_LOG", column, id, "", line);
            }
            Ok(())
        })?;
        for (column, id, line) in self.0 {
            note("LINE_MISSING", column, id, &line, "");
        }
        Ok(())
    }
}
