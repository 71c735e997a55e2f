//! Records in files, and descriptions in Croissant: the form is told by the content when they are read, and by the option or the name when they are written.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::Path;

use assent_cards::limits::MAX_BYTES;
use assent_cards::{
    AnyRecord, CardError, Completeness, Datasheet, ModelCard, Record as _, croissant, html, hub, markdown,
};
use clap::ValueEnum;
use serde_json::{Value, json};

use crate::problem::Problem;

/// A form in which a record is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::commands) enum Form {
    /// JSON, which holds everything.
    Json,
    /// Markdown for people.
    Markdown,
    /// The README of a model hub: YAML, and Markdown below it.
    Hub,
    /// One page for a browser, or for paper.
    Html,
}

/// A record as it was read, and what was left out.
#[derive(Debug)]
pub(in crate::commands) struct Held {
    pub(in crate::commands) record: AnyRecord,
    pub(in crate::commands) left_out: Vec<String>,
}

/// Reads a file.
pub(in crate::commands) fn read(path: &Path) -> Result<Held, Problem> {
    let opened = File::open(path).map_err(|error| Problem::path("read", path, error))?;
    let mut bytes = Vec::new();
    let most = MAX_BYTES as u64 + 1;
    opened.take(most).read_to_end(&mut bytes).map_err(|error| Problem::path("read", path, error))?;
    parse(&bytes).map_err(|problem| Problem::new(format!("`{}`: {problem}", path.display())).hint(HINT))
}

const HINT: &str =
    "mend the file where the message says; a document of no form is attached with `assent version attach`";

fn parse(bytes: &[u8]) -> Result<Held, String> {
    let whole = |record| Held { record, left_out: Vec::new() };
    let wrong = |error: CardError| error.to_string();
    if bytes.len() > MAX_BYTES {
        return Err(format!("it has more than {MAX_BYTES} bytes"));
    }
    if bytes.trim_ascii_start().starts_with(b"{") {
        let read = AnyRecord::from_json(bytes).map_err(wrong)?;
        if read.is_none() && croissant::is_one(bytes) {
            let sheet = croissant::read(bytes).map_err(wrong)?;
            return Ok(whole(AnyRecord::Datasheet(Box::new(sheet))));
        }
        let named = format!("`{}` or `{}`", ModelCard::form().schema, Datasheet::form().schema);
        return read.map(whole).ok_or_else(|| format!("it is no JSON whose member `schema` is {named}"));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())?;
    if text.trim_start_matches('\u{feff}').starts_with("---") {
        let hub::Readme { card, left_out } = hub::read(text).map_err(wrong)?;
        return Ok(Held { record: AnyRecord::ModelCard(Box::new(card)), left_out });
    }
    if is_datasheet(text) {
        return markdown::read(text).map(|sheet| whole(AnyRecord::Datasheet(Box::new(sheet)))).map_err(wrong);
    }
    markdown::read(text).map(|card| whole(AnyRecord::ModelCard(Box::new(card)))).map_err(wrong)
}

/// By the title, or by the comment that is written below it.
fn is_datasheet(text: &str) -> bool {
    let form = Datasheet::form();
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty()).take(3);
    lines.any(|line| {
        let title = line.strip_prefix("# ").is_some_and(|title| title.starts_with(form.title));
        title || line == format!("<!-- {} -->", form.schema)
    })
}

/// Writes a record to a file, in the form that is named or else that of the name.
pub(in crate::commands) fn write(
    record: &AnyRecord,
    path: &Path,
    form: Option<Form>,
) -> Result<Value, Problem> {
    let is_json = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
    let is_page = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("html"));
    let form = form.unwrap_or(match (is_json, is_page) {
        (true, _) => Form::Json,
        (false, true) => Form::Html,
        (false, false) => Form::Markdown,
    });
    let written = match (record, form) {
        (AnyRecord::ModelCard(card), Form::Json) => card.to_json(),
        (AnyRecord::ModelCard(card), Form::Markdown) => markdown::write(card.as_ref()),
        (AnyRecord::ModelCard(card), Form::Hub) => hub::write(card),
        (AnyRecord::ModelCard(card), Form::Html) => html::write(card.as_ref()),
        (AnyRecord::Datasheet(sheet), Form::Json) => sheet.to_json(),
        (AnyRecord::Datasheet(sheet), Form::Markdown) => markdown::write(sheet.as_ref()),
        (AnyRecord::Datasheet(sheet), Form::Html) => html::write(sheet.as_ref()),
        (AnyRecord::Datasheet(_), Form::Hub) => {
            return Err(Problem::new("a datasheet is not written as the README of a model")
                .hint("write it with `--form markdown`, `--form html` or `--form json`"));
        }
    };
    let text = written.map_err(Problem::new)?;
    fs::write(path, &text).map_err(|error| {
        Problem::path("written", path, error).hint("name a file in a folder that can be written")
    })?;
    Ok(json!({"file": path.to_string_lossy(), "sizeBytes": text.len()}))
}

/// How much is filled in, in the form in which the server says it.
pub(in crate::commands) fn counted(record: &AnyRecord) -> Result<(Completeness, Value), Problem> {
    let counted = record.completeness().map_err(Problem::new)?;
    let share = f64::from(counted.answered()) / f64::from(counted.asked().max(1));
    let sections: Vec<Value> = counted
        .sections
        .iter()
        .map(|section| {
            json!({"section": section.section, "answered": section.answered, "asked": section.asked,
                "missing": section.missing})
        })
        .collect();
    let json = json!({"form": record.form().schema, "completeness": share, "sections": sections});
    Ok((counted, json))
}
