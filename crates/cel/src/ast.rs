//! The parsed expression.
//!
//! INVARIANT: no tree is deeper than `limits::MAX_NESTING`. Chains that read from the left (`a + b + c`, `a.b.c`,
//! `a && b && c`) and from the right (`c ? x : d ? y : z`) are flat lists, so that their length is no depth.

use crate::diagnostic::Span;
use crate::value::Value;

#[derive(Clone, Debug)]
pub(crate) struct Expr {
    pub(crate) kind: ExprKind,
    pub(crate) span: Span,
    /// One more than that of the deepest part.
    pub(crate) depth: usize,
}

#[derive(Clone, Debug)]
pub(crate) enum ExprKind {
    Literal(Value<'static>),
    Ident(String),
    /// Fields and indices taken from `base`, in order.
    Access {
        base: Box<Expr>,
        steps: Vec<Step>,
    },
    Call(Box<CallExpr>),
    List(Vec<Expr>),
    Map(Vec<(Expr, Expr)>),
    /// A message literal; only its name is kept, for the refusal.
    Message(String),
    Not {
        odd: bool,
        operand: Box<Expr>,
    },
    Negate {
        odd: bool,
        operand: Box<Expr>,
    },
    And(Vec<Expr>),
    Or(Vec<Expr>),
    /// Operators of one precedence, applied from the left.
    Chain {
        first: Box<Expr>,
        rest: Vec<LinkExpr>,
    },
    /// `condition ? value` arms in order, and what is left.
    Choice {
        arms: Vec<(Expr, Expr)>,
        otherwise: Box<Expr>,
    },
}

impl ExprKind {
    /// The depth of a node of this kind: one more than that of its deepest part.
    pub(crate) fn depth(&self) -> usize {
        let deepest = match self {
            Self::Literal(_) | Self::Ident(_) | Self::Message(_) => 0,
            Self::Access { base, steps } => steps.iter().map(Step::depth).max().unwrap_or(0).max(base.depth),
            Self::Call(call) => deepest(&call.arguments).max(call.target.as_ref().map_or(0, |t| t.depth)),
            Self::List(items) | Self::And(items) | Self::Or(items) => deepest(items),
            Self::Map(pairs) => deepest_pair(pairs),
            Self::Not { operand, .. } | Self::Negate { operand, .. } => operand.depth,
            Self::Chain { first, rest } => {
                rest.iter().map(|link| link.operand.depth).max().unwrap_or(0).max(first.depth)
            }
            Self::Choice { arms, otherwise } => deepest_pair(arms).max(otherwise.depth),
        };
        deepest + 1
    }
}

fn deepest(items: &[Expr]) -> usize {
    items.iter().map(|item| item.depth).max().unwrap_or(0)
}

fn deepest_pair(pairs: &[(Expr, Expr)]) -> usize {
    pairs.iter().map(|(left, right)| left.depth.max(right.depth)).max().unwrap_or(0)
}

#[derive(Clone, Debug)]
pub(crate) struct CallExpr {
    pub(crate) target: Option<Expr>,
    pub(crate) name: String,
    pub(crate) name_span: Span,
    pub(crate) arguments: Vec<Expr>,
}

#[derive(Clone, Debug)]
pub(crate) struct LinkExpr {
    pub(crate) op: Op,
    pub(crate) operand: Expr,
}

#[derive(Clone, Debug)]
pub(crate) enum Step {
    Field { name: String, span: Span },
    Index(Expr),
}

impl Step {
    pub(crate) fn depth(&self) -> usize {
        match self {
            Self::Field { .. } => 0,
            Self::Index(index) => index.depth,
        }
    }
}

/// An operator with two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Op {
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    In,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

impl Op {
    /// Whether it tells if two values are equal or in order.
    pub(crate) fn is_comparison(self) -> bool {
        match self {
            Self::Equal
            | Self::NotEqual
            | Self::Less
            | Self::LessEqual
            | Self::Greater
            | Self::GreaterEqual => true,
            Self::In | Self::Add | Self::Subtract | Self::Multiply | Self::Divide | Self::Remainder => false,
        }
    }

    pub(crate) fn symbol(self) -> &'static str {
        match self {
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessEqual => "<=",
            Self::Greater => ">",
            Self::GreaterEqual => ">=",
            Self::In => "in",
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Remainder => "%",
        }
    }
}
