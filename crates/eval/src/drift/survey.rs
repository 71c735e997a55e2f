//! Which columns two tables have in common, and which of them hold numbers.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::column;
use crate::error::{EvalError, excerpt};
use crate::progress::Progress;
use crate::source::{ColumnKind, DataFile, Projection, columns};
use crate::units;

/// Which columns are compared, and as what.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ColumnChoice {
    /// The columns to compare; every column that both tables have, where none is named. A column that is named and cannot be
    /// compared is an error; one that is not named is left out with the reason.
    pub columns: Vec<String>,
    /// Columns whose values are categories even if they are numbers.
    pub categorical: Vec<String>,
    /// Columns whose values must be numbers.
    pub numeric: Vec<String>,
}

/// A column that is in one of the tables, and was not compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LeftOut {
    /// Its name.
    pub column: String,
    /// Why, as a stable code.
    pub code: String,
    /// Why, in words.
    pub reason: String,
}

/// What the values of a column are taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Numbers,
    Categories,
    /// Numbers if all of its values are.
    Undecided,
}

/// The files of both tables.
#[derive(Clone, Copy)]
pub(super) struct Tables<'a>(pub(super) [&'a [DataFile]; 2]);

impl Tables<'_> {
    /// How large all files are.
    pub(super) fn bytes(self) -> u64 {
        self.0.map(units::bytes).into_iter().fold(0, u64::saturating_add)
    }
}

/// The columns to compare in their order, and those that are left out.
#[derive(Default)]
pub(super) struct Survey {
    pub(super) columns: Vec<(String, Kind)>,
    pub(super) left_out: Vec<LeftOut>,
    /// The rows of both tables.
    pub(super) rows: u64,
}

const SIDES: [(&str, &str); 2] =
    [("NOT_IN_REFERENCE", "the reference"), ("NOT_IN_CURRENT", "the current data")];

impl Survey {
    /// What the files say of their columns, before any row is read.
    pub(super) fn of_headers(tables: Tables<'_>, choice: &ColumnChoice) -> Result<Self, EvalError> {
        let mut survey = Self::default();
        let headers = tables.0.map(header);
        let [reference, current] = headers;
        let headers = [reference?, current?];
        let all = choice.columns.is_empty();
        let names = if all { all_names(&headers) } else { choice.columns.clone() };
        for name in names {
            let absent = headers.iter().zip(SIDES).find(|(header, _)| !header.kinds.contains_key(&name));
            if let Some((_, (code, table))) = absent.filter(|_| all) {
                let reason = format!("{table} has no such column, or not in every file");
                survey.left_out.push(LeftOut { column: name, code: code.to_owned(), reason });
                continue;
            }
            let kinds: Vec<&ColumnKind> =
                headers.iter().filter_map(|header| header.kinds.get(&name)).flatten().collect();
            let kind = kind(&name, &kinds, choice);
            survey.columns.push((name, kind));
        }
        Ok(survey)
    }

    /// Reads the columns about which the files do not say whether they hold numbers, and counts rows.
    pub(super) fn decide(&mut self, tables: Tables<'_>, progress: &dyn Progress) -> Result<(), EvalError> {
        let undecided = |(_, kind): &&(String, Kind)| *kind == Kind::Undecided;
        let mut names: Vec<&String> = self.columns.iter().filter(undecided).map(|(name, _)| name).collect();
        if names.is_empty() {
            // Rows are counted all the same.
            names.extend(self.columns.first().map(|(name, _)| name));
        }
        let mut projection = Projection::default();
        for name in names {
            projection.text(name);
        }
        let (mut rows, mut are_numbers) = (0_u64, vec![true; projection.names().len()]);
        let [reference, current] = tables.0.map(|files| units::of_files(files, &projection));
        let units_of_both = [reference?, current?];
        let known = units_of_both.each_ref().map(|units| units::rows(units)).into_iter().sum();
        progress.begin(known, tables.bytes());
        for units in &units_of_both {
            let parts = units::read_all(units, &projection, progress, |_, file, chunks| {
                let (mut rows, mut are_numbers) = (0_u64, vec![true; projection.names().len()]);
                while let Some(chunk) = chunks.next_chunk()? {
                    rows = rows.saturating_add(chunk.rows as u64);
                    for (index, (array, is)) in chunk.columns.iter().zip(&mut are_numbers).enumerate() {
                        if *is {
                            *is = column::all_numbers(array.as_ref()).map_err(|(row, problem)| {
                                let name = projection.names().get(index).map(String::as_str);
                                EvalError { problem, place: Box::new(chunk.place(file, row, name)) }
                            })?;
                        }
                    }
                }
                Ok((rows, are_numbers))
            })?;
            for (part_rows, part) in parts {
                rows = rows.saturating_add(part_rows);
                are_numbers.iter_mut().zip(part).for_each(|(is, part)| *is &= part);
            }
        }
        self.rows = rows;
        for (name, is) in projection.names().iter().zip(are_numbers) {
            for (known, kind) in &mut self.columns {
                if known == name && *kind == Kind::Undecided {
                    *kind = if is { Kind::Numbers } else { Kind::Categories };
                }
            }
        }
        Ok(())
    }

    /// Leaves out the column that an error is about, if it is one that others need not suffer from.
    pub(super) fn leave_out(&mut self, error: &EvalError) -> bool {
        const OF_THE_COLUMN: [&str; 5] =
            ["NESTED_VALUE", "NOT_UTF8", "TOO_MANY_CATEGORIES", "UNSUPPORTED_TYPE", "VALUE_TOO_LARGE"];
        let Some(column) = error.place.column.as_ref().filter(|_| OF_THE_COLUMN.contains(&error.code()))
        else {
            return false;
        };
        let place = self.columns.iter().position(|(name, _)| excerpt(name.as_bytes()) == *column);
        let Some(place) = place else { return false };
        let (column, _) = self.columns.remove(place);
        let (code, reason) = (error.code().to_owned(), error.to_string());
        self.left_out.push(LeftOut { column, code, reason });
        true
    }
}

/// The columns that every file of a table has, in the order of the first file, and what each file says of them.
struct Header {
    names: Vec<String>,
    kinds: BTreeMap<String, Vec<ColumnKind>>,
}

fn header(files: &[DataFile]) -> Result<Header, EvalError> {
    let mut header = Header { names: Vec::new(), kinds: BTreeMap::new() };
    for (index, file) in files.iter().enumerate() {
        let columns = columns(file)?;
        let own: BTreeSet<&String> = columns.iter().map(|column| &column.name).collect();
        header.kinds.retain(|name, _| own.contains(name));
        for column in columns {
            if index == 0 {
                header.names.push(column.name.clone());
                header.kinds.entry(column.name).or_default().push(column.kind);
            } else if let Some(kinds) = header.kinds.get_mut(&column.name) {
                kinds.push(column.kind);
            }
        }
    }
    Ok(header)
}

/// The columns of the reference in its order, then those that only the current data has.
fn all_names(headers: &[Header; 2]) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let names = headers.iter().flat_map(|header| &header.names);
    names.filter(|name| seen.insert(name.as_str())).cloned().collect()
}

fn kind(name: &String, kinds: &[&ColumnKind], choice: &ColumnChoice) -> Kind {
    if choice.categorical.contains(name) {
        Kind::Categories
    } else if choice.numeric.contains(name) || kinds.iter().all(|kind| **kind == ColumnKind::Numbers) {
        Kind::Numbers
    } else if kinds.iter().any(|kind| **kind == ColumnKind::Booleans) {
        Kind::Categories
    } else {
        Kind::Undecided
    }
}
