//! Markdown out and in.
//!
//! The layout is that of the form: `# Model card: NAME`, `## Section`, single lines as `- **Field:** answer`,
//! everything else under `### Field`, tables as tables. What asks for an answer stands in a comment, which reading
//! leaves out. Markdown carries every field: lines, items and cells with each run of blanks as one blank, paragraphs
//! without blanks at the ends of lines. Characters that steer or hide text are made visible ([`crate::shown`]).
//! [`carried`] is what is left of a record, and reading what was written gives exactly that.
//!
//! Reading is tolerant of people: headings in any case and by other names that are in use, `*` and numbers as marks of
//! items, items over several lines, tables with columns in another order or without some. Anything else is told with
//! its line.

mod read;
mod table;
mod write;

pub use read::{read, read_leniently};
pub(crate) use write::put;
pub use write::write;

use serde_json::Value;

use crate::form::Kind;
use crate::text::plain;
use crate::{CardError, Record};

/// What Markdown carries of a record.
pub fn carried<R: Record>(record: &R) -> Result<R, CardError> {
    let mut value = record.to_value()?;
    for (section, field) in R::form().fields() {
        let Some(answer) = value.pointer_mut(&format!("/{}/{}", section.key, field.key)) else { continue };
        match (field.kind, answer) {
            (Kind::Line, Value::String(text)) => *text = one_line(&plain(text)),
            (Kind::Text, Value::String(text)) => *text = paragraphs(&plain(text)),
            (Kind::List, Value::Array(items)) => {
                items.iter_mut().for_each(shrink);
                items.retain(|item| item.as_str() != Some(""));
            }
            (Kind::Table(_), Value::Array(rows)) => {
                rows.iter_mut()
                    .filter_map(Value::as_object_mut)
                    .for_each(|row| row.values_mut().for_each(shrink));
            }
            _ => {}
        }
    }
    R::from_value(value)
}

fn shrink(value: &mut Value) {
    if let Value::String(text) = value {
        *text = one_line(&plain(text));
    }
}

/// Each run of blanks as one blank.
pub(crate) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Lines without blanks at their ends, without empty lines around them.
pub(crate) fn paragraphs(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    let is_written = |line: &&str| !line.is_empty();
    let Some(first) = lines.iter().position(is_written) else { return String::new() };
    let last = lines.iter().rposition(is_written).unwrap_or(first);
    lines.get(first..=last).unwrap_or_default().join("\n")
}

/// Whether a line would be read as structure once the backslashes before it are taken away: a heading of the first
/// three levels, or a comment.
fn is_structure(line: &str) -> bool {
    let line = line.trim_start();
    let hashes = line.chars().take_while(|c| *c == '#').count();
    let is_heading = (1..=3).contains(&hashes) && line.chars().nth(hashes).is_none_or(char::is_whitespace);
    is_heading || line.starts_with("<!--")
}

/// A line of a paragraph as it is written: one backslash more where it would be read as structure.
fn escaped(line: &str) -> String {
    let blank = line.len() - line.trim_start().len();
    let (indent, rest) = line.split_at_checked(blank).unwrap_or(("", line));
    if is_structure(rest.trim_start_matches('\\')) { format!("{indent}\\{rest}") } else { line.to_owned() }
}

/// The line of a paragraph that was written like this.
fn unescaped(line: &str) -> String {
    let blank = line.len() - line.trim_start().len();
    let (indent, rest) = line.split_at_checked(blank).unwrap_or(("", line));
    match rest.strip_prefix('\\') {
        Some(bare) if is_structure(rest.trim_start_matches('\\')) => format!("{indent}{bare}"),
        _ => line.to_owned(),
    }
}
