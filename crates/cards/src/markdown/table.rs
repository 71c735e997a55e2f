//! Tables: a row of titles, a row of dashes, and a row for each row.

use serde_json::{Map, Number, Value};

use super::one_line;
use super::write::put;
use crate::CardError;
use crate::form::Column;

/// Writes the columns in which something stands, and the first two.
pub(super) fn write(out: &mut String, columns: &[Column], rows: &[Value]) {
    let has = |column: &Column| rows.iter().any(|row| row.get(column.key).is_some());
    let shown: Vec<&Column> = columns
        .iter()
        .enumerate()
        .filter(|(i, column)| *i < 2 || has(column))
        .map(|(_, column)| column)
        .collect();
    let titles: Vec<&str> = shown.iter().map(|column| column.title).collect();
    let dashes: Vec<&str> = shown.iter().map(|column| if column.number { "---:" } else { "---" }).collect();
    put(out, &format!("| {} |\n| {} |\n", titles.join(" | "), dashes.join(" | ")));
    for row in rows {
        let cells: Vec<String> = shown.iter().map(|column| cell(row.get(column.key))).collect();
        put(out, &format!("| {} |\n", cells.join(" | ")));
    }
}

fn cell(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) => one_line(text).replace('\\', "\\\\").replace('|', "\\|"),
        Some(value) => value.to_string(),
        None => String::new(),
    }
}

/// Reads the rows, each with its line. The first is that of the titles.
pub(super) fn read(columns: &[Column], lines: &[(usize, String)]) -> Result<Vec<(usize, Value)>, CardError> {
    let Some(((line, titles), rows)) = lines.split_first() else { return Ok(Vec::new()) };
    let header = cells(titles).into_iter().map(|title| {
        let is_named = |column: &&Column| {
            column.title.eq_ignore_ascii_case(&title) || column.key.eq_ignore_ascii_case(&title)
        };
        columns.iter().find(is_named).ok_or_else(|| {
            let known: Vec<&str> = columns.iter().map(|column| column.title).collect();
            CardError::new(format!("there is no column `{title}`; columns are {}", known.join(", ")))
                .on(*line)
        })
    });
    let header = header.collect::<Result<Vec<&Column>, CardError>>()?;
    let is_ruler = |text: &str| {
        cells(text).iter().all(|cell| !cell.is_empty() && cell.trim_matches([':', '-']).is_empty())
    };
    let rows = rows.split_first().filter(|((_, text), _)| is_ruler(text)).map_or(rows, |(_, rows)| rows);
    rows.iter()
        .map(|(line, text)| row(&header, text).map(|row| (*line, row)).map_err(|error| error.on(*line)))
        .collect()
}

fn row(header: &[&Column], text: &str) -> Result<Value, CardError> {
    let cells = cells(text);
    if cells.len() > header.len() {
        let message = format!("the row has {} cells, and the table {} columns", cells.len(), header.len());
        return Err(CardError::new(message));
    }
    let mut row = Map::new();
    for (column, cell) in header.iter().zip(cells).filter(|(_, cell)| !cell.is_empty()) {
        let value = if column.number { number(column, &cell)? } else { Value::String(cell) };
        if row.insert(column.key.to_owned(), value).is_some() {
            return Err(CardError::new(format!("the column `{}` stands there twice", column.title)));
        }
    }
    Ok(Value::Object(row))
}

fn number(column: &Column, cell: &str) -> Result<Value, CardError> {
    let whole = cell.parse::<u64>().ok().map(Value::from);
    let any = || cell.parse::<f64>().ok().and_then(Number::from_f64).map(Value::Number);
    whole
        .or_else(any)
        .ok_or_else(|| CardError::new(format!("`{cell}` under `{}` is no number", column.title)))
}

/// The cells of a row; `\|` is a bar, `\\` a backslash.
fn cells(row: &str) -> Vec<String> {
    let row = row.trim();
    let row = row.strip_prefix('|').unwrap_or(row);
    let (mut cells, mut cell, mut chars) = (Vec::new(), String::new(), row.chars());
    let mut is_closed = false;
    while let Some(c) = chars.next() {
        is_closed = c == '|';
        match c {
            '|' => cells.push(one_line(&std::mem::take(&mut cell))),
            '\\' => match chars.next() {
                Some(next @ ('|' | '\\')) => cell.push(next),
                Some(next) => cell.extend(['\\', next]),
                None => cell.push('\\'),
            },
            c => cell.push(c),
        }
    }
    if !is_closed {
        cells.push(one_line(&cell));
    }
    cells
}
