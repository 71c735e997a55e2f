//! Compiling a rule once and evaluating it many times.

use std::sync::Arc;

use serde_json::Value as Json;

use crate::check::{self, Mode};
use crate::diagnostic::{Diagnostic, Span};
use crate::env::Env;
use crate::eval::Machine;
use crate::fault::{Absent, Cause, EvalError, Fault};
use crate::ir::Node;
use crate::limits::Budget;
use crate::parser::parse;
use crate::path::FactPath;
use crate::trace::{Places, Read};
use crate::types::Type;
use crate::value::Value;

/// A compiled rule. Cheap to clone, and shared between threads.
#[derive(Clone, Debug)]
pub struct Program(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    source: String,
    node: Node,
    ty: Type,
    slots: usize,
    paths: Vec<FactPath>,
}

/// The value of a rule with how it came about.
#[derive(Debug)]
pub struct Explanation<'a> {
    /// The value, or why there is none.
    pub result: Result<Value<'a>, EvalError>,
    /// The facts that were read, in the order of their first read. A place within another one stands for both.
    pub reads: Vec<Read<'a>>,
    /// How many further reads were not recorded, because there were too many.
    pub omitted_reads: usize,
    /// Steps spent.
    pub steps: u64,
    /// Bytes spent.
    pub bytes: u64,
}

impl Program {
    /// Compiles `source` against `env`. With `expected`, a rule that cannot give that type is refused.
    pub fn compile(env: &Env, source: &str, expected: Option<&Type>) -> Result<Self, Vec<Diagnostic>> {
        Self::compile_as(env, source, expected, Mode::Strict)
    }

    /// Compiles `source` without checking types and names, as the language allows: what is wrong is an error when it
    /// is evaluated, and only then.
    pub fn compile_unchecked(env: &Env, source: &str) -> Result<Self, Vec<Diagnostic>> {
        Self::compile_as(env, source, None, Mode::Lenient)
    }

    fn compile_as(
        env: &Env,
        source: &str,
        expected: Option<&Type>,
        mode: Mode,
    ) -> Result<Self, Vec<Diagnostic>> {
        let expr = parse(source).map_err(|diagnostic| vec![diagnostic])?;
        let compiled = check::check(env, source, &expr, expected, mode)?;
        Ok(Self(Arc::new(Inner {
            source: source.to_owned(),
            node: compiled.node,
            ty: compiled.ty,
            slots: compiled.slots,
            paths: compiled.paths,
        })))
    }

    /// The text that was compiled.
    pub fn source(&self) -> &str {
        &self.0.source
    }

    /// The type that the rule gives.
    pub fn result_type(&self) -> &Type {
        &self.0.ty
    }

    /// The places in the facts that the rule may read, in order, each with all that lies within; `[*]` stands for
    /// what is known only when it runs.
    pub fn paths(&self) -> &[FactPath] {
        &self.0.paths
    }

    /// The value of the rule on `facts`, the top-level facts being the fields of that object.
    pub fn evaluate<'a>(&'a self, facts: &'a Json, budget: &Budget) -> Result<Value<'a>, EvalError> {
        let mut machine = Machine::new(facts, self.0.slots, budget, false);
        machine.eval(&self.0.node).map_err(|fault| self.error(fault, facts))
    }

    /// The value of the rule on `facts` with the facts that it read and what it cost.
    pub fn explain<'a>(&'a self, facts: &'a Json, budget: &Budget) -> Explanation<'a> {
        let mut machine = Machine::new(facts, self.0.slots, budget, true);
        let result = machine.eval(&self.0.node).map_err(|fault| self.error(fault, facts));
        let (steps, bytes) = (machine.steps(), machine.bytes());
        let (reads, omitted_reads) = machine.trace.take().unwrap_or_default().finish(facts);
        Explanation { result, reads, omitted_reads, steps, bytes }
    }

    fn error(&self, fault: Fault<'_>, facts: &Json) -> EvalError {
        match fault.cause() {
            Cause::Budget(limit) => EvalError::Budget { limit },
            Cause::Missing(absent, span) => self.missing(&absent, span, facts),
            Cause::Failed(message, span) => EvalError::Failed {
                message: message.into_owned(),
                span,
                position: span.position(self.source()),
            },
        }
    }

    fn missing(&self, absent: &Absent<'_>, span: Span, facts: &Json) -> EvalError {
        let path = Places::new(facts, std::iter::once(absent.spot)).path(absent.spot, &absent.tail);
        let kept = path.segments().len().saturating_sub(absent.beyond);
        let prefix = FactPath(path.segments().iter().take(kept).cloned().collect());
        EvalError::MissingFact { path, absent: prefix, position: span.position(self.source()) }
    }
}
