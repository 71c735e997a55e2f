//! JSON into what a format has, with the line and the field of what is wrong.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::error::Category;

use super::error::{EvidenceError, Problem};
use super::limits::MAX_TEXT;
use crate::text::excerpt;

/// Reads a document that starts on a line of a file, after `before` lines.
pub(super) fn json<T: DeserializeOwned>(bytes: &[u8], before: usize) -> Result<T, EvidenceError> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let read = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let field = error.path().to_string();
        located(&error.into_inner(), before, Some(field).filter(|field| field != "."))
    })?;
    reader.end().map_err(|error| located(&error, before, None))?;
    Ok(read)
}

/// An error that was made from a part that was read before has no line of its own, and is on the first one.
fn located(error: &serde_json::Error, before: usize, field: Option<String>) -> EvidenceError {
    let whole = error.to_string();
    let detail = excerpt(whole.split(" at line ").next().unwrap_or(&whole));
    let problem = match error.classify() {
        Category::Data => Problem::WrongField { detail },
        Category::Syntax | Category::Eof | Category::Io => {
            Problem::NotJson { detail: format!("no JSON: {detail}") }
        }
    };
    let field = field.filter(|_| error.classify() == Category::Data);
    EvidenceError { problem, line: Some(before + error.line().max(1)), field }
}

/// A text, cut to what is kept.
pub(super) fn cut(text: &str) -> String {
    match text.char_indices().nth(MAX_TEXT) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// A number that some tools write as a text.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(try_from = "NumberOrText")]
pub(super) struct Number(pub(super) f64);

#[derive(Deserialize)]
#[serde(untagged)]
enum NumberOrText {
    Number(f64),
    Text(String),
}

impl TryFrom<NumberOrText> for Number {
    type Error = String;

    fn try_from(given: NumberOrText) -> Result<Self, String> {
        let number = match given {
            NumberOrText::Number(number) => number,
            NumberOrText::Text(text) => {
                text.trim().parse().map_err(|_| format!("`{}` is no number", excerpt(&text)))?
            }
        };
        if number.is_finite() { Ok(Self(number)) } else { Err("a number that is not finite".to_owned()) }
    }
}
