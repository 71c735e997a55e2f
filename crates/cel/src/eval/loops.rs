//! The macros over lists and maps.

use super::{Machine, wrong};
use crate::fault::{Fault, Flow};
use crate::ir::{Loop, LoopKind, Node};
use crate::value::{List, Value};

impl<'a> Machine<'a> {
    pub(super) fn over(&mut self, each: &'a Loop) -> Flow<'a, Value<'a>> {
        let range = match self.eval(&each.range)? {
            Value::List(list) => list,
            Value::Map(map) => {
                self.allocate_parts(map.len())?;
                List::built(map.keys())
            }
            other => {
                let wanted = format!("`{}` goes over a list or a map", each.kind.name());
                return Err(wrong(&wanted, &other, each.span));
            }
        };
        match each.kind {
            LoopKind::All => self.quantify(each, &range, false).map(Value::Bool),
            LoopKind::Exists => self.quantify(each, &range, true).map(Value::Bool),
            LoopKind::ExistsOne => self.exists_one(each, &range).map(Value::Bool),
            LoopKind::Map | LoopKind::Filter => self.build(each, &range),
        }
    }

    /// Puts the next element into the slot of the macro.
    fn bind(&mut self, each: &'a Loop, range: &List<'a>, index: usize) -> Flow<'a, Value<'a>> {
        self.charge(1)?;
        match range.get(index) {
            Some(Ok(item)) => {
                self.set(each.slot, item.clone());
                Ok(item)
            }
            Some(Err(wanted)) => Err(Fault::failed(format!("element `{index}` is not {wanted}"), each.span)),
            None => Ok(Value::Null),
        }
    }

    fn test(&mut self, each: &'a Loop, test: &'a Node) -> Flow<'a, bool> {
        match self.eval(test)? {
            Value::Bool(value) => Ok(value),
            other => {
                let wanted = format!("the test of `{}` gives bool", each.kind.name());
                Err(wrong(&wanted, &other, each.span))
            }
        }
    }

    /// `all` and `exists`: an element that tests as `decisive` decides, whatever the others do.
    fn quantify(&mut self, each: &'a Loop, range: &List<'a>, decisive: bool) -> Flow<'a, bool> {
        let Some(test) = &each.test else { return Ok(!decisive) };
        let mut fault = None;
        for index in 0..range.len() {
            match self.bind(each, range, index).and_then(|_| self.test(each, test)) {
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

    fn exists_one(&mut self, each: &'a Loop, range: &List<'a>) -> Flow<'a, bool> {
        let Some(test) = &each.test else { return Ok(false) };
        let mut count = 0_usize;
        for index in 0..range.len() {
            self.bind(each, range, index)?;
            count += usize::from(self.test(each, test)?);
        }
        Ok(count == 1)
    }

    /// `map` and `filter`.
    fn build(&mut self, each: &'a Loop, range: &List<'a>) -> Flow<'a, Value<'a>> {
        let mut items = Vec::new();
        for index in 0..range.len() {
            let item = self.bind(each, range, index)?;
            let wanted = match &each.test {
                Some(test) => self.test(each, test)?,
                None => true,
            };
            if wanted {
                self.allocate_parts(1)?;
                let item = match &each.transform {
                    Some(transform) => self.eval(transform)?,
                    None => item,
                };
                items.push(item);
            }
        }
        Ok(Value::List(List::built(items)))
    }
}
