//! How much of a record is filled in: an exact fraction, and what is missing.
//!
//! Every field that counts is one question. It is answered by text that is no placeholder, by a list with such an item, by a
//! table with a row. "Not applicable: the model takes no decisions" is an answer; "n/a", "todo" and "[More Information
//! Needed]" are none. Whether an answer is true is for a reader to say.

use serde_json::Value;

use crate::form::{Form, Section};

/// How much of a record is filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completeness {
    /// By section, in the order of the form.
    pub sections: Vec<SectionCompleteness>,
}

/// How much of a section is filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SectionCompleteness {
    /// Key of the section.
    pub section: &'static str,
    /// Questions that are answered.
    pub answered: u32,
    /// Questions that count.
    pub asked: u32,
    /// Keys of the fields that count and are not answered.
    pub missing: Vec<&'static str>,
}

impl Completeness {
    /// Questions that are answered.
    pub fn answered(&self) -> u32 {
        self.sections.iter().map(|section| section.answered).sum()
    }

    /// Questions that count.
    pub fn asked(&self) -> u32 {
        self.sections.iter().map(|section| section.asked).sum()
    }
}

/// What of a form is answered.
pub(crate) fn of(form: &Form, value: &Value) -> Completeness {
    let sections = form.sections.iter().map(|section| section_of(section, value.get(section.key)));
    Completeness { sections: sections.collect() }
}

fn section_of(section: &Section, value: Option<&Value>) -> SectionCompleteness {
    let counting = section.fields.iter().filter(|field| field.counts);
    let (mut answered, mut missing) = (0, Vec::new());
    for field in counting {
        if value.and_then(|value| value.get(field.key)).is_some_and(is_answered) {
            answered += 1;
        } else {
            missing.push(field.key);
        }
    }
    let asked = answered + u32::try_from(missing.len()).unwrap_or(u32::MAX);
    SectionCompleteness { section: section.key, answered, asked, missing }
}

/// Whether a value says something.
pub(crate) fn is_answered(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !is_placeholder(text),
        Value::Array(items) => items.iter().any(is_answered),
        Value::Object(_) | Value::Bool(_) | Value::Number(_) => true,
    }
}

/// Words that stand where an answer is still to come.
const PLACEHOLDERS: [&str; 14] = [
    "",
    "fill in",
    "more information needed",
    "n/a",
    "na",
    "needs information",
    "none yet",
    "not yet written",
    "optional",
    "pending",
    "tba",
    "tbd",
    "to be written",
    "todo",
];

fn is_placeholder(text: &str) -> bool {
    let is_frame = |c: char| c.is_whitespace() || "[](){}<>_*.…-–—?!:`\"'".contains(c);
    let bare = text.trim_matches(is_frame).to_lowercase();
    let bare = bare.split_whitespace().collect::<Vec<_>>().join(" ");
    PLACEHOLDERS.contains(&bare.as_str())
}
