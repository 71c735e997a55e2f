//! The machine of a pickle, run on names alone: what would be imported and called, without importing or calling.

use super::super::fault::Fault;
use super::super::limits::{MAX_PICKLE_DEPTH, MAX_STACK};
use super::super::region::Region;
use super::super::work::Work;
use super::array;
use super::opcode::{self, Name, Op};
use super::seen::Seen;
use super::values::{Id, Memo, UNKNOWN, Value, Values};

/// How a file's arrays are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Arrays {
    /// As joblib does: the bytes of an array follow the object that stands for it.
    Inline,
    /// As a plain unpickler does, which knows of no such bytes.
    None,
}

/// What a run has come across beside imports.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Run {
    /// Opcodes that were run.
    pub(super) opcodes: u64,
    /// Arrays whose bytes were passed over.
    pub(super) arrays: u64,
    /// Where the bytes of an array cannot be told from pickles, and why.
    pub(super) opaque_arrays: Vec<u64>,
    /// The value on top at the end is the number that old PyTorch files begin with.
    pub(super) is_torch_magic: bool,
}

/// Runs one pickle to its end. What was seen before a fault is in `seen`.
pub(super) fn run(
    work: &mut Work,
    from: &mut Region,
    seen: &mut Seen,
    arrays: Arrays,
    depth: u32,
) -> (Run, Result<(), Fault>) {
    let mut machine = Machine::new(seen, arrays, depth);
    let result = machine.run(work, from);
    (machine.run, result)
}

/// The first bytes of the number that PyTorch's old format begins with, as LONG1 of ten bytes.
const TORCH_MAGIC: [u8; 10] = [0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];

struct Machine<'a> {
    seen: &'a mut Seen,
    arrays: Arrays,
    depth: u32,
    values: Values,
    memo: Memo,
    stack: Vec<Id>,
    marks: Vec<usize>,
    run: Run,
}

impl<'a> Machine<'a> {
    fn new(seen: &'a mut Seen, arrays: Arrays, depth: u32) -> Self {
        Self {
            seen,
            arrays,
            depth,
            values: Values::new(),
            memo: Memo::default(),
            stack: Vec::new(),
            marks: Vec::new(),
            run: Run::default(),
        }
    }

    fn run(&mut self, work: &mut Work, from: &mut Region) -> Result<(), Fault> {
        let start = from.at();
        loop {
            work.step()?;
            let at = from.at();
            let op = opcode::read(from)?;
            self.run.opcodes += 1;
            if op == Op::Stop {
                let may_be_magic = start == 0 && self.run.opcodes <= 4;
                self.run.is_torch_magic = may_be_magic && is_torch_magic(from, start)?;
                return Ok(());
            }
            let is_build = op == Op::Build;
            self.apply(op, at)?;
            if is_build && self.arrays == Arrays::Inline {
                self.pass_array(work, from)?;
            }
        }
    }

    fn apply(&mut self, op: Op, at: u64) -> Result<(), Fault> {
        match op {
            Op::Nothing | Op::Stop => Ok(()),
            Op::Build => self.build(),
            Op::Mark => self.mark(),
            Op::Pop => self.pop_or_mark(),
            Op::PopMark => self.pop_mark().map(drop),
            Op::Dup => self.top().and_then(|top| self.push(top)),
            Op::Push => self.push(UNKNOWN),
            Op::Text(text) => self.text(text),
            Op::Number(number) => self.push_value(Value::Number(number)),
            Op::EmptyDict => self.push_value(Value::Dict(Vec::new())),
            Op::Put(slot) => self.top().map(|top| self.memo.put_maybe(slot, top)),
            Op::Memoize => self.top().map(|top| self.memo.push(top)),
            Op::Get(slot) => self.push(slot.map_or(UNKNOWN, |slot| self.memo.get(slot))),
            Op::Global(name) => {
                let id = self.import(name, at);
                self.push(id)
            }
            Op::StackGlobal => self.stack_global(at),
            Op::Extension(code) => {
                self.seen.extension(code, at);
                self.push(UNKNOWN)
            }
            Op::Inst(name) => self.inst(name, at),
            Op::Obj => self.obj(),
            Op::Reduce | Op::NewObj => self.reduce(),
            Op::NewObjEx => self.pop().and_then(|_| self.reduce()),
            Op::PersistentOnStack => {
                self.pop()?;
                self.push(UNKNOWN)
            }
            Op::Tuple(count) => self.tuple(count),
            Op::TupleOfMark => {
                let parts = self.pop_mark()?;
                let id = self.values.keep_tuple(&parts);
                self.push(id)
            }
            Op::DictOfMark => {
                let parts = self.pop_mark()?;
                let id = self.values.keep(Value::Dict(Vec::new()));
                self.values.put_members(id, pairs(&parts));
                self.push(id)
            }
            Op::HeapOfMark => self.pop_mark().and_then(|_| self.push(UNKNOWN)),
            Op::Append => self.pop().and_then(|_| self.top()).map(drop),
            Op::Appends => self.pop_mark().and_then(|_| self.top()).map(drop),
            Op::SetItem => {
                let (value, key) = (self.pop()?, self.pop()?);
                self.put_members(&[key, value])
            }
            Op::SetItems => {
                let parts = self.pop_mark()?;
                self.put_members(&parts)
            }
        }
    }

    fn text(&mut self, text: Option<String>) -> Result<(), Fault> {
        let id = text.map_or(UNKNOWN, |text| self.values.keep_text(text));
        self.push(id)
    }

    fn tuple(&mut self, count: usize) -> Result<(), Fault> {
        let from = self.stack.len().checked_sub(count).ok_or_else(underflow)?;
        let parts = self.stack.split_off(from);
        let id = self.values.keep_tuple(&parts);
        self.push(id)
    }

    fn put_members(&mut self, parts: &[Id]) -> Result<(), Fault> {
        let dict = self.top()?;
        self.values.put_members(dict, pairs(parts));
        Ok(())
    }

    fn inst(&mut self, name: Name, at: u64) -> Result<(), Fault> {
        let parts = self.pop_mark()?;
        let callee = self.import(name, at);
        let arguments = self.values.keep_tuple(&parts);
        self.call(callee, arguments)
    }

    fn obj(&mut self) -> Result<(), Fault> {
        let parts = self.pop_mark()?;
        let (callee, rest) = parts.split_first().ok_or_else(underflow)?;
        let arguments = self.values.keep_tuple(rest);
        self.call(*callee, arguments)
    }

    fn reduce(&mut self) -> Result<(), Fault> {
        let (arguments, callee) = (self.pop()?, self.pop()?);
        self.call(callee, arguments)
    }

    fn call(&mut self, callee: Id, arguments: Id) -> Result<(), Fault> {
        if let Value::Import(place) = self.values.get(callee) {
            let parts = self.values.tuple(arguments).unwrap_or_default();
            let argument = parts.iter().find_map(|part| self.values.text(*part));
            self.seen.called(*place, argument);
        }
        self.push_value(Value::Object { callee, arguments, state: UNKNOWN })
    }

    fn build(&mut self) -> Result<(), Fault> {
        let state = self.pop()?;
        let object = self.top()?;
        self.values.put_state(object, state);
        Ok(())
    }

    fn import(&mut self, name: Name, at: u64) -> Id {
        let Some((module, name)) = name else {
            self.seen.unresolved(at);
            return UNKNOWN;
        };
        let place = self.seen.import(module, name, at);
        place.map_or(UNKNOWN, |place| self.values.keep(Value::Import(place)))
    }

    fn stack_global(&mut self, at: u64) -> Result<(), Fault> {
        let (name, module) = (self.pop()?, self.pop()?);
        let text = |id| self.values.text(id).map(str::to_owned);
        let spelled = text(module).zip(text(name));
        let id = self.import(spelled, at);
        self.push(id)
    }

    /// Passes over the bytes of an array, where the object that was just built stands for one.
    fn pass_array(&mut self, work: &mut Work, from: &mut Region) -> Result<(), Fault> {
        let object = self.top()?;
        let Some(array) = array::of(&self.values, self.seen, object) else { return Ok(()) };
        self.run.arrays += 1;
        match array.content {
            array::Content::Bytes(bytes) => {
                array::pass_padding(&array, from)?;
                from.skip(bytes)
            }
            array::Content::Unknown => {
                self.run.opaque_arrays.push(from.at());
                Err(Fault::wrong("an array whose element type is not known here"))
            }
            array::Content::Pickle if self.depth >= MAX_PICKLE_DEPTH => {
                Err(Fault::Limit("arrays inside of arrays"))
            }
            array::Content::Pickle => {
                // joblib gives this one to a plain unpickler.
                run(work, from, self.seen, Arrays::None, self.depth + 1).1
            }
        }
    }

    fn mark(&mut self) -> Result<(), Fault> {
        self.marks.push(self.stack.len());
        if self.marks.len() > MAX_STACK { Err(Fault::Limit("marks of a pickle")) } else { Ok(()) }
    }

    fn push_value(&mut self, value: Value) -> Result<(), Fault> {
        let id = self.values.keep(value);
        self.push(id)
    }

    fn push(&mut self, id: Id) -> Result<(), Fault> {
        if self.stack.len() >= MAX_STACK {
            return Err(Fault::Limit("values on the stack of a pickle"));
        }
        self.stack.push(id);
        Ok(())
    }

    fn top(&self) -> Result<Id, Fault> {
        self.stack.last().copied().ok_or_else(underflow)
    }

    fn pop(&mut self) -> Result<Id, Fault> {
        self.stack.pop().ok_or_else(underflow)
    }

    /// POP takes away a mark if that is what is on top.
    fn pop_or_mark(&mut self) -> Result<(), Fault> {
        if self.marks.last() == Some(&self.stack.len()) {
            self.marks.pop();
            return Ok(());
        }
        self.pop().map(drop)
    }

    /// The values since the mark.
    fn pop_mark(&mut self) -> Result<Vec<Id>, Fault> {
        let mark = self.marks.pop().ok_or(Fault::wrong("an opcode needs a mark that is not there"))?;
        if mark > self.stack.len() {
            return Err(underflow());
        }
        Ok(self.stack.split_off(mark))
    }
}

fn pairs(parts: &[Id]) -> impl Iterator<Item = (Id, Id)> {
    parts.chunks_exact(2).filter_map(|pair| Some((*pair.first()?, *pair.last()?)))
}

fn underflow() -> Fault {
    Fault::wrong("an opcode needs a value that is not there")
}

/// Whether a pickle that has just ended holds the number that old PyTorch files begin with, and nothing else.
fn is_torch_magic(from: &mut Region, start: u64) -> Result<bool, Fault> {
    let end = from.at();
    from.go(start);
    let bytes = from.take(usize::try_from(end - start).unwrap_or(usize::MAX).min(64))?;
    from.go(end);
    Ok(bytes.windows(TORCH_MAGIC.len()).any(|window| window == TORCH_MAGIC))
}
