//! A record as one HTML page, to be looked at and printed.
//!
//! The page is whole: its style is in it, nothing is fetched and nothing runs, and it says so to the browser by a
//! Content-Security-Policy. Whatever people wrote is text and nothing else. Questions that nobody answered are shown as gaps.

use std::fmt::Write as _;

use serde_json::Value;

use crate::form::{Column, Field, Form, Kind, Section};
use crate::markdown::{one_line, paragraphs};
use crate::text::shown;
use crate::{CardError, Record};

const STYLE: &str = include_str!("style.css");
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/// Writes a record.
pub fn write<R: Record>(record: &R) -> Result<String, CardError> {
    let value = record.to_value()?;
    let form = R::form();
    let completeness = record.completeness()?;
    let (answered, asked) = (completeness.answered(), completeness.asked());
    let name = value.pointer(&format!("/{}/{}", form.name.0, form.name.1)).and_then(Value::as_str);
    let name = name.map(one_line).filter(|name| !name.is_empty());
    let with = |name: String| format!("{}: {name}", escaped(form.title));
    let title = name.as_ref().map_or_else(|| escaped(form.title), |name| with(escaped(name)));
    let mut out = head(&title);
    let heading = name.map_or(title, |name| with(format!("<bdi>{}</bdi>", escaped(&name))));
    put(&mut out, &format!("<h1>{heading}</h1>\n"));
    put(
        &mut out,
        &format!(
            "<p class=\"form\">{}, {answered} of {asked} questions answered</p>\n",
            escaped(form.schema)
        ),
    );
    contents(&mut out, form);
    for section in form.sections {
        write_section(&mut out, section, value.get(section.key).unwrap_or(&Value::Null));
    }
    put(&mut out, "</main>\n</body>\n</html>\n");
    Ok(out)
}

fn head(title: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n"
    )
}

fn contents(out: &mut String, form: &Form) {
    put(out, "<nav aria-label=\"Sections\"><ol>\n");
    for section in form.sections {
        put(out, &format!("<li><a href=\"#{}\">{}</a></li>\n", escaped(section.key), escaped(section.title)));
    }
    put(out, "</ol></nav>\n");
}

fn write_section(out: &mut String, section: &Section, answers: &Value) {
    let (key, title) = (escaped(section.key), escaped(section.title));
    put(out, &format!("<section id=\"{key}\">\n<h2>{title}</h2>\n<dl>\n"));
    for field in section.fields {
        put(out, &format!("<dt>{}</dt>\n<dd>", escaped(field.title)));
        match answers.get(field.key).filter(|answer| !answer.is_null()) {
            Some(answer) => write_answer(out, field, answer),
            None => put(out, &format!("<p class=\"gap\">Not answered. {}</p>", escaped(field.asks))),
        }
        put(out, "</dd>\n");
    }
    put(out, "</dl>\n</section>\n");
}

fn write_answer(out: &mut String, field: &Field, answer: &Value) {
    let items = || answer.as_array().map_or(&[][..], Vec::as_slice);
    match field.kind {
        Kind::Line => {
            put(
                out,
                &format!("<p dir=\"auto\">{}</p>", escaped(&one_line(answer.as_str().unwrap_or_default()))),
            );
        }
        Kind::Text => {
            for paragraph in paragraphs(answer.as_str().unwrap_or_default()).split("\n\n") {
                put(out, &format!("<p dir=\"auto\">{}</p>\n", escaped(paragraph).replace('\n', "<br>\n")));
            }
        }
        Kind::List => {
            put(out, "<ul>\n");
            for item in items().iter().filter_map(Value::as_str) {
                put(out, &format!("<li dir=\"auto\">{}</li>\n", escaped(&one_line(item))));
            }
            put(out, "</ul>");
        }
        Kind::Table(columns) => write_table(out, columns, items()),
    }
}

/// The columns in which something stands, and the first two.
fn write_table(out: &mut String, columns: &[Column], rows: &[Value]) {
    let has = |column: &Column| rows.iter().any(|row| row.get(column.key).is_some());
    let shown = columns.iter().enumerate().filter(|(i, column)| *i < 2 || has(column));
    let shown: Vec<&Column> = shown.map(|(_, column)| column).collect();
    put(out, "<table>\n<thead><tr>");
    for column in &shown {
        put(out, &format!("<th scope=\"col\"{}>{}</th>", class(column), escaped(column.title)));
    }
    put(out, "</tr></thead>\n<tbody>\n");
    for row in rows {
        put(out, "<tr>");
        for column in &shown {
            put(out, &format!("<td{}>{}</td>", class(column), cell(row.get(column.key))));
        }
        put(out, "</tr>\n");
    }
    put(out, "</tbody>\n</table>");
}

fn class(column: &Column) -> &'static str {
    if column.number { " class=\"number\"" } else { "" }
}

fn cell(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) => format!("<bdi>{}</bdi>", escaped(&one_line(text))),
        Some(value) => escaped(&value.to_string()),
        None => String::new(),
    }
}

/// Text that is neither markup nor steers the reader's screen or the reading of other text: also inside of an attribute in
/// double quotes.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars().filter_map(shown) {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' => out.push(c),
            c if c.is_control() => out.push(char::REPLACEMENT_CHARACTER),
            c => out.push(c),
        }
    }
    out
}

fn put(out: &mut String, text: &str) {
    let _written = out.write_str(text);
}
