//! People's text over filled figures.

use serde_json::{Map, Value};

use crate::completeness::is_answered;
use crate::form::{Column, Form, Kind};
use crate::{CardError, Record, Source};

/// One record of two: what is filled in from records, and what people wrote. Where people answered, their answer stands. In
/// tables the filled rows stand with their figures, people's cells are put where the filled ones are empty, and rows that only
/// people wrote are kept. A written row that cites a record which the filled ones no longer name is left out: a newer
/// evaluation or assessment has taken its place.
pub fn merge<R: Record>(filled: &R, written: &R) -> Result<R, CardError> {
    let (filled, written) = (filled.to_value()?, written.to_value()?);
    R::from_value(merged(R::form(), &filled, &written))
}

fn merged(form: &Form, filled: &Value, written: &Value) -> Value {
    let mut record = Map::new();
    record.insert("schema".to_owned(), Value::from(form.schema));
    for section in form.sections {
        let mut answers = Map::new();
        for field in section.fields {
            let of =
                |value: &Value| value.get(section.key).and_then(|section| section.get(field.key)).cloned();
            let answer = match (field.kind, of(filled), of(written)) {
                (Kind::Table(columns), Some(filled), Some(written)) => Some(rows(columns, &filled, &written)),
                (_, filled, Some(written)) if is_answered(&written) || filled.is_none() => Some(written),
                (_, filled, _) => filled,
            };
            answers.extend(answer.map(|answer| (field.key.to_owned(), answer)));
        }
        record.insert(section.key.to_owned(), Value::Object(answers));
    }
    Value::Object(record)
}

fn rows(columns: &[Column], filled: &Value, written: &Value) -> Value {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let written = list(written);
    let mut rows: Vec<Value> = list(filled);
    for row in &mut rows {
        let named = name(columns, row);
        let twin = written.iter().find(|written| name(columns, written) == named);
        if let (Some(row), Some(twin)) = (row.as_object_mut(), twin.and_then(Value::as_object)) {
            for (key, cell) in twin {
                if !row.get(key).is_some_and(is_answered) {
                    row.insert(key.clone(), cell.clone());
                }
            }
        }
    }
    let names: Vec<Vec<Value>> = rows.iter().map(|row| name(columns, row)).collect();
    let only_written = |row: &Value| !names.contains(&name(columns, row)) && !cites_a_record(row);
    rows.extend(written.into_iter().filter(only_written));
    Value::Array(rows)
}

fn name(columns: &[Column], row: &Value) -> Vec<Value> {
    let named = columns.iter().filter(|column| column.names_row);
    named.map(|column| row.get(column.key).cloned().unwrap_or_default()).collect()
}

fn cites_a_record(row: &Value) -> bool {
    let source = row.get("source").and_then(Value::as_str).and_then(|text| text.parse().ok());
    source.is_some_and(|source: Source| source != Source::Reported)
}
