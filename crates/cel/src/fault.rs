//! Why an evaluation gave no value.

use std::borrow::Cow;

use thiserror::Error;

use crate::diagnostic::{Position, Span};
use crate::limits::Limit;
use crate::path::{FactPath, Segment};
use crate::trace::Spot;

/// Why a rule gave no value.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum EvalError {
    /// The rule reads a fact that is not there.
    #[error("missing fact: {path}")]
    MissingFact {
        /// The place that the rule reads, as far as it is known.
        path: FactPath,
        /// The part of that path that is not there: the shortest prefix that leads nowhere.
        absent: FactPath,
        /// Where the rule reads it.
        position: Position,
    },
    /// The rule needs more work or memory than it is given.
    #[error("the rule ran out of its budget of {}; simplify it", limit.name())]
    Budget {
        /// What ran out.
        limit: Limit,
    },
    /// The rule cannot be evaluated on these facts: a defect of the rule.
    #[error("{message} (line {}, column {})", position.line, position.column)]
    Failed {
        /// What is wrong.
        message: String,
        /// The part of the rule.
        span: Span,
        /// Where that part starts.
        position: Position,
    },
}

/// Why an evaluation goes no further. Boxed, so that results stay small.
#[derive(Debug)]
pub(crate) struct Fault<'a>(Box<Cause<'a>>);

/// An [`EvalError`] before its place in the facts is worked out, which is done only if nothing absorbs it.
#[derive(Debug)]
pub(crate) enum Cause<'a> {
    Missing(Absent<'a>, Span),
    Budget(Limit),
    Failed(Cow<'static, str>, Span),
}

/// A place in the facts where there is nothing.
#[derive(Debug)]
pub(crate) struct Absent<'a> {
    /// What exists, or the whole path that is known from the text.
    pub(crate) spot: Spot<'a>,
    /// What was looked for in it.
    pub(crate) tail: Vec<Segment>,
    /// How many segments of the whole path are left once what exists is passed, less one: they follow the first
    /// segment that is not there.
    pub(crate) beyond: usize,
}

pub(crate) type Flow<'a, T> = Result<T, Fault<'a>>;

impl<'a> Fault<'a> {
    pub(crate) fn failed(message: impl Into<Cow<'static, str>>, span: Span) -> Self {
        Self(Box::new(Cause::Failed(message.into(), span)))
    }

    pub(crate) fn missing(absent: Absent<'a>, span: Span) -> Self {
        Self(Box::new(Cause::Missing(absent, span)))
    }

    pub(crate) fn budget(limit: Limit) -> Self {
        Self(Box::new(Cause::Budget(limit)))
    }

    pub(crate) fn cause(self) -> Cause<'a> {
        *self.0
    }

    /// Whether no operator may absorb it.
    pub(crate) fn is_final(&self) -> bool {
        matches!(*self.0, Cause::Budget(_))
    }
}
