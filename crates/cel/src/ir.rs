//! The compiled expression: names resolved, helpers expanded, constants folded.
//!
//! INVARIANT: no tree is deeper than `limits::MAX_EXPANDED_NESTING` calls of the checker, so recursion over it is
//! bounded; every slot is below the slot count of its program.

use crate::ast::Op;
use crate::diagnostic::Span;
use crate::functions::Function;
use crate::path::FactPath;
use crate::pattern::Pattern;
use crate::types::Type;
use crate::value::Value;

#[derive(Clone, Debug)]
pub(crate) enum Node {
    Constant(Value<'static>),
    Local(usize),
    Fact(Box<Fact>),
    Access(Box<Access>),
    /// Whether the place that the inner fact or access names exists.
    Has(Box<Node>),
    List(Box<[Node]>),
    Map(Box<MapNode>),
    Not(Box<Unary>),
    Negate(Box<Unary>),
    And(Box<Junction>),
    Or(Box<Junction>),
    Chain(Box<Chain>),
    Compare(Box<Compare>),
    InSet(Box<InSet>),
    Choice(Box<Choice>),
    Call(Box<Call>),
    Matches(Box<Matches>),
    Loop(Box<Loop>),
    Let(Box<Let>),
    /// What only unchecked programs have: a part that cannot be evaluated.
    Fail(Box<Failure>),
}

/// A place in the facts that is known when the rule is compiled.
#[derive(Clone, Debug)]
pub(crate) struct Fact {
    pub(crate) path: FactPath,
    pub(crate) ty: Type,
    pub(crate) span: Span,
}

#[derive(Clone, Debug)]
pub(crate) struct Access {
    pub(crate) base: Node,
    pub(crate) steps: Vec<Step>,
    pub(crate) span: Span,
}

/// A step into a value. The key of a field is a value, so that all maps are asked in one way.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Field(Value<'static>),
    Index(Node),
}

#[derive(Clone, Debug)]
pub(crate) struct MapNode {
    pub(crate) entries: Box<[(Node, Node)]>,
    pub(crate) span: Span,
}

#[derive(Clone, Debug)]
pub(crate) struct Unary {
    pub(crate) odd: bool,
    pub(crate) operand: Node,
    pub(crate) span: Span,
}

#[derive(Clone, Debug)]
pub(crate) struct Junction {
    pub(crate) operands: Box<[Node]>,
    pub(crate) span: Span,
}

#[derive(Clone, Debug)]
pub(crate) struct Chain {
    pub(crate) first: Node,
    pub(crate) rest: Box<[Link]>,
}

#[derive(Clone, Debug)]
pub(crate) struct Link {
    pub(crate) op: Op,
    pub(crate) operand: Node,
    pub(crate) span: Span,
}

/// A chain of one comparison of a fact with a constant, the commonest of all: no values are made for it.
#[derive(Clone, Debug)]
pub(crate) struct Compare {
    pub(crate) fact: Fact,
    pub(crate) op: Op,
    pub(crate) constant: Value<'static>,
    pub(crate) span: Span,
}

/// `value in [constants]`, where all are strings, sorted.
#[derive(Clone, Debug)]
pub(crate) struct InSet {
    pub(crate) value: Node,
    pub(crate) strings: Box<[Box<str>]>,
}

#[derive(Clone, Debug)]
pub(crate) struct Choice {
    pub(crate) arms: Box<[(Node, Node)]>,
    pub(crate) otherwise: Node,
    pub(crate) span: Span,
}

#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) function: &'static Function,
    pub(crate) arguments: Box<[Node]>,
    pub(crate) span: Span,
}

#[derive(Clone, Debug)]
pub(crate) struct Matches {
    pub(crate) text: Node,
    pub(crate) pattern: Pattern,
    pub(crate) span: Span,
}

/// A macro over the elements of a list or the keys of a map.
#[derive(Clone, Debug)]
pub(crate) struct Loop {
    pub(crate) kind: LoopKind,
    pub(crate) range: Node,
    pub(crate) slot: usize,
    /// The test of each element; absent for `map` with two arguments.
    pub(crate) test: Option<Node>,
    /// What `map` makes of each element.
    pub(crate) transform: Option<Node>,
    pub(crate) span: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LoopKind {
    All,
    Exists,
    ExistsOne,
    Map,
    Filter,
}

impl LoopKind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Exists => "exists",
            Self::ExistsOne => "exists_one",
            Self::Map => "map",
            Self::Filter => "filter",
        }
    }
}

/// An argument of a helper, evaluated once.
#[derive(Clone, Debug)]
pub(crate) struct Let {
    pub(crate) slot: usize,
    pub(crate) value: Node,
    pub(crate) body: Node,
}

#[derive(Clone, Debug)]
pub(crate) struct Failure {
    pub(crate) message: String,
    pub(crate) span: Span,
}
