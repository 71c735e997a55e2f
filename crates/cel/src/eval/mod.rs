//! The evaluation of a compiled rule on a document of facts.
//!
//! Every part costs steps, everything that is built costs bytes, and both are paid before the work is done. Facts are
//! borrowed. Recursion follows the compiled tree, whose depth is bounded, and compared structures, whose depth the
//! budget bounds.

mod access;
mod binary;
mod calls;
mod loops;

use serde_json::Value as Json;

use crate::diagnostic::Span;
use crate::fault::{Fault, Flow};
use crate::ir::{Choice, Junction, MapNode, Node, Unary};
use crate::limits::{Budget, Limit};
use crate::pattern::Pattern;
use crate::trace::Trace;
use crate::value::{BadKey, List, Map, Value};

/// One evaluation under way.
pub(crate) struct Machine<'a> {
    facts: &'a Json,
    slots: Vec<Value<'a>>,
    budget: Budget,
    steps_left: u64,
    bytes_left: u64,
    pub(crate) trace: Option<Trace<'a>>,
    /// The patterns that were built while running, latest last.
    patterns: Vec<(String, Pattern)>,
}

impl<'a> Machine<'a> {
    pub(crate) fn new(facts: &'a Json, slots: usize, budget: &Budget, trace: bool) -> Self {
        Self {
            facts,
            slots: if slots == 0 { Vec::new() } else { vec![Value::Null; slots] },
            budget: *budget,
            steps_left: budget.steps,
            bytes_left: budget.bytes,
            trace: trace.then(Trace::default),
            patterns: Vec::new(),
        }
    }

    /// Steps spent so far.
    pub(crate) fn steps(&self) -> u64 {
        self.budget.steps - self.steps_left
    }

    /// Bytes spent so far.
    pub(crate) fn bytes(&self) -> u64 {
        self.budget.bytes - self.bytes_left
    }

    #[inline]
    fn charge(&mut self, steps: u64) -> Flow<'a, ()> {
        let left = self.steps_left.checked_sub(steps);
        self.steps_left = left.unwrap_or(0);
        left.map(|_| ()).ok_or_else(|| Fault::budget(Limit::Steps))
    }

    /// Pays for `bytes` of memory and for filling them.
    fn allocate(&mut self, bytes: usize) -> Flow<'a, ()> {
        self.charge(bytes as u64 / 32)?;
        let left = self.bytes_left.checked_sub(bytes as u64);
        self.bytes_left = left.unwrap_or(0);
        left.map(|_| ()).ok_or_else(|| Fault::budget(Limit::Bytes))
    }

    /// Pays for a list or map of `count` parts.
    fn allocate_parts(&mut self, count: usize) -> Flow<'a, ()> {
        self.allocate(count.saturating_mul(size_of::<Value<'_>>()))
    }

    pub(crate) fn eval(&mut self, node: &'a Node) -> Flow<'a, Value<'a>> {
        self.charge(1)?;
        match node {
            Node::Constant(value) => Ok(value.borrowed()),
            Node::Local(slot) => Ok(self.slots.get(*slot).cloned().unwrap_or(Value::Null)),
            Node::Fact(fact) => {
                let found = self.fact(fact)?;
                found.value(fact.span)
            }
            Node::Access(access) => {
                let found = self.access(access)?;
                found.value(access.span)
            }
            Node::Has(inner) => self.has(inner).map(Value::Bool),
            Node::List(items) => self.list(items),
            Node::Map(map) => self.map(map),
            Node::Not(unary) => self.not(unary),
            Node::Negate(unary) => self.negate(unary),
            Node::And(junction) => self.junction(junction, false, "&&").map(Value::Bool),
            Node::Or(junction) => self.junction(junction, true, "||").map(Value::Bool),
            Node::Chain(chain) => self.chain(chain),
            Node::Compare(compare) => self.compare(compare).map(Value::Bool),
            Node::InSet(set) => self.in_set(set).map(Value::Bool),
            Node::Choice(choice) => self.choice(choice),
            Node::Call(call) => self.call(call),
            Node::Matches(matches) => self.matches(matches).map(Value::Bool),
            Node::Loop(each) => self.over(each),
            Node::Let(binding) => {
                let value = self.eval(&binding.value)?;
                self.set(binding.slot, value);
                self.eval(&binding.body)
            }
            Node::Fail(failure) => Err(Fault::failed(failure.message.clone(), failure.span)),
        }
    }

    fn set(&mut self, slot: usize, value: Value<'a>) {
        if let Some(place) = self.slots.get_mut(slot) {
            *place = value;
        }
    }

    fn list(&mut self, items: &'a [Node]) -> Flow<'a, Value<'a>> {
        self.allocate_parts(items.len())?;
        let values = items.iter().map(|item| self.eval(item)).collect::<Flow<'a, Vec<_>>>()?;
        Ok(Value::List(List::built(values)))
    }

    fn map(&mut self, map: &'a MapNode) -> Flow<'a, Value<'a>> {
        self.allocate_parts(2 * map.entries.len())?;
        let mut entries = Vec::with_capacity(map.entries.len());
        for (key, value) in &map.entries {
            entries.push((self.eval(key)?, self.eval(value)?));
        }
        Map::built(entries).map(Value::Map).map_err(|bad| match bad {
            BadKey::Kind(kind) => {
                Fault::failed(format!("{} cannot be the key of a map", kind.name()), map.span)
            }
            BadKey::Twice => Fault::failed("the map has the same key twice", map.span),
        })
    }

    fn not(&mut self, unary: &'a Unary) -> Flow<'a, Value<'a>> {
        match self.eval(&unary.operand)? {
            Value::Bool(value) => Ok(Value::Bool(value != unary.odd)),
            other => Err(wrong("`!` negates bool", &other, unary.span)),
        }
    }

    fn negate(&mut self, unary: &'a Unary) -> Flow<'a, Value<'a>> {
        let value = self.eval(&unary.operand)?;
        if !unary.odd {
            return Ok(value);
        }
        let overflow = || Fault::failed("the result of `-` is out of range", unary.span);
        match value {
            Value::Int(value) => value.checked_neg().map(Value::Int).ok_or_else(overflow),
            Value::Double(value) => Ok(Value::Double(-value)),
            Value::Duration(value) => value.negated().map(Value::Duration).map_err(|_| overflow()),
            other => Err(wrong("`-` negates int, double and duration", &other, unary.span)),
        }
    }

    /// `&&` and `||`: an operand that equals `decisive` decides, whatever the others are.
    fn junction(&mut self, junction: &'a Junction, decisive: bool, symbol: &str) -> Flow<'a, bool> {
        let mut fault = None;
        for operand in &junction.operands {
            match self.truth(operand, symbol, junction.span) {
                Ok(value) if value == decisive => return Ok(decisive),
                Ok(_) => {}
                Err(error) if error.is_final() => return Err(error),
                Err(error) => {
                    fault.get_or_insert(error);
                }
            }
        }
        fault.map_or(Ok(!decisive), Err)
    }

    /// An operand that has to be bool; the tests that rules are made of give one without a value in between.
    fn truth(&mut self, node: &'a Node, symbol: &str, span: Span) -> Flow<'a, bool> {
        match node {
            Node::Compare(compare) => self.compare(compare),
            Node::InSet(set) => self.in_set(set),
            other => match self.eval(other)? {
                Value::Bool(value) => Ok(value),
                value => Err(wrong(&format!("`{symbol}` joins bool"), &value, span)),
            },
        }
    }

    fn choice(&mut self, choice: &'a Choice) -> Flow<'a, Value<'a>> {
        for (condition, value) in &choice.arms {
            match self.eval(condition)? {
                Value::Bool(true) => return self.eval(value),
                Value::Bool(false) => {}
                other => return Err(wrong("`?` asks for bool", &other, choice.span)),
            }
        }
        self.eval(&choice.otherwise)
    }
}

/// The fault that an operator got a value of a type that it does not take.
fn wrong<'a>(wanted: &str, got: &Value<'_>, span: Span) -> Fault<'a> {
    Fault::failed(format!("{wanted}, not {}", got.kind().name()), span)
}
