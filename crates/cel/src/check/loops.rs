//! The macros over lists and maps.

use super::{Binding, Bound, Checker, Typed};
use crate::ast::{CallExpr, Expr, ExprKind};
use crate::diagnostic::Span;
use crate::ir::{self, LoopKind, Node};
use crate::parser::is_reserved;
use crate::path::Segment;
use crate::types::{Kind, Type};

/// The macro that `call` is, by its name; the number of arguments is checked with it.
pub(super) fn kind(call: &CallExpr) -> Option<LoopKind> {
    const KINDS: [LoopKind; 5] =
        [LoopKind::All, LoopKind::Exists, LoopKind::ExistsOne, LoopKind::Map, LoopKind::Filter];
    call.target.as_ref()?;
    KINDS.into_iter().find(|kind| kind.name() == call.name)
}

impl Checker<'_> {
    pub(super) fn over(&mut self, kind: LoopKind, span: Span, target: &Expr, call: &CallExpr) -> Typed {
        let (variable, test, transform) = match (kind, call.arguments.as_slice()) {
            (LoopKind::Map, [variable, transform]) => (variable, None, Some(transform)),
            (LoopKind::Map, [variable, test, transform]) => (variable, Some(test), Some(transform)),
            (LoopKind::All | LoopKind::Exists | LoopKind::ExistsOne | LoopKind::Filter, [variable, test]) => {
                (variable, Some(test), None)
            }
            _ => {
                let hint = format!("write list.{}(x, …)", kind.name());
                return self.mistake(
                    call.name_span,
                    format!("`{}` takes a variable and a test", kind.name()),
                    Some(hint),
                );
            }
        };
        let range = self.value(target);
        let Some(name) = variable_name(variable) else {
            let hint = format!("write a short name, as in .{}(x, …)", kind.name());
            return self.mistake(variable.span, "the variable is not a name", Some(hint));
        };
        let element = self.range_element(target, &range.ty);
        let origin = match range.ty.kind() {
            Kind::List | Kind::Any => range.origin.clone().map(|origin| origin.then(Segment::Any)),
            _ => None,
        };
        let slot = self.new_slot();
        let bound = Bound::Slot { slot, ty: element.clone(), origin };
        self.scope.push(Binding { name: name.to_owned(), bound });
        let test = test.map(|test| self.test(kind, test));
        let transform = transform.map(|transform| self.value(transform));
        self.scope.pop();
        self.slots -= 1;
        let ty = match (kind, &transform) {
            (LoopKind::Map, Some(transform)) => Type::list(transform.ty.clone()),
            (LoopKind::Filter, _) => Type::list(element),
            _ => Type::Bool,
        };
        let transform = transform.map(|typed| typed.node);
        let node = ir::Loop { kind, range: range.node, slot, test, transform, span: self.place(span) };
        Typed::new(Node::Loop(Box::new(node)), ty)
    }

    fn test(&mut self, kind: LoopKind, test: &Expr) -> Node {
        let typed = self.value(test);
        if !typed.ty.kind().fits(Kind::Bool) {
            let message = format!("the test of `{}` is {}, not bool", kind.name(), typed.ty);
            self.mismatch(test.span, message, Some("compare it with something, such as `… == …`".into()));
        }
        typed.node
    }

    /// The type of what the variable of a macro over `ty` stands for.
    fn range_element(&mut self, target: &Expr, ty: &Type) -> Type {
        match ty {
            Type::List(element) => (**element).clone(),
            Type::Map(key, _) => (**key).clone(),
            Type::Object(_) => Type::String,
            Type::Dyn => Type::Dyn,
            _ => {
                let message = format!("`{}` is {ty}, neither a list nor a map", self.quote(target.span));
                self.mismatch(target.span, message, None);
                Type::Dyn
            }
        }
    }
}

fn variable_name(variable: &Expr) -> Option<&str> {
    match &variable.kind {
        ExprKind::Ident(name) if !is_reserved(name) => Some(name),
        _ => None,
    }
}
