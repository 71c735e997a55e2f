//! Names, types and overloads: from the parsed tree to the compiled one.
//!
//! The checker goes on after a mistake, with the type `dyn` for what it did not understand, so that one compilation
//! reports several. It expands helpers by checking their bodies at the call, and stops when the expanded rule has too
//! many parts or is too deep, whatever the text looks like.

mod access;
mod calls;
mod loops;
mod operators;

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::ast::{Expr, ExprKind};
use crate::diagnostic::{Diagnostic, Span, clip};
use crate::env::{Env, Helper};
use crate::ir::{self, Node};
use crate::limits::{MAX_DIAGNOSTICS, MAX_EXPANDED_NESTING, MAX_PARTS};
use crate::path::FactPath;
use crate::types::{Kind, Type};
use crate::value::{List, Map, Value};

/// Whether types are checked, or left to the evaluation as the language allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Strict,
    Lenient,
}

/// What a program consists of.
pub(crate) struct Compiled {
    pub(crate) node: Node,
    pub(crate) ty: Type,
    pub(crate) slots: usize,
    pub(crate) paths: Vec<FactPath>,
}

/// Checks and compiles `expr`, which was parsed from `source`.
pub(crate) fn check(
    env: &Env,
    source: &str,
    expr: &Expr,
    expected: Option<&Type>,
    mode: Mode,
) -> Result<Compiled, Vec<Diagnostic>> {
    let mut checker = Checker::new(env, source, mode);
    let typed = checker.value(expr);
    if let Some(expected) = expected.filter(|expected| !typed.ty.kind().fits(expected.kind())) {
        checker.unexpected_result(expr.span, &typed.ty, expected);
    }
    if checker.diagnostics.is_empty() {
        let paths = checker.paths.into_iter().collect();
        return Ok(Compiled { node: typed.node, ty: typed.ty, slots: checker.most_slots, paths });
    }
    checker.diagnostics.sort_by_key(|diagnostic| diagnostic.span.start);
    Err(checker.diagnostics)
}

/// Checks a helper whose parameters can be anything.
pub(crate) fn definition(env: &Env, helper: &Helper) -> Result<(), Diagnostic> {
    let mut checker = Checker::new(env, helper.source(), Mode::Strict);
    for name in helper.parameters() {
        checker.scope.push(Binding { name: name.clone(), bound: Bound::Parameter });
    }
    checker.value(&helper.body);
    checker.diagnostics.into_iter().next().map_or(Ok(()), Err)
}

/// A compiled part with what is known of it.
struct Typed {
    node: Node,
    ty: Type,
    /// Where in the facts it lies, if it is a part of them.
    origin: Option<FactPath>,
}

impl Typed {
    fn new(node: Node, ty: Type) -> Self {
        Self { node, ty, origin: None }
    }

    fn constant(value: Value<'static>, ty: Type) -> Self {
        Self::new(Node::Constant(value), ty)
    }

    /// What stands for a part that was not understood.
    fn unknown() -> Self {
        Self::constant(Value::Null, Type::Dyn)
    }

    fn as_constant(&self) -> Option<&Value<'static>> {
        if let Node::Constant(value) = &self.node { Some(value) } else { None }
    }
}

struct Binding {
    name: String,
    bound: Bound,
}

#[derive(Clone)]
enum Bound {
    /// The variable of a macro, or an evaluated argument.
    Slot {
        slot: usize,
        ty: Type,
        origin: Option<FactPath>,
    },
    /// An argument that is a place in the facts.
    Fact(ir::Fact),
    Constant(Value<'static>, Type),
    /// A parameter of the helper that is being defined.
    Parameter,
}

struct Checker<'e> {
    env: &'e Env,
    /// The text of the rule, which all diagnostics are about.
    source: &'e str,
    /// The text that is being checked: that of the rule or of a helper.
    text: &'e str,
    mode: Mode,
    scope: Vec<Binding>,
    /// Where the bindings that can be seen begin; those before belong to the caller of the helper.
    frame: usize,
    /// The outermost helper call, if one is being expanded.
    inside: Option<(Span, &'e str)>,
    slots: usize,
    most_slots: usize,
    parts: usize,
    depth: usize,
    exhausted: bool,
    diagnostics: Vec<Diagnostic>,
    paths: BTreeSet<FactPath>,
}

impl<'e> Checker<'e> {
    fn new(env: &'e Env, source: &'e str, mode: Mode) -> Self {
        Self {
            env,
            source,
            text: source,
            mode,
            scope: Vec::new(),
            frame: 0,
            inside: None,
            slots: 0,
            most_slots: 0,
            parts: 0,
            depth: 0,
            exhausted: false,
            diagnostics: Vec::new(),
            paths: BTreeSet::new(),
        }
    }

    /// The place in the rule that `span` of the current text stands for.
    fn place(&self, span: Span) -> Span {
        self.inside.map_or(span, |(call, _)| call)
    }

    fn report(&mut self, span: Span, message: impl Into<String>, hint: Option<String>) {
        if self.diagnostics.len() == MAX_DIAGNOSTICS {
            return;
        }
        let message = match self.inside {
            Some((_, helper)) => format!("in helper `{helper}`: {}", message.into()),
            None => message.into(),
        };
        let mut diagnostic = Diagnostic::new(self.source, self.place(span), message);
        diagnostic.hint = hint;
        if !self.diagnostics.contains(&diagnostic) {
            self.diagnostics.push(diagnostic);
        }
    }

    /// Reports a mistake, or leaves it to the evaluation where types are not checked.
    fn mistake(&mut self, span: Span, message: impl Into<String>, hint: Option<String>) -> Typed {
        let message = message.into();
        if self.mode == Mode::Lenient {
            let failure = ir::Failure { message, span: self.place(span) };
            return Typed::new(Node::Fail(Box::new(failure)), Type::Dyn);
        }
        self.report(span, message, hint);
        Typed::unknown()
    }

    /// Reports a wrong type, which the evaluation would find too.
    fn mismatch(&mut self, span: Span, message: impl Into<String>, hint: Option<String>) {
        if self.mode == Mode::Strict {
            self.report(span, message, hint);
        }
    }

    fn unexpected_result(&mut self, span: Span, ty: &Type, expected: &Type) {
        let hint = if expected.kind() == Kind::Bool {
            "compare it with something, such as `… == …`".to_owned()
        } else {
            format!("convert it to {expected}")
        };
        self.mismatch(span, format!("the expression gives {ty} where {expected} is wanted"), Some(hint));
    }

    fn quote(&self, span: Span) -> String {
        clip(self.text.get(span.start..span.end).unwrap_or_default())
    }

    /// Checks a part whose value is used as it is: the facts that it names are read.
    fn value(&mut self, expr: &Expr) -> Typed {
        let typed = self.expr(expr);
        self.note(typed.origin.as_ref());
        typed
    }

    fn note(&mut self, origin: Option<&FactPath>) {
        if let Some(path) = origin.filter(|path| !self.paths.contains(path)) {
            self.paths.insert(path.clone());
        }
    }

    /// Checks a part from which the caller may take a field.
    fn expr(&mut self, expr: &Expr) -> Typed {
        self.parts += 1;
        self.depth += 1;
        let typed = if self.fits(expr.span) { self.node(expr) } else { Typed::unknown() };
        self.depth -= 1;
        match self.mode {
            Mode::Strict => typed,
            Mode::Lenient => Typed { ty: Type::Dyn, ..typed },
        }
    }

    /// Whether there is room for another part.
    fn fits(&mut self, span: Span) -> bool {
        let too_deep = self.depth > MAX_EXPANDED_NESTING;
        if !self.exhausted && (too_deep || self.parts > MAX_PARTS) {
            self.exhausted = true;
            let message = if too_deep {
                format!(
                    "the expression is nested more than {MAX_EXPANDED_NESTING} levels deep with its helpers"
                )
            } else {
                format!("the expression has more than {MAX_PARTS} parts with its helpers")
            };
            self.report(span, message, Some("split the rule".into()));
        }
        !self.exhausted
    }

    fn node(&mut self, expr: &Expr) -> Typed {
        match &expr.kind {
            ExprKind::Literal(value) => Typed::constant(value.clone(), value.kind().to_type()),
            ExprKind::Ident(name) => self.ident(expr.span, name),
            ExprKind::Access { base, steps } => self.access(expr.span, base, steps),
            ExprKind::Call(call) => self.call(expr.span, call),
            ExprKind::List(items) => self.list(items),
            ExprKind::Map(entries) => self.map(expr.span, entries),
            ExprKind::Message(name) => {
                let hint = "write a map, such as {'field': value}".to_owned();
                self.mistake(
                    expr.span,
                    format!("messages such as `{}` are not supported", clip(name)),
                    Some(hint),
                )
            }
            ExprKind::Not { odd, operand } => self.not(expr.span, *odd, operand),
            ExprKind::Negate { odd, operand } => self.negate(expr.span, *odd, operand),
            ExprKind::And(operands) => self.junction(expr.span, "&&", operands),
            ExprKind::Or(operands) => self.junction(expr.span, "||", operands),
            ExprKind::Chain { first, rest } => self.chain(first, rest),
            ExprKind::Choice { arms, otherwise } => self.choice(expr.span, arms, otherwise),
        }
    }

    fn list(&mut self, items: &[Expr]) -> Typed {
        let mut element: Option<Type> = None;
        let mut nodes = Vec::with_capacity(items.len());
        for item in items {
            let typed = self.value(item);
            let joined = element.map_or(Some(typed.ty.clone()), |element| element.join(&typed.ty));
            element = Some(joined.unwrap_or(Type::Dyn));
            nodes.push(typed.node);
        }
        let ty = Type::list(element.unwrap_or(Type::Dyn));
        match constants(&nodes) {
            Some(values) => Typed::constant(Value::List(List::built(values)), ty),
            None => Typed::new(Node::List(nodes.into()), ty),
        }
    }

    fn map(&mut self, span: Span, entries: &[(Expr, Expr)]) -> Typed {
        let mut types: Option<(Type, Type)> = None;
        let mut nodes = Vec::with_capacity(entries.len());
        for (key, value) in entries {
            let (name, value) = (self.value(key), self.value(value));
            if !is_key(name.ty.kind()) {
                let hint = "use a string, an int, a uint or a bool".to_owned();
                self.mismatch(key.span, format!("{} cannot be the key of a map", name.ty), Some(hint));
            }
            let (known_key, known_value) = types.unwrap_or((name.ty.clone(), value.ty.clone()));
            types = Some((
                known_key.join(&name.ty).unwrap_or(Type::Dyn),
                known_value.join(&value.ty).unwrap_or(Type::Dyn),
            ));
            nodes.push((name.node, value.node));
        }
        let (key, value) = types.unwrap_or((Type::Dyn, Type::Dyn));
        let ty = Type::Map(Arc::new(key), Arc::new(value));
        let pairs: Option<Vec<_>> = nodes.iter().map(constant_pair).collect();
        if let Some(Ok(map)) = pairs.map(Map::built) {
            return Typed::constant(Value::Map(map), ty);
        }
        Typed::new(Node::Map(Box::new(ir::MapNode { entries: nodes.into(), span: self.place(span) })), ty)
    }

    fn new_slot(&mut self) -> usize {
        let slot = self.slots;
        self.slots += 1;
        self.most_slots = self.most_slots.max(self.slots);
        slot
    }
}

fn is_key(kind: Kind) -> bool {
    matches!(kind, Kind::Any | Kind::Bool | Kind::Int | Kind::Uint | Kind::String)
}

/// The values of `nodes`, if all are constant.
fn constants(nodes: &[Node]) -> Option<Vec<Value<'static>>> {
    nodes
        .iter()
        .map(|node| if let Node::Constant(value) = node { Some(value.clone()) } else { None })
        .collect()
}

fn constant_pair((key, value): &(Node, Node)) -> Option<(Value<'static>, Value<'static>)> {
    match (key, value) {
        (Node::Constant(key), Node::Constant(value)) => Some((key.clone(), value.clone())),
        _ => None,
    }
}
