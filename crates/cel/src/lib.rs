//! The rule language of Assent: the Common Expression Language over JSON facts.
//!
//! A rule is compiled once against an [`Env`], which declares the facts and the helper functions, and evaluated many
//! times on documents of facts, which it borrows. [`Program::compile`] reports several mistakes at once, each with its
//! place and advice; [`Program::evaluate`] gives a value; [`Program::explain`] also tells which facts were read.
//!
//! Invariants:
//! - No source text and no facts can make this crate panic, overflow the stack, or run or grow without bound: sizes
//!   and depths are bounded when a rule is compiled, work and memory by a [`Budget`] when it runs.
//! - The answer depends on the rule and the facts alone: there is no clock, no randomness, no environment, and the
//!   time zones are part of the program.
//! - The facts are never copied; a fact that is not there is an error of its own kind, [`EvalError::MissingFact`].
//!
//! ```
//! use std::sync::Arc;
//! use assent_cel::{Budget, Env, ObjectType, Program, Type};
//!
//! let model = Type::object(ObjectType::new("model").field("tier", Type::String, "the risk class"));
//! let env = Env::new(Arc::new(ObjectType::new("facts").field("model", model, "the governed model")));
//! let rule = Program::compile(&env, "model.tier in ['HIGH', 'CRITICAL']", Some(&Type::Bool)).unwrap();
//! let facts = serde_json::json!({"model": {"tier": "HIGH"}});
//! assert_eq!(rule.evaluate(&facts, &Budget::default()).unwrap().as_bool(), Some(true));
//! ```

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "operators and functions take some types and refuse every other: the last arm says so, and says it for types to come"
)]

mod ast;
mod check;
mod compare;
mod convert;
mod diagnostic;
mod env;
mod escape;
mod eval;
mod fault;
mod functions;
mod ir;
mod lexer;
pub mod limits;
mod parser;
mod path;
mod pattern;
mod program;
mod suggest;
mod time;
mod trace;
mod types;
mod value;

pub use diagnostic::{Diagnostic, Position, Span};
pub use env::{Env, Helper};
pub use fault::EvalError;
pub use limits::{Budget, Limit};
pub use path::{FactPath, Segment};
pub use program::{Explanation, Program};
pub use time::{Duration, Timestamp};
pub use trace::Read;
pub use types::{Field, ObjectType, Type};
pub use value::{List, Map, Text, Value};
