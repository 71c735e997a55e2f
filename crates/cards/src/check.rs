//! The bounds of every field, and what tells rows of a table apart.

use serde_json::Value;

use crate::CardError;
use crate::form::{Column, Field, Form, Kind};
use crate::limits::{MAX_ITEMS, MAX_LINE, MAX_ROWS, MAX_TEXT};

/// Refuses what is beyond the bounds.
pub(crate) fn check(form: &Form, value: &Value) -> Result<(), CardError> {
    form.fields().try_for_each(|(section, field)| {
        let pointer = format!("/{}/{}", section.key, field.key);
        value.pointer(&pointer).map_or(Ok(()), |answer| check_field(field, answer, &pointer))
    })
}

fn check_field(field: &Field, answer: &Value, pointer: &str) -> Result<(), CardError> {
    match field.kind {
        Kind::Line => check_text(answer, MAX_LINE, pointer),
        Kind::Text => check_text(answer, MAX_TEXT, pointer),
        Kind::List => {
            let items = items(answer, MAX_ITEMS, pointer)?;
            items
                .iter()
                .enumerate()
                .try_for_each(|(i, item)| check_text(item, MAX_LINE, &format!("{pointer}/{i}")))
        }
        Kind::Table(columns) => {
            let rows = items(answer, MAX_ROWS, pointer)?;
            rows.iter()
                .enumerate()
                .try_for_each(|(i, row)| check_row(columns, row, &format!("{pointer}/{i}")))
        }
    }
}

fn check_row(columns: &[Column], row: &Value, pointer: &str) -> Result<(), CardError> {
    if let Some(first) = columns.first()
        && row.get(first.key).and_then(Value::as_str).is_none_or(|text| text.trim().is_empty())
    {
        return Err(
            CardError::new("is empty: say what the row is about").at(format!("{pointer}/{}", first.key))
        );
    }
    columns.iter().try_for_each(|column| {
        row.get(column.key)
            .map_or(Ok(()), |cell| check_text(cell, MAX_LINE, &format!("{pointer}/{}", column.key)))
    })
}

fn items<'a>(answer: &'a Value, most: usize, pointer: &str) -> Result<&'a [Value], CardError> {
    let items = answer.as_array().map_or(&[][..], Vec::as_slice);
    if items.len() > most {
        return Err(CardError::new(format!("{} items are more than {most}", items.len())).at(pointer));
    }
    Ok(items)
}

fn check_text(answer: &Value, most: usize, pointer: &str) -> Result<(), CardError> {
    let Some(text) = answer.as_str() else { return Ok(()) };
    let length = text.chars().count();
    if length > most {
        return Err(CardError::new(format!("{length} characters are more than {most}")).at(pointer));
    }
    if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        return Err(CardError::new("has control characters").at(pointer));
    }
    Ok(())
}
