//! Names, fields and indices: what they stand for in the facts.

use super::{Bound, Checker, Typed};
use crate::ast::{Expr, ExprKind, Step};
use crate::diagnostic::{Span, clip};
use crate::functions;
use crate::ir::{self, Node};
use crate::path::{FactPath, Segment};
use crate::suggest::nearest;
use crate::types::{Kind, ObjectType, Type};
use crate::value::{Text, Value};

impl Checker<'_> {
    pub(super) fn ident(&mut self, span: Span, name: &str) -> Typed {
        let visible = self.scope.get(self.frame..).unwrap_or_default();
        if let Some(binding) = visible.iter().rev().find(|binding| binding.name == name) {
            return self.bound(&binding.bound.clone(), span);
        }
        if let Some(field) = self.env.root().fields.get(name) {
            let path = FactPath::root(name);
            return self.fact(ir::Fact { path, ty: field.ty.clone(), span: self.place(span) });
        }
        if let Some(ty) = functions::type_denotation(name) {
            return Typed::constant(Value::Type(ty), Type::TypeType);
        }
        let hint = self.suggest_fact(name);
        self.mistake(span, format!("unknown fact `{}`", clip(name)), hint)
    }

    fn bound(&self, bound: &Bound, span: Span) -> Typed {
        match bound {
            Bound::Slot { slot, ty, origin } => {
                Typed { node: Node::Local(*slot), ty: ty.clone(), origin: origin.clone() }
            }
            Bound::Fact(fact) => self.fact(ir::Fact { span: self.place(span), ..fact.clone() }),
            Bound::Constant(value, ty) => Typed::constant(value.clone(), ty.clone()),
            Bound::Parameter => Typed::new(Node::Local(0), Type::Dyn),
        }
    }

    #[expect(clippy::unused_self, reason = "reads as the other makers of parts do")]
    fn fact(&self, fact: ir::Fact) -> Typed {
        Typed { ty: fact.ty.clone(), origin: Some(fact.path.clone()), node: Node::Fact(Box::new(fact)) }
    }

    fn suggest_fact(&self, name: &str) -> Option<String> {
        let visible = self.scope.get(self.frame..).unwrap_or_default();
        let locals = visible.iter().map(|binding| binding.name.as_str());
        let facts = self.env.root().fields.keys().map(String::as_str);
        match nearest(name, locals.chain(facts)) {
            Some(meant) => Some(format!("did you mean `{meant}`?")),
            None => list_fields("the facts are", self.env.root()),
        }
    }

    pub(super) fn access(&mut self, span: Span, base: &Expr, steps: &[Step]) -> Typed {
        if let Some(ty) = self.time_type(base, steps) {
            return Typed::constant(Value::Type(ty), Type::TypeType);
        }
        let mut typed = self.expr(base);
        let mut before = base.span;
        for step in steps {
            self.parts += 1;
            typed = match step {
                Step::Field { name, span: field } => self.field(typed, before, name, *field),
                Step::Index(index) => self.index(typed, before, index),
            };
            if let Step::Field { span: field, .. } = step {
                before = before.to(*field);
            }
        }
        match &mut typed.node {
            Node::Fact(fact) => fact.span = self.place(span),
            Node::Access(access) => access.span = self.place(span),
            _ => {}
        }
        typed
    }

    /// The two types whose names have dots, unless a fact hides them.
    fn time_type(&self, base: &Expr, steps: &[Step]) -> Option<&'static str> {
        let ExprKind::Ident(first) = &base.kind else { return None };
        if first != "google" || self.env.root().fields.contains_key("google") {
            return None;
        }
        match steps {
            [Step::Field { name: second, .. }, Step::Field { name: third, .. }] if second == "protobuf" => {
                ["google.protobuf.Timestamp", "google.protobuf.Duration"]
                    .into_iter()
                    .find(|ty| ty.rsplit('.').next() == Some(third))
            }
            _ => None,
        }
    }

    fn field(&mut self, base: Typed, before: Span, name: &str, span: Span) -> Typed {
        let ty = match &base.ty {
            Type::Object(object) => self.object_field(&object.clone(), before, name, span),
            Type::Map(key, value) if key.kind().fits(Kind::String) => (**value).clone(),
            Type::Dyn => Type::Dyn,
            ty => {
                let hint = (ty.kind() == Kind::List).then(|| {
                    "take an element, such as `[0]`, or test them with `.exists(x, …)` or `.all(x, …)`"
                        .to_owned()
                });
                let message = format!("`{}` is {ty} and has no field `{}`", self.quote(before), clip(name));
                self.mismatch(span, message, hint);
                Type::Dyn
            }
        };
        let key = Value::String(Text::Shared(name.into()));
        extend(base, ty, Segment::Field(name.into()), ir::Step::Field(key))
    }

    fn object_field(&mut self, object: &ObjectType, before: Span, name: &str, span: Span) -> Type {
        if let Some(field) = object.fields.get(name) {
            return field.ty.clone();
        }
        let hint = nearest(name, object.fields.keys().map(String::as_str))
            .map(|meant| format!("did you mean `{meant}`?"))
            .or_else(|| list_fields("its fields are", object));
        let message = format!("`{}` has no field `{}`", self.quote(before), clip(name));
        self.mismatch(span, message, hint);
        Type::Dyn
    }

    fn index(&mut self, base: Typed, before: Span, index: &Expr) -> Typed {
        let key = self.value(index);
        let name = key.as_constant().and_then(Value::as_str).map(str::to_owned);
        let ty = match (&base.ty, name.as_deref()) {
            (Type::Object(object), Some(name)) => {
                self.object_field(&object.clone(), before, name, index.span)
            }
            (ty, _) => self.element(&ty.clone(), before, &key.ty, index.span),
        };
        let segment = match key.as_constant() {
            Some(Value::Int(at)) => usize::try_from(*at).map_or(Segment::Any, Segment::Index),
            _ => name.map_or(Segment::Any, |name| Segment::Field(name.into())),
        };
        extend(base, ty, segment, ir::Step::Index(key.node))
    }

    /// The type of an element of `ty` under an index of type `key`.
    fn element(&mut self, ty: &Type, before: Span, key: &Type, span: Span) -> Type {
        let (wanted, element) = match ty {
            Type::List(element) => (Kind::Int, (**element).clone()),
            Type::Map(key, value) => (key.kind(), (**value).clone()),
            Type::Object(_) => (Kind::String, Type::Dyn),
            Type::Dyn => return Type::Dyn,
            _ => {
                let message = format!("`{}` is {ty} and has no elements", self.quote(before));
                self.mismatch(span, message, None);
                return Type::Dyn;
            }
        };
        let both_numbers = wanted.is_number() && key.kind().is_number();
        if !key.kind().fits(wanted) && !both_numbers {
            let message =
                format!("`{}` is {ty}; its index is {}, not {key}", self.quote(before), wanted.name());
            self.mismatch(span, message, None);
        }
        element
    }

    /// The macro `has(a.b.c)`.
    pub(super) fn has(&mut self, span: Span, arguments: &[Expr]) -> Typed {
        let [argument] = arguments else {
            return self.mistake(span, "`has` takes one argument", Some("write has(a.b)".into()));
        };
        let parameter = self.is_parameter(argument);
        let typed = self.value(argument);
        let is_access = matches!(&argument.kind, ExprKind::Access { steps, .. } if matches!(steps.last(), Some(Step::Field { .. })));
        let is_place = matches!(typed.node, Node::Fact(_) | Node::Access(_));
        if parameter || (is_access && !is_place) {
            return Typed::new(typed.node, Type::Bool);
        }
        let passed = self.inside.is_some() && matches!(argument.kind, ExprKind::Ident(_)) && is_place;
        if !is_access && !passed {
            let hint = "write has(a.b); a name alone is either known or unknown".to_owned();
            return self.mistake(argument.span, "`has` asks for a field", Some(hint));
        }
        Typed::new(Node::Has(Box::new(typed.node)), Type::Bool)
    }

    /// Whether `expr` is a parameter of the helper that is being defined.
    fn is_parameter(&self, expr: &Expr) -> bool {
        let ExprKind::Ident(name) = &expr.kind else { return false };
        let visible = self.scope.get(self.frame..).unwrap_or_default();
        visible
            .iter()
            .rev()
            .find(|binding| binding.name == *name)
            .is_some_and(|binding| matches!(binding.bound, Bound::Parameter))
    }
}

/// One step further from `base`.
fn extend(base: Typed, ty: Type, segment: Segment, step: ir::Step) -> Typed {
    let origin = base.origin.map(|origin| origin.then(segment.clone()));
    let node = match base.node {
        Node::Fact(mut fact) if segment != Segment::Any => {
            fact.ty = match &segment {
                Segment::Field(name) => fact.ty.child(name).clone(),
                Segment::Index(_) | Segment::Any => fact.ty.element().clone(),
            };
            fact.path = std::mem::take(&mut fact.path).then(segment);
            Node::Fact(fact)
        }
        Node::Access(mut access) => {
            access.steps.push(step);
            Node::Access(access)
        }
        base => Node::Access(Box::new(ir::Access { base, steps: vec![step], span: Span::default() })),
    };
    Typed { node, ty, origin }
}

/// The fields of a small object, for a hint.
fn list_fields(lead: &str, object: &ObjectType) -> Option<String> {
    const MOST: usize = 24;
    if object.fields.is_empty() || object.fields.len() > MOST {
        return None;
    }
    let names: Vec<_> = object.fields.keys().map(|name| format!("`{name}`")).collect();
    Some(format!("{lead} {}", names.join(", ")))
}
