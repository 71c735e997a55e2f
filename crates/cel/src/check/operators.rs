//! Operators: which types they join, and what to say where they do not.

use super::{Checker, Typed};
use crate::ast::{Expr, LinkExpr, Op};
use crate::diagnostic::Span;
use crate::ir::{self, Node};
use crate::types::{Kind, Type};
use crate::value::{Items, Value};

impl Checker<'_> {
    pub(super) fn not(&mut self, span: Span, odd: bool, operand: &Expr) -> Typed {
        let typed = self.value(operand);
        if !typed.ty.kind().fits(Kind::Bool) {
            let hint = "compare it with something, such as `… == …`".to_owned();
            self.mismatch(span, format!("`!` negates bool, not {}", typed.ty), Some(hint));
        }
        let unary = ir::Unary { odd, operand: typed.node, span: self.place(span) };
        Typed::new(Node::Not(Box::new(unary)), Type::Bool)
    }

    pub(super) fn negate(&mut self, span: Span, odd: bool, operand: &Expr) -> Typed {
        let typed = self.value(operand);
        let folded = match typed.as_constant() {
            Some(Value::Int(value)) if odd => value.checked_neg().map(Value::Int),
            Some(Value::Double(value)) if odd => Some(Value::Double(-value)),
            Some(value @ (Value::Int(_) | Value::Double(_))) => Some(value.clone()),
            _ => None,
        };
        if let Some(value) = folded {
            return Typed::constant(value, typed.ty);
        }
        if !matches!(typed.ty.kind(), Kind::Any | Kind::Int | Kind::Double | Kind::Duration) {
            self.mismatch(span, format!("`-` negates int, double and duration, not {}", typed.ty), None);
        }
        let unary = ir::Unary { odd, operand: typed.node, span: self.place(span) };
        Typed::new(Node::Negate(Box::new(unary)), typed.ty)
    }

    pub(super) fn junction(&mut self, span: Span, symbol: &str, operands: &[Expr]) -> Typed {
        let mut nodes = Vec::with_capacity(operands.len());
        for operand in operands {
            let typed = self.value(operand);
            if !typed.ty.kind().fits(Kind::Bool) {
                let hint = "compare it with something, such as `… == …`".to_owned();
                self.mismatch(operand.span, format!("`{symbol}` joins bool, not {}", typed.ty), Some(hint));
            }
            nodes.push(typed.node);
        }
        let junction = Box::new(ir::Junction { operands: nodes.into(), span: self.place(span) });
        Typed::new(if symbol == "&&" { Node::And(junction) } else { Node::Or(junction) }, Type::Bool)
    }

    pub(super) fn choice(&mut self, span: Span, arms: &[(Expr, Expr)], otherwise: &Expr) -> Typed {
        let mut nodes = Vec::with_capacity(arms.len());
        let last = self.value(otherwise);
        let mut ty = last.ty;
        for (condition, value) in arms {
            let test = self.value(condition);
            if !test.ty.kind().fits(Kind::Bool) {
                self.mismatch(condition.span, format!("`?` asks for bool, not {}", test.ty), None);
            }
            let value_typed = self.value(value);
            ty = ty.join(&value_typed.ty).unwrap_or_else(|| {
                let message = format!("the sides of `:` are {} and {ty}", value_typed.ty);
                self.mismatch(
                    value.span,
                    message,
                    Some("make them one type, or wrap one in dyn(...)".into()),
                );
                Type::Dyn
            });
            nodes.push((test.node, value_typed.node));
        }
        let choice = ir::Choice { arms: nodes.into(), otherwise: last.node, span: self.place(span) };
        Typed::new(Node::Choice(Box::new(choice)), ty)
    }

    pub(super) fn chain(&mut self, first: &Expr, rest: &[LinkExpr]) -> Typed {
        let start = self.value(first);
        let (mut ty, mut span) = (start.ty, first.span);
        let mut links = Vec::with_capacity(rest.len());
        for link in rest {
            let right = self.value(&link.operand);
            span = span.to(link.operand.span);
            ty = self.join(link.op, &ty, &right.ty, span);
            links.push(ir::Link { op: link.op, operand: right.node, span: self.place(span) });
        }
        let chain = ir::Chain { first: start.node, rest: links.into() };
        Typed::new(specialise(chain), ty)
    }

    fn join(&mut self, op: Op, left: &Type, right: &Type, span: Span) -> Type {
        result(op, left, right).unwrap_or_else(|| {
            self.mismatch(span, complaint(op, left, right), advice(op, left, right).map(str::to_owned));
            if matches!(op, Op::Add | Op::Subtract | Op::Multiply | Op::Divide | Op::Remainder) {
                Type::Dyn
            } else {
                Type::Bool
            }
        })
    }
}

/// The common chains in the forms that are evaluated fastest, any other as it is.
fn specialise(chain: ir::Chain) -> Node {
    let strings = match chain.rest.as_ref() {
        [ir::Link { op: Op::In, operand: Node::Constant(Value::List(list)), .. }] => strings(&list.0),
        _ => None,
    };
    if let Some(strings) = strings {
        return Node::InSet(Box::new(ir::InSet { value: chain.first, strings }));
    }
    match (&chain.first, chain.rest.as_ref()) {
        (Node::Fact(fact), [ir::Link { op, operand: Node::Constant(constant), span }])
            if op.is_comparison() && scalar(constant) =>
        {
            let (fact, constant) = ((**fact).clone(), constant.clone());
            Node::Compare(Box::new(ir::Compare { fact, op: *op, constant, span: *span }))
        }
        _ => Node::Chain(Box::new(chain)),
    }
}

fn scalar(value: &Value<'_>) -> bool {
    !matches!(value.kind(), Kind::List | Kind::Map)
}

fn strings(items: &Items<'_>) -> Option<Box<[Box<str>]>> {
    let Items::Built(items) = items else { return None };
    let mut strings: Vec<Box<str>> =
        items.iter().map(|item| item.as_str().map(Into::into)).collect::<Option<_>>()?;
    strings.sort();
    Some(strings.into())
}

/// The type of the result, or `None` if the operator does not take these types.
fn result(op: Op, left: &Type, right: &Type) -> Option<Type> {
    let (l, r) = (left.kind(), right.kind());
    match op {
        Op::Equal | Op::NotEqual => comparable(left, right).then_some(Type::Bool),
        Op::Less | Op::LessEqual | Op::Greater | Op::GreaterEqual => {
            (ordered(l) && ordered(r) && (l.fits(r) || (l.is_number() && r.is_number())))
                .then_some(Type::Bool)
        }
        Op::In => match right {
            Type::List(element) => comparable(left, element).then_some(Type::Bool),
            Type::Map(key, _) => comparable(left, key).then_some(Type::Bool),
            Type::Object(_) => l.fits(Kind::String).then_some(Type::Bool),
            _ => (r == Kind::Any).then_some(Type::Bool),
        },
        Op::Add | Op::Subtract | Op::Multiply | Op::Divide | Op::Remainder => arithmetic(op, left, right),
    }
}

fn arithmetic(op: Op, left: &Type, right: &Type) -> Option<Type> {
    let (l, r) = (left.kind(), right.kind());
    if let (Type::List(_), Type::List(_), Op::Add) = (left, right, op) {
        return left.join(right);
    }
    if l == Kind::Any && r == Kind::Any {
        return Some(Type::Dyn);
    }
    let rows = ARITHMETIC.iter().filter(|(ops, a, b, _)| ops.contains(&op) && l.fits(*a) && r.fits(*b));
    let results: Vec<Kind> = rows.map(|(.., result)| *result).collect();
    match results.as_slice() {
        [] => None,
        [one] => Some(one.to_type()),
        _ => Some(Type::Dyn),
    }
}

const SUMS: &[Op] = &[Op::Add, Op::Subtract];
const NUMBERS: &[Op] = &[Op::Add, Op::Subtract, Op::Multiply, Op::Divide];
const WHOLE_NUMBERS: &[Op] = &[Op::Add, Op::Subtract, Op::Multiply, Op::Divide, Op::Remainder];

/// What arithmetic takes and gives.
const ARITHMETIC: [(&[Op], Kind, Kind, Kind); 10] = [
    (WHOLE_NUMBERS, Kind::Int, Kind::Int, Kind::Int),
    (WHOLE_NUMBERS, Kind::Uint, Kind::Uint, Kind::Uint),
    (NUMBERS, Kind::Double, Kind::Double, Kind::Double),
    (&[Op::Add], Kind::String, Kind::String, Kind::String),
    (&[Op::Add], Kind::Bytes, Kind::Bytes, Kind::Bytes),
    (&[Op::Add], Kind::List, Kind::List, Kind::List),
    (SUMS, Kind::Timestamp, Kind::Duration, Kind::Timestamp),
    (SUMS, Kind::Duration, Kind::Duration, Kind::Duration),
    (&[Op::Add], Kind::Duration, Kind::Timestamp, Kind::Timestamp),
    (&[Op::Subtract], Kind::Timestamp, Kind::Timestamp, Kind::Duration),
];

fn ordered(kind: Kind) -> bool {
    matches!(kind, Kind::Any | Kind::Bool | Kind::String | Kind::Bytes | Kind::Timestamp | Kind::Duration)
        || kind.is_number()
}

/// Whether two values of these types can be equal. Any may be null in the facts.
fn comparable(left: &Type, right: &Type) -> bool {
    let (l, r) = (left.kind(), right.kind());
    l.fits(r) || l == Kind::Null || r == Kind::Null || (l.is_number() && r.is_number())
}

fn complaint(op: Op, left: &Type, right: &Type) -> String {
    let symbol = op.symbol();
    match op {
        Op::Equal | Op::NotEqual => format!("`{symbol}` compares {left} with {right}, which are never equal"),
        Op::Less | Op::LessEqual | Op::Greater | Op::GreaterEqual => {
            format!("`{symbol}` does not compare {left} with {right}")
        }
        Op::In if matches!(right.kind(), Kind::List | Kind::Map) => {
            format!("`in` looks for {left} in {right}, which never holds one")
        }
        Op::In => format!("`in` looks in a list or a map, not in {right}"),
        Op::Add | Op::Subtract | Op::Multiply | Op::Divide | Op::Remainder => {
            format!("`{symbol}` does not join {left} and {right}")
        }
    }
}

fn advice(op: Op, left: &Type, right: &Type) -> Option<&'static str> {
    let kinds = [left.kind(), right.kind()];
    let has = |kind| kinds.contains(&kind);
    if op == Op::In && right.kind() == Kind::String {
        return Some("to search in a string, write `text.contains('…')`");
    }
    if op == Op::Remainder && has(Kind::Double) {
        return Some("`%` is for whole numbers; convert with `int(...)`");
    }
    if kinds.iter().all(|kind| kind.is_number()) {
        return Some("convert one side with `double(...)`, `int(...)` or `uint(...)`, or write 1.0 for 1");
    }
    if has(Kind::Timestamp) && has(Kind::String) {
        return Some("wrap the text in `timestamp('…')`");
    }
    if has(Kind::Duration) && has(Kind::String) {
        return Some("wrap the text in `duration('…')`, such as `duration('24h')`");
    }
    if op == Op::Add && has(Kind::String) {
        return Some("convert the other side with `string(...)`");
    }
    if has(Kind::Bool) {
        return Some(
            "mind the precedence: comparisons bind less than arithmetic, and more than `&&` and `||`",
        );
    }
    ((op.is_comparison() || op == Op::In) && has(Kind::String))
        .then_some("numbers in quotes are strings: leave out the quotes, or convert one side")
}
