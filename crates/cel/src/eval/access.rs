//! Fields, elements and `has`.

use serde_json::Value as Json;

use super::Machine;
use crate::diagnostic::Span;
use crate::fault::{Absent, Fault, Flow};
use crate::ir::{Access, Fact, Node, Step};
use crate::path::Segment;
use crate::trace::Spot;
use crate::types::Type;
use crate::value::{Entries, Items, List, Map, Text, Value};

/// Why there is no fact. Small, because looking up facts is most of what rules do.
pub(super) enum Gap<'a> {
    Absent(Box<Absent<'a>>),
    Fault(Fault<'a>),
}

impl<'a> Gap<'a> {
    pub(super) fn fault(self, span: Span) -> Fault<'a> {
        match self {
            Self::Absent(absent) => Fault::missing(*absent, span),
            Self::Fault(fault) => fault,
        }
    }
}

/// What a look-up found.
pub(super) enum Found<'a> {
    Value(Value<'a>),
    /// Nothing, in the facts.
    Absent(Absent<'a>),
    /// Nothing, in a map that the rule built.
    NoKey(String),
}

impl<'a> Found<'a> {
    pub(super) fn value(self, span: Span) -> Flow<'a, Value<'a>> {
        match self {
            Self::Value(value) => Ok(value),
            Self::Absent(absent) => Err(Fault::missing(absent, span)),
            Self::NoKey(key) => Err(Fault::failed(format!("no such key: {key}"), span)),
        }
    }
}

impl<'a> Machine<'a> {
    /// The fact at a place that the text of the rule names.
    pub(super) fn fact(&mut self, fact: &'a Fact) -> Flow<'a, Found<'a>> {
        match self.find(fact, 0) {
            Ok(json) => typed(json, &fact.ty, fact.span).map(Found::Value),
            Err(Gap::Absent(absent)) => Ok(Found::Absent(*absent)),
            Err(Gap::Fault(fault)) => Err(fault),
        }
    }

    /// The JSON at that place, for so many steps beside its own.
    #[inline]
    pub(super) fn find(&mut self, fact: &'a Fact, steps: u64) -> Result<&'a Json, Gap<'a>> {
        let segments = fact.path.segments();
        self.charge(steps + segments.len() as u64).map_err(Gap::Fault)?;
        let mut current = self.facts;
        for (at, segment) in segments.iter().enumerate() {
            let next = match (segment, current) {
                (Segment::Field(name), Json::Object(map)) => map.get(&**name),
                (Segment::Index(index), Json::Array(items)) => items.get(*index),
                (_, Json::Null) => None,
                _ => return Err(Gap::Fault(no_part(segment, current, fact.span))),
            };
            let Some(next) = next else { return Err(self.gap(fact, at)) };
            current = next;
        }
        if let Some(trace) = &mut self.trace {
            trace.read(current, Some(&fact.path));
        }
        Ok(current)
    }

    /// Nothing is at segment `at` of the place.
    #[cold]
    fn gap(&mut self, fact: &'a Fact, at: usize) -> Gap<'a> {
        let beyond = fact.path.segments().len() - 1 - at;
        let absent = Absent { spot: Spot::Path(&fact.path), tail: Vec::new(), beyond };
        self.miss(&absent);
        Gap::Absent(Box::new(absent))
    }

    fn miss(&mut self, absent: &Absent<'a>) {
        if let Some(trace) = &mut self.trace {
            trace.missed(absent);
        }
    }

    /// What the steps lead to from the base.
    pub(super) fn access(&mut self, access: &'a Access) -> Flow<'a, Found<'a>> {
        let mut current = match &access.base {
            Node::Fact(fact) => match self.fact(fact)? {
                Found::Value(value) => value,
                Found::Absent(absent) => return Ok(self.beyond(absent, &access.steps)),
                found @ Found::NoKey(_) => return Ok(found),
            },
            base => self.eval(base)?,
        };
        let mut last = None;
        for (at, next) in access.steps.iter().enumerate() {
            self.charge(1)?;
            let key = match next {
                Step::Field(name) => name.borrowed(),
                Step::Index(index) => self.eval(index)?,
            };
            let is_field = matches!(next, Step::Field(_));
            match step(&current, &key, is_field, access.span)? {
                Next::Json(json, ty) => {
                    last = Some(json);
                    current = typed(json, ty, access.span)?;
                }
                Next::Value(value) => {
                    last = None;
                    current = value;
                }
                Next::Absent(spot) => {
                    let absent = Absent { spot, tail: vec![segment(&key)], beyond: 0 };
                    return Ok(self.beyond(absent, access.steps.get(at + 1..).unwrap_or_default()));
                }
                Next::NoKey => return Ok(Found::NoKey(shown(&key))),
            }
        }
        if let (Some(trace), Some(json)) = (&mut self.trace, last) {
            trace.read(json, None);
        }
        Ok(Found::Value(current))
    }

    /// Nothing is there: names the rest of the path too, as far as it needs no evaluation.
    fn beyond(&mut self, mut absent: Absent<'a>, steps: &'a [Step]) -> Found<'a> {
        for step in steps {
            let name = match step {
                Step::Field(name) | Step::Index(Node::Constant(name)) => segment(name),
                Step::Index(_) => break,
            };
            absent.tail.push(name);
            absent.beyond += 1;
        }
        self.miss(&absent);
        Found::Absent(absent)
    }

    /// Whether the place that `node` names exists.
    pub(super) fn has(&mut self, node: &'a Node) -> Flow<'a, bool> {
        let found = match node {
            Node::Fact(fact) => self.fact(fact)?,
            Node::Access(access) => self.access(access)?,
            other => Found::Value(self.eval(other)?),
        };
        Ok(matches!(found, Found::Value(_)))
    }

    /// `key in map`, which reads the entry and not the map.
    pub(super) fn has_key(&mut self, map: &Map<'a>, key: &Value<'a>) -> bool {
        let Entries::Json { map: json, .. } = &map.0 else { return map.get(key).is_some() };
        let Some(name) = key.as_str() else { return false };
        let found = json.get(name);
        if let Some(trace) = &mut self.trace {
            match found {
                Some(value) => trace.read(value, None),
                None => trace.missed(&Absent { spot: Spot::map(json), tail: vec![segment(key)], beyond: 0 }),
            }
        }
        found.is_some()
    }
}

enum Next<'a> {
    Json(&'a Json, &'a Type),
    Value(Value<'a>),
    Absent(Spot<'a>),
    NoKey,
}

fn step<'a>(base: &Value<'a>, key: &Value<'a>, is_field: bool, span: Span) -> Flow<'a, Next<'a>> {
    match base {
        Value::Map(map) => Ok(entry(map, key)),
        Value::List(list) if !is_field => element(list, key, span),
        other if is_field => {
            Err(Fault::failed(format!("{} has no field {}", other.kind().name(), shown(key)), span))
        }
        other => Err(Fault::failed(format!("{} has no elements", other.kind().name()), span)),
    }
}

fn entry<'a>(map: &Map<'a>, key: &Value<'_>) -> Next<'a> {
    match &map.0 {
        Entries::Json { map, ty } => {
            let found = key.as_str().and_then(|name| map.get(name).map(|json| (json, ty.child(name))));
            found.map_or_else(|| Next::Absent(Spot::map(map)), |(json, ty)| Next::Json(json, ty))
        }
        Entries::Built(_) => match map.get(key) {
            Some(Ok(value)) => Next::Value(value),
            Some(Err(_)) | None => Next::NoKey,
        },
    }
}

fn element<'a>(list: &List<'a>, key: &Value<'_>, span: Span) -> Flow<'a, Next<'a>> {
    let none = || {
        let message = format!("the list has {} elements and no element {}", list.len(), shown(key));
        Fault::failed(message, span)
    };
    let index = match index(key) {
        Index::At(index) => index,
        Index::Outside => return Err(none()),
        Index::No => return Err(Fault::failed(format!("{} is no index of a list", shown(key)), span)),
    };
    match &list.0 {
        Items::Json { items, element } => Ok(items
            .get(index)
            .map_or_else(|| Next::Absent(Spot::list(items)), |json| Next::Json(json, element))),
        Items::Built(items) => items.get(index).cloned().map(Next::Value).ok_or_else(none),
    }
}

/// A value as an index of a list.
enum Index {
    At(usize),
    /// A whole number that no list has.
    Outside,
    No,
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::float_cmp,
    reason = "the double is checked to be whole and to fit"
)]
fn index(key: &Value<'_>) -> Index {
    const LARGEST: f64 = 4_294_967_295.0;
    let index = match key {
        Value::Int(value) => usize::try_from(*value).ok(),
        Value::Uint(value) => usize::try_from(*value).ok(),
        Value::Double(value) if value.trunc() == *value => {
            (0.0..=LARGEST).contains(value).then_some(*value as usize)
        }
        _ => return Index::No,
    };
    index.map_or(Index::Outside, Index::At)
}

fn segment(key: &Value<'_>) -> Segment {
    match (key.as_str(), index(key)) {
        (Some(name), _) => Segment::Field(name.into()),
        (_, Index::At(index)) => Segment::Index(index),
        _ => Segment::Any,
    }
}

/// A key for messages.
fn shown(key: &Value<'_>) -> String {
    let text = match (key, key.kind()) {
        (Value::String(text), _) => Text::as_str(text).to_owned(),
        (Value::Bool(value), _) => value.to_string(),
        (Value::Int(value), _) => value.to_string(),
        (Value::Uint(value), _) => value.to_string(),
        (Value::Double(value), _) => value.to_string(),
        (_, kind) => return kind.name().to_owned(),
    };
    format!("`{}`", crate::diagnostic::clip(&text))
}

pub(super) fn typed<'a>(json: &'a Json, ty: &'a Type, span: Span) -> Flow<'a, Value<'a>> {
    Value::from_json(json, ty).map_err(|wanted| {
        let text = crate::diagnostic::clip(json.as_str().unwrap_or_default());
        Fault::failed(format!("the fact is `{text}`, which is not {wanted}"), span)
    })
}

/// The fault that `json` has neither fields nor elements.
fn no_part<'a>(segment: &Segment, json: &Json, span: Span) -> Fault<'a> {
    let kind = match json {
        Json::Null => "null",
        Json::Bool(_) => "bool",
        Json::Number(_) => "a number",
        Json::String(_) => "string",
        Json::Array(_) => "list",
        Json::Object(_) => "map",
    };
    let part = match segment {
        Segment::Field(name) => format!("field `{}`", crate::diagnostic::clip(name)),
        Segment::Index(index) => format!("element `{index}`"),
        Segment::Any => "elements".to_owned(),
    };
    Fault::failed(format!("{kind} has no {part}"), span)
}
