//! A record as Markdown.

use std::fmt::Write as _;

use serde_json::Value;

use super::{escaped, one_line, paragraphs, table};
use crate::form::{Field, Form, Kind, Section};
use crate::{CardError, Record};

/// Writes a record. Fields that nobody answered stand there with what they ask.
pub fn write<R: Record>(record: &R) -> Result<String, CardError> {
    let value = super::carried(record)?.to_value()?;
    let form = R::form();
    let mut out = String::new();
    title(&mut out, form, &value);
    for section in form.sections {
        write_section(&mut out, section, value.get(section.key).unwrap_or(&Value::Null));
    }
    Ok(out)
}

fn title(out: &mut String, form: &Form, value: &Value) {
    let name = value.pointer(&format!("/{}/{}", form.name.0, form.name.1)).and_then(Value::as_str);
    let name = one_line(name.unwrap_or_default());
    let title = if name.is_empty() { form.title.to_owned() } else { format!("{}: {name}", form.title) };
    put(out, &format!("# {title}\n\n<!-- {} -->\n", form.schema));
}

fn write_section(out: &mut String, section: &Section, answers: &Value) {
    put(out, &format!("\n## {}\n", section.title));
    let is_line = |field: &&Field| matches!(field.kind, Kind::Line);
    if section.fields.iter().any(|field| is_line(&field)) {
        put(out, "\n");
    }
    for field in section.fields.iter().filter(is_line) {
        let answer = one_line(answers.get(field.key).and_then(Value::as_str).unwrap_or_default());
        let shown = if answer.is_empty() { format!("<!-- {} -->", field.asks) } else { escaped(&answer) };
        put(out, &format!("- **{}:** {shown}\n", field.title));
    }
    for field in section.fields.iter().filter(|field| !is_line(field)) {
        put(out, &format!("\n### {}\n\n", field.title));
        match answers.get(field.key) {
            Some(answer) => write_answer(out, field, answer),
            None => put(out, &format!("<!-- {} -->\n", field.asks)),
        }
    }
}

fn write_answer(out: &mut String, field: &Field, answer: &Value) {
    match field.kind {
        Kind::Line => {}
        Kind::Text => {
            let text = paragraphs(answer.as_str().unwrap_or_default());
            text.lines().for_each(|line| put(out, &format!("{}\n", escaped(line))));
        }
        Kind::List => {
            let items = answer.as_array().map_or(&[][..], Vec::as_slice);
            for item in items.iter().filter_map(Value::as_str).map(one_line).filter(|item| !item.is_empty()) {
                put(out, &format!("- {item}\n"));
            }
        }
        Kind::Table(columns) => table::write(out, columns, answer.as_array().map_or(&[][..], Vec::as_slice)),
    }
}

/// Adds to what is written.
pub(crate) fn put(out: &mut String, text: &str) {
    let _written = out.write_str(text);
}
