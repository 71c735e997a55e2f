//! What can be wrong with a record: a sentence, with the field and the line that it is about.

use std::fmt;

/// A record that cannot be taken: what is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct CardError {
    /// What is wrong.
    pub message: String,
    /// The field, as a JSON pointer.
    pub pointer: Option<String>,
    /// The line, counted from 1.
    pub line: Option<usize>,
}

impl CardError {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), pointer: None, line: None }
    }

    pub(crate) fn at(mut self, pointer: impl Into<String>) -> Self {
        self.pointer = Some(pointer.into());
        self
    }

    pub(crate) fn on(mut self, line: usize) -> Self {
        self.line = Some(line);
        self
    }
}

impl fmt::Display for CardError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}: ")?;
        }
        if let Some(pointer) = &self.pointer {
            write!(f, "`{pointer}`: ")?;
        }
        f.write_str(&self.message)
    }
}
