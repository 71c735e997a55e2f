//! Operators with two operands.

use std::cmp::Ordering;
use std::sync::Arc;

use serde_json::Value as Json;

use super::access::typed;
use super::{Machine, wrong};
use crate::ast::Op;
use crate::compare;
use crate::diagnostic::Span;
use crate::fault::{Fault, Flow};
use crate::ir::{Chain, Compare, InSet, Node};
use crate::limits::Limit;
use crate::time::TimeError;
use crate::types::Type;
use crate::value::{List, Map, Text, Value};

impl<'a> Machine<'a> {
    pub(super) fn chain(&mut self, chain: &'a Chain) -> Flow<'a, Value<'a>> {
        let mut value = self.eval(&chain.first)?;
        for link in &chain.rest {
            let right = self.eval(&link.operand)?;
            value = self.binary(link.op, &value, &right, link.span)?;
        }
        Ok(value)
    }

    /// A fact beside a constant. Strings are compared where they lie.
    pub(super) fn compare(&mut self, compare: &'a Compare) -> Flow<'a, bool> {
        let fact = &compare.fact;
        let json = self.find(fact, 2).map_err(|gap| gap.fault(fact.span))?;
        let plain = matches!(fact.ty, Type::String | Type::Dyn);
        if let (Json::String(text), Value::String(wanted), true) = (json, &compare.constant, plain) {
            let wanted = wanted.as_str();
            self.charge(text.len().min(wanted.len()) as u64 / 64)?;
            match compare.op {
                Op::Equal => return Ok(text == wanted),
                Op::NotEqual => return Ok(text != wanted),
                _ => {}
            }
        }
        let value = typed(json, &fact.ty, fact.span)?;
        self.relation(compare.op, &value, &compare.constant, compare.span)
    }

    /// A comparison or a membership test.
    fn relation(&mut self, op: Op, left: &Value<'a>, right: &Value<'a>, span: Span) -> Flow<'a, bool> {
        match op {
            Op::Equal => self.equal(left, right),
            Op::NotEqual => self.equal(left, right).map(|equal| !equal),
            Op::In => self.contains(right, left, span),
            _ => self.ordered(op, left, right, span),
        }
    }

    fn binary(&mut self, op: Op, left: &Value<'a>, right: &Value<'a>, span: Span) -> Flow<'a, Value<'a>> {
        match op {
            Op::Add | Op::Subtract | Op::Multiply | Op::Divide | Op::Remainder => {
                self.arithmetic(op, left, right, span)
            }
            _ => self.relation(op, left, right, span).map(Value::Bool),
        }
    }

    fn ordered(&mut self, op: Op, left: &Value<'a>, right: &Value<'a>, span: Span) -> Flow<'a, bool> {
        self.charge(size(left).min(size(right)) / 64)?;
        let order = compare::order(left, right).map_err(|_| not_joined(op, left, right, span))?;
        Ok(order.is_some_and(|order| match op {
            Op::Less => order.is_lt(),
            Op::LessEqual => order.is_le(),
            Op::Greater => order.is_gt(),
            _ => order.is_ge(),
        }))
    }

    /// Equality by value: numbers of all types, lists and maps by their parts, other types never with each other.
    pub(super) fn equal(&mut self, left: &Value<'a>, right: &Value<'a>) -> Flow<'a, bool> {
        self.equal_within(left, right, self.budget.depth)
    }

    fn equal_within(&mut self, left: &Value<'a>, right: &Value<'a>, levels: u32) -> Flow<'a, bool> {
        match (left, right) {
            (Value::Null, Value::Null) => Ok(true),
            (Value::Type(left), Value::Type(right)) => Ok(left == right),
            (Value::List(left), Value::List(right)) => self.equal_lists(left, right, levels),
            (Value::Map(left), Value::Map(right)) => self.equal_maps(left, right, levels),
            _ => {
                self.charge(size(left).min(size(right)) / 64)?;
                Ok(matches!(compare::order(left, right), Ok(Some(Ordering::Equal))))
            }
        }
    }

    fn equal_lists(&mut self, left: &List<'a>, right: &List<'a>, levels: u32) -> Flow<'a, bool> {
        if left.len() != right.len() {
            return Ok(false);
        }
        let levels = self.deeper(levels)?;
        for index in 0..left.len() {
            self.charge(1)?;
            let (Some(Ok(left)), Some(Ok(right))) = (left.get(index), right.get(index)) else {
                return Ok(false);
            };
            if !self.equal_within(&left, &right, levels)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn equal_maps(&mut self, left: &Map<'a>, right: &Map<'a>, levels: u32) -> Flow<'a, bool> {
        if left.len() != right.len() {
            return Ok(false);
        }
        let levels = self.deeper(levels)?;
        self.allocate_parts(left.len())?;
        for key in left.keys() {
            self.charge(1)?;
            let (Some(Ok(left)), Some(Ok(right))) = (left.get(&key), right.get(&key)) else {
                return Ok(false);
            };
            if !self.equal_within(&left, &right, levels)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    #[expect(clippy::unused_self, reason = "the lifetime of the fault is that of the machine")]
    fn deeper(&self, levels: u32) -> Flow<'a, u32> {
        levels.checked_sub(1).ok_or_else(|| Fault::budget(Limit::Depth))
    }

    fn contains(&mut self, holder: &Value<'a>, wanted: &Value<'a>, span: Span) -> Flow<'a, bool> {
        match holder {
            Value::Map(map) => {
                self.charge(1)?;
                Ok(self.has_key(map, wanted))
            }
            Value::List(list) => {
                for index in 0..list.len() {
                    self.charge(1)?;
                    let Some(Ok(item)) = list.get(index) else { continue };
                    if self.equal(&item, wanted)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            other => Err(wrong("`in` looks in a list or a map", other, span)),
        }
    }

    pub(super) fn in_set(&mut self, set: &'a InSet) -> Flow<'a, bool> {
        if let Node::Fact(fact) = &set.value {
            let json = self.find(fact, 2).map_err(|gap| gap.fault(fact.span))?;
            if let (Json::String(text), Type::String | Type::Dyn) = (json, &fact.ty) {
                return Ok(holds(&set.strings, text));
            }
            let value = typed(json, &fact.ty, fact.span)?;
            return Ok(value.as_str().is_some_and(|text| holds(&set.strings, text)));
        }
        self.charge(1)?;
        let value = self.eval(&set.value)?;
        Ok(value.as_str().is_some_and(|text| holds(&set.strings, text)))
    }

    fn arithmetic(&mut self, op: Op, left: &Value<'a>, right: &Value<'a>, span: Span) -> Flow<'a, Value<'a>> {
        match (left, right) {
            (Value::Int(left), Value::Int(right)) => integers(op, *left, *right, span),
            (Value::Uint(left), Value::Uint(right)) => unsigned(op, *left, *right, span),
            (Value::Double(a), Value::Double(b)) => {
                doubles(op, *a, *b).map(Value::Double).ok_or_else(|| not_joined(op, left, right, span))
            }
            (Value::String(left), Value::String(right)) if op == Op::Add => self.join_text(left, right),
            (Value::Bytes(left), Value::Bytes(right)) if op == Op::Add => {
                self.allocate(left.len() + right.len())?;
                Ok(Value::Bytes([&**left, &**right].concat().into()))
            }
            (Value::List(left), Value::List(right)) if op == Op::Add => self.join_lists(left, right),
            _ => times(op, left, right)
                .ok_or_else(|| not_joined(op, left, right, span))?
                .map_err(|_| out_of_range(op, span)),
        }
    }

    fn join_text(&mut self, left: &Text<'a>, right: &Text<'a>) -> Flow<'a, Value<'a>> {
        let (left, right) = (left.as_str(), right.as_str());
        self.allocate(left.len() + right.len())?;
        Ok(Value::String(Text::Shared(Arc::from([left, right].concat()))))
    }

    fn join_lists(&mut self, left: &List<'a>, right: &List<'a>) -> Flow<'a, Value<'a>> {
        self.allocate_parts(left.len() + right.len())?;
        let all = |list: &List<'a>| (0..list.len()).filter_map(|at| list.get(at)?.ok()).collect::<Vec<_>>();
        let mut items = all(left);
        items.extend(all(right));
        Ok(Value::List(List::built(items)))
    }
}

/// Whether `text` is one of `strings`, which are sorted.
fn holds(strings: &[Box<str>], text: &str) -> bool {
    const FEW: usize = 8;
    if strings.len() <= FEW {
        return strings.iter().any(|string| **string == *text);
    }
    strings.binary_search_by(|string| (**string).cmp(text)).is_ok()
}

/// What comparing a scalar costs in bytes.
fn size(value: &Value<'_>) -> u64 {
    match (value, value.kind()) {
        (Value::String(text), _) => text.as_str().len() as u64,
        (Value::Bytes(bytes), _) => bytes.len() as u64,
        _ => 0,
    }
}

fn not_joined<'a>(op: Op, left: &Value<'_>, right: &Value<'_>, span: Span) -> Fault<'a> {
    let (symbol, left, right) = (op.symbol(), left.kind().name(), right.kind().name());
    Fault::failed(format!("`{symbol}` does not join {left} and {right}"), span)
}

fn out_of_range<'a>(op: Op, span: Span) -> Fault<'a> {
    Fault::failed(format!("the result of `{}` is out of range", op.symbol()), span)
}

fn zero<'a>(op: Op, span: Span) -> Fault<'a> {
    Fault::failed(if op == Op::Divide { "division by zero" } else { "remainder by zero" }, span)
}

fn integers<'a>(op: Op, left: i64, right: i64, span: Span) -> Flow<'a, Value<'a>> {
    let result = match op {
        Op::Add => left.checked_add(right),
        Op::Subtract => left.checked_sub(right),
        Op::Multiply => left.checked_mul(right),
        _ if right == 0 => return Err(zero(op, span)),
        Op::Divide => left.checked_div(right),
        _ => left.checked_rem(right),
    };
    result.map(Value::Int).ok_or_else(|| out_of_range(op, span))
}

fn unsigned<'a>(op: Op, left: u64, right: u64, span: Span) -> Flow<'a, Value<'a>> {
    let result = match op {
        Op::Add => left.checked_add(right),
        Op::Subtract => left.checked_sub(right),
        Op::Multiply => left.checked_mul(right),
        _ if right == 0 => return Err(zero(op, span)),
        Op::Divide => left.checked_div(right),
        _ => left.checked_rem(right),
    };
    result.map(Value::Uint).ok_or_else(|| out_of_range(op, span))
}

fn doubles(op: Op, left: f64, right: f64) -> Option<f64> {
    match op {
        Op::Add => Some(left + right),
        Op::Subtract => Some(left - right),
        Op::Multiply => Some(left * right),
        Op::Divide => Some(left / right),
        _ => None,
    }
}

/// Sums of times; `None` if these values have none.
fn times<'a>(op: Op, left: &Value<'a>, right: &Value<'a>) -> Option<Result<Value<'a>, TimeError>> {
    Some(match (op, left, right) {
        (Op::Add, Value::Timestamp(time), Value::Duration(span))
        | (Op::Add, Value::Duration(span), Value::Timestamp(time)) => time.plus(*span).map(Value::Timestamp),
        (Op::Subtract, Value::Timestamp(time), Value::Duration(span)) => {
            time.minus(*span).map(Value::Timestamp)
        }
        (Op::Subtract, Value::Timestamp(left), Value::Timestamp(right)) => {
            left.since(*right).map(Value::Duration)
        }
        (Op::Add, Value::Duration(left), Value::Duration(right)) => left.plus(*right).map(Value::Duration),
        (Op::Subtract, Value::Duration(left), Value::Duration(right)) => {
            left.minus(*right).map(Value::Duration)
        }
        _ => return None,
    })
}
