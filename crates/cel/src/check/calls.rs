//! Calls: macros, helpers and standard functions.

use super::{Binding, Bound, Checker, Typed, loops};
use crate::ast::{CallExpr, Expr};
use crate::convert;
use crate::diagnostic::{Span, clip};
use crate::env::Helper;
use crate::functions::{self, FUNCTIONS, Func, Function};
use crate::ir::{self, Node};
use crate::pattern::Pattern;
use crate::suggest::nearest;
use crate::types::Type;
use crate::value::Value;

impl<'e> Checker<'e> {
    pub(super) fn call(&mut self, span: Span, call: &CallExpr) -> Typed {
        if let (Some(kind), Some(target)) = (loops::kind(call), &call.target) {
            return self.over(kind, span, target, call);
        }
        if call.target.is_none() {
            if call.name == "has" {
                return self.has(span, &call.arguments);
            }
            if let Some(helper) = self.env.find_helper(&call.name) {
                return self.expand(span, helper, &call.arguments);
            }
        }
        let Some(function) = functions::find(&call.name, call.target.is_some()) else {
            return self.unknown_function(call);
        };
        self.standard(span, function, call)
    }

    fn unknown_function(&mut self, call: &CallExpr) -> Typed {
        let is_member = call.target.is_some();
        for part in call.target.iter().chain(&call.arguments) {
            self.value(part);
        }
        let hint = if functions::find(&call.name, !is_member).is_some() {
            let name = &call.name;
            Some(if is_member { format!("write {name}(x)") } else { format!("write x.{name}(…)") })
        } else if self.env.find_helper(&call.name).is_some() {
            Some(format!("`{0}` is a helper: write {0}(…) without anything before it", call.name))
        } else {
            self.suggest_function(&call.name, is_member)
        };
        self.mistake(call.name_span, format!("unknown function `{}`", clip(&call.name)), hint)
    }

    fn suggest_function(&self, name: &str, is_member: bool) -> Option<String> {
        const MACROS: [&str; 5] = ["all", "exists", "exists_one", "map", "filter"];
        let standard = FUNCTIONS.iter().filter(|function| function.called(is_member)).map(|f| f.name);
        let meant = if is_member {
            nearest(name, standard.chain(MACROS))
        } else {
            nearest(name, standard.chain(["has"]).chain(self.env.helpers().map(Helper::name)))
        };
        meant.map(|meant| format!("did you mean `{meant}`?"))
    }

    fn standard(&mut self, span: Span, function: &'static Function, call: &CallExpr) -> Typed {
        let mut nodes = Vec::new();
        let mut types = Vec::new();
        for part in call.target.iter().chain(&call.arguments) {
            let Typed { node, ty, .. } = self.value(part);
            nodes.push(node);
            types.push(ty);
        }
        let ty = function.result(&types).unwrap_or_else(|| {
            let given = types.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            let message = format!("`{}` takes {}, not ({given})", function.name, function.accepted());
            let hint = (!types.is_empty()).then(|| "convert the argument".to_owned());
            self.mismatch(span, message, hint);
            Type::Dyn
        });
        let node = self.specialise(span, function, nodes);
        Typed::new(node, ty)
    }

    /// The call, with what can be done once done now: constant times and constant patterns.
    fn specialise(&mut self, span: Span, function: &'static Function, mut nodes: Vec<Node>) -> Node {
        if let (Func::Matches, [_, Node::Constant(Value::String(pattern))]) =
            (function.func, nodes.as_slice())
        {
            match Pattern::new(pattern.as_str()) {
                Ok(pattern) => {
                    nodes.truncate(1);
                    if let Some(text) = nodes.pop() {
                        let matches = ir::Matches { text, pattern, span: self.place(span) };
                        return Node::Matches(Box::new(matches));
                    }
                }
                Err(message) => self.mismatch(span, message, None),
            }
        }
        if let (Func::ToTimestamp | Func::ToDuration, [Node::Constant(value @ Value::String(_))]) =
            (function.func, nodes.as_slice())
        {
            match convert::time(function.func, value) {
                Ok(value) => return Node::Constant(value),
                Err(message) => self.mismatch(span, message, None),
            }
        }
        let call = ir::Call { function, arguments: nodes.into(), span: self.place(span) };
        Node::Call(Box::new(call))
    }

    /// A helper call: its body, with the parameters standing for the arguments.
    fn expand(&mut self, span: Span, helper: &'e Helper, arguments: &[Expr]) -> Typed {
        let parameters = helper.parameters();
        if parameters.len() != arguments.len() {
            let message = format!(
                "helper `{}` takes {} arguments, not {}",
                helper.signature(),
                parameters.len(),
                arguments.len()
            );
            return self.mistake(span, message, None);
        }
        let mut bindings = Vec::with_capacity(parameters.len());
        let mut lets = Vec::new();
        for (name, argument) in parameters.iter().zip(arguments) {
            let bound = self.argument(argument, &mut lets);
            bindings.push(Binding { name: name.clone(), bound });
        }
        let body = self.body(span, helper, bindings);
        self.slots -= lets.len();
        let node = lets
            .into_iter()
            .rev()
            .fold(body.node, |body, (slot, value)| Node::Let(Box::new(ir::Let { slot, value, body })));
        Typed { node, ..body }
    }

    fn argument(&mut self, argument: &Expr, lets: &mut Vec<(usize, Node)>) -> Bound {
        let typed = self.expr(argument);
        match typed.node {
            Node::Constant(value) => Bound::Constant(value, typed.ty),
            Node::Fact(fact) => Bound::Fact(*fact),
            node => {
                self.note(typed.origin.as_ref());
                let slot = self.new_slot();
                lets.push((slot, node));
                Bound::Slot { slot, ty: typed.ty, origin: typed.origin }
            }
        }
    }

    fn body(&mut self, span: Span, helper: &'e Helper, bindings: Vec<Binding>) -> Typed {
        let outer_inside = self.inside;
        let outer_text = std::mem::replace(&mut self.text, helper.source());
        let outer_frame = std::mem::replace(&mut self.frame, self.scope.len());
        self.inside = Some(outer_inside.unwrap_or((span, helper.name())));
        self.scope.extend(bindings);
        let body = self.expr(&helper.body);
        self.scope.truncate(self.frame);
        self.frame = outer_frame;
        self.text = outer_text;
        self.inside = outer_inside;
        body
    }
}
