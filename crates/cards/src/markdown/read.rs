//! A record from Markdown.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{one_line, paragraphs, table, unescaped};
use crate::form::{Field, Form, Kind, Section};
use crate::limits::MAX_BYTES;
use crate::{CardError, Record};

/// Reads a record. What stands under no heading of the form is refused.
pub fn read<R: Record>(text: &str) -> Result<R, CardError> {
    let (record, mut skipped) = parse::<R>(text)?;
    if skipped.is_empty() { Ok(record) } else { Err(skipped.swap_remove(0)) }
}

/// Reads what stands under headings of the form, and gives what was left out.
pub fn read_leniently<R: Record>(text: &str) -> Result<(R, Vec<String>), CardError> {
    let (record, skipped) = parse::<R>(text)?;
    Ok((record, skipped.iter().map(ToString::to_string).collect()))
}

fn parse<R: Record>(text: &str) -> Result<(R, Vec<CardError>), CardError> {
    if text.len() > MAX_BYTES {
        return Err(CardError::new(format!("{} bytes are more than {MAX_BYTES}", text.len())));
    }
    let mut reader = Reader::new(R::form());
    for (i, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        reader.line(i + 1, line.trim_end())?;
    }
    reader.close()?;
    let Reader { form, mut record, lines, skipped, .. } = reader;
    record.insert("schema".to_owned(), Value::from(form.schema));
    let read = R::from_value(Value::Object(record));
    read.map(|record| (record, skipped)).map_err(|error| located(error, &lines))
}

/// The line of the pointer, or of the nearest one above it.
fn located(error: CardError, lines: &BTreeMap<String, usize>) -> CardError {
    let mut pointer = error.pointer.as_deref();
    while let Some(held) = pointer {
        if let Some(line) = lines.get(held) {
            return error.clone().on(*line);
        }
        pointer = held.rsplit_once('/').map(|(above, _)| above).filter(|above| !above.is_empty());
    }
    error
}

/// Where in the form the reading is.
#[derive(Clone, Copy)]
enum Place {
    /// Before the first section.
    Top,
    /// In a section, before its first field under a heading.
    Section(&'static Section),
    /// Under the heading of a field.
    Field(&'static Section, &'static Field),
    /// In a section, under a heading that is not of the form.
    Foreign(&'static Section),
    /// Under a heading that is not of the form.
    Elsewhere,
}

struct Reader {
    form: &'static Form,
    place: Place,
    /// What stands under the heading of the field, each line with its number.
    held: Vec<(usize, String)>,
    /// The line field of a section that a next line may go on.
    open_line: Option<&'static Field>,
    record: Map<String, Value>,
    /// By pointer, the line.
    lines: BTreeMap<String, usize>,
    skipped: Vec<CardError>,
}

impl Reader {
    fn new(form: &'static Form) -> Self {
        Self {
            form,
            place: Place::Top,
            held: Vec::new(),
            open_line: None,
            record: Map::new(),
            lines: BTreeMap::new(),
            skipped: Vec::new(),
        }
    }

    fn line(&mut self, number: usize, line: &str) -> Result<(), CardError> {
        if is_comment(line) {
            return Ok(());
        }
        if let Some((level, title)) = heading(line) {
            return self.heading(number, level, title);
        }
        match self.place {
            Place::Top if !line.trim().is_empty() => {
                let message = "the text stands before the first section: put it under a heading";
                self.skip(CardError::new(message).on(number));
                Ok(())
            }
            Place::Top | Place::Foreign(_) | Place::Elsewhere => Ok(()),
            Place::Section(section) => self.in_section(section, number, line),
            Place::Field(..) => {
                self.held.push((number, line.to_owned()));
                Ok(())
            }
        }
    }

    /// The first hundred are enough to tell.
    fn skip(&mut self, what: CardError) {
        if self.skipped.len() < 100 {
            self.skipped.push(what);
        }
    }

    fn heading(&mut self, number: usize, level: usize, title: &str) -> Result<(), CardError> {
        self.close()?;
        self.open_line = None;
        let section = match self.place {
            Place::Section(section) | Place::Field(section, _) | Place::Foreign(section) => Some(section),
            Place::Top | Place::Elsewhere => None,
        };
        let place = match level {
            1 => Some(Place::Top),
            2 => self.form.section(title).map(Place::Section),
            _ => section.and_then(|section| section.field(title).map(|field| Place::Field(section, field))),
        };
        if place.is_none() {
            let known = self.known(level, section);
            let message =
                format!("there is no heading `{title}` here; {known}, and `\\#` begins a line of text");
            self.skip(CardError::new(message).on(number));
        }
        let around = section.filter(|_| level > 2).map_or(Place::Elsewhere, Place::Foreign);
        self.place = place.unwrap_or(around);
        Ok(())
    }

    fn known(&self, level: usize, section: Option<&Section>) -> String {
        let titles: Vec<&str> = match section.filter(|_| level > 2) {
            Some(section) => section.fields.iter().map(|field| field.title).collect(),
            None => self.form.sections.iter().map(|section| section.title).collect(),
        };
        format!("headings of level {} are {}", if level > 2 { 3 } else { 2 }, titles.join(", "))
    }

    /// `- **Field:** answer`, a line that goes on with it, or what belongs to the only field of the section.
    fn in_section(&mut self, section: &'static Section, number: usize, line: &str) -> Result<(), CardError> {
        if line.trim().is_empty() {
            self.open_line = None;
            return Ok(());
        }
        if let Some((field, answer)) = fact(section, line) {
            let answer = unescaped(&one_line(without_comment(answer)));
            self.open_line = Some(field);
            return if answer.is_empty() {
                Ok(())
            } else {
                self.answer(section, field, number, Value::String(answer))
            };
        }
        if let Some(field) = self.open_line.filter(|_| line.starts_with([' ', '\t'])) {
            return self.go_on(section, field, number, line);
        }
        if let [field] = section.fields {
            self.place = Place::Field(section, field);
            self.held.push((number, line.to_owned()));
            return Ok(());
        }
        let known = self.known(3, Some(section));
        self.skip(CardError::new(format!("the text stands under no heading of a field; {known}")).on(number));
        Ok(())
    }

    /// A fact over several lines.
    fn go_on(
        &mut self,
        section: &'static Section,
        field: &'static Field,
        number: usize,
        line: &str,
    ) -> Result<(), CardError> {
        let held = self.record.get_mut(section.key).and_then(|answers| answers.get_mut(field.key));
        match held {
            Some(Value::String(text)) => {
                *text = one_line(&format!("{text} {line}"));
                Ok(())
            }
            _ => self.answer(section, field, number, Value::String(one_line(line))),
        }
    }

    /// Ends the field that is being read.
    fn close(&mut self) -> Result<(), CardError> {
        let lines = std::mem::take(&mut self.held);
        let Place::Field(section, field) = self.place else { return Ok(()) };
        let Some(first) = lines.iter().find(|(_, line)| !line.trim().is_empty()).map(|(line, _)| *line)
        else {
            return Ok(());
        };
        let pointer = format!("/{}/{}", section.key, field.key);
        let answer = match field.kind {
            Kind::Line => Value::String(one_line(&joined(&lines))),
            Kind::Text => Value::String(paragraphs(&joined(&lines))),
            Kind::List => self.numbered(&pointer, items(&lines)),
            Kind::Table(columns) => {
                let written: Vec<_> = lines.into_iter().filter(|(_, line)| !line.trim().is_empty()).collect();
                if let Some((line, text)) =
                    written.iter().find(|(_, line)| !line.trim_start().starts_with('|'))
                {
                    let message =
                        format!("`{}` is a table, and `{}` is no row of it", field.title, excerpt(text));
                    return Err(CardError::new(message).at(pointer).on(*line));
                }
                let rows = table::read(columns, &written)?;
                self.numbered(&pointer, rows)
            }
        };
        self.answer(section, field, first, answer)
    }

    fn numbered(&mut self, pointer: &str, items: Vec<(usize, Value)>) -> Value {
        for (i, (line, _)) in items.iter().enumerate() {
            self.lines.insert(format!("{pointer}/{i}"), *line);
        }
        Value::Array(items.into_iter().map(|(_, item)| item).collect())
    }

    fn answer(
        &mut self,
        section: &'static Section,
        field: &'static Field,
        line: usize,
        answer: Value,
    ) -> Result<(), CardError> {
        let pointer = format!("/{}/{}", section.key, field.key);
        if self.lines.insert(pointer.clone(), line).is_some() {
            return Err(CardError::new(format!("`{}` stands there twice", field.title)).at(pointer).on(line));
        }
        // A list may stand where a line is written, as in `- **Developers:** somebody`.
        let answer = match (field.kind, answer) {
            (Kind::List, Value::String(item)) => Value::Array(vec![Value::String(item)]),
            (_, answer) => answer,
        };
        let answers = self.record.entry(section.key).or_insert_with(|| Value::Object(Map::new()));
        if let Some(answers) = answers.as_object_mut() {
            answers.insert(field.key.to_owned(), answer);
        }
        Ok(())
    }
}

fn is_comment(line: &str) -> bool {
    let line = line.trim();
    line.starts_with("<!--") && line.ends_with("-->")
}

fn without_comment(text: &str) -> &str {
    if is_comment(text) { "" } else { text }
}

fn heading(line: &str) -> Option<(usize, &str)> {
    let level = line.chars().take_while(|c| *c == '#').count();
    let title =
        line.get(level..).filter(|rest| (1..=3).contains(&level) && rest.starts_with(char::is_whitespace))?;
    Some((level, title.trim().trim_end_matches('#').trim_end()))
}

/// `- **Field:** answer`, or `- Field: answer`, where the field is one of the section's and no table.
fn fact<'a>(section: &'static Section, line: &'a str) -> Option<(&'static Field, &'a str)> {
    let line = line.strip_prefix("- ").or_else(|| line.strip_prefix("* "))?;
    let (title, answer) = line.split_once(':')?;
    let field = section.field(title.trim().trim_matches('*'))?;
    let is_fact = !matches!(field.kind, Kind::Table(_));
    is_fact.then(|| (field, answer.trim_start_matches('*').trim()))
}

fn joined(lines: &[(usize, String)]) -> String {
    lines.iter().map(|(_, line)| unescaped(line)).collect::<Vec<_>>().join("\n")
}

/// Items by their marks; a line without one goes on with the item before it, unless an empty line stands between.
fn items(lines: &[(usize, String)]) -> Vec<(usize, Value)> {
    let mut items: Vec<(usize, String)> = Vec::new();
    let mut is_open = false;
    for (number, line) in lines {
        if line.trim().is_empty() {
            is_open = false;
            continue;
        }
        match (mark(line), items.last_mut()) {
            (Some(item), _) => items.push((*number, item.to_owned())),
            (None, Some((_, held))) if is_open || line.starts_with([' ', '\t']) => {
                held.push(' ');
                held.push_str(line);
            }
            (None, _) => items.push((*number, unescaped(line))),
        }
        is_open = true;
    }
    let shrunk = items.into_iter().map(|(number, item)| (number, one_line(&item)));
    shrunk.filter(|(_, item)| !item.is_empty()).map(|(number, item)| (number, Value::String(item))).collect()
}

/// What stands after `- `, `* `, `+ ` or `1. `.
fn mark(line: &str) -> Option<&str> {
    let bullet = ["- ", "* ", "+ "].iter().find_map(|mark| line.strip_prefix(mark));
    bullet.or_else(|| {
        let (digits, item) = line.split_once(". ")?;
        (!digits.is_empty() && digits.len() < 4 && digits.bytes().all(|b| b.is_ascii_digit())).then_some(item)
    })
}

fn excerpt(text: &str) -> String {
    text.trim().chars().take(60).collect()
}
