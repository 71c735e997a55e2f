//! What the machine knows of the values of a pickle: texts that may be names, imports, and what a NumPy array is made of.
//!
//! Values lie in one list and name each other by their place in it, so that no nesting is too deep. When the list is full,
//! further values are unknown; an import by an unknown name is a finding, so that fullness hides nothing.

use super::super::limits::{MAX_TEXTS_BYTES, MAX_VALUES};

/// The place of a value.
pub(super) type Id = u32;

/// The value that nothing is known of.
pub(super) const UNKNOWN: Id = 0;

/// The most parts of a tuple or dictionary that are followed.
const MAX_PARTS: usize = 16;

/// What is known of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    Unknown,
    Number(i64),
    Text(Box<str>),
    Tuple(Box<[Id]>),
    /// Keys and values.
    Dict(Vec<(Id, Id)>),
    /// An import, by its number.
    Import(u32),
    /// What came of a call: the callee, its arguments, and the state it was given.
    Object {
        callee: Id,
        arguments: Id,
        state: Id,
    },
}

/// All values of one pickle.
#[derive(Debug)]
pub(super) struct Values {
    all: Vec<Value>,
    text_bytes: usize,
}

impl Values {
    /// None yet.
    pub(super) fn new() -> Self {
        Self { all: vec![Value::Unknown], text_bytes: 0 }
    }

    /// The value at a place.
    pub(super) fn get(&self, id: Id) -> &Value {
        self.all.get(id as usize).unwrap_or(&Value::Unknown)
    }

    /// The text at a place.
    pub(super) fn text(&self, id: Id) -> Option<&str> {
        match self.get(id) {
            Value::Text(text) => Some(text),
            Value::Unknown
            | Value::Number(_)
            | Value::Tuple(_)
            | Value::Dict(_)
            | Value::Import(_)
            | Value::Object { .. } => None,
        }
    }

    /// The parts of the tuple at a place.
    pub(super) fn tuple(&self, id: Id) -> Option<&[Id]> {
        if let Value::Tuple(parts) = self.get(id) { Some(parts) } else { None }
    }

    /// The number at a place.
    pub(super) fn number(&self, id: Id) -> Option<i64> {
        if let Value::Number(number) = self.get(id) { Some(*number) } else { None }
    }

    /// The value under a key of the dictionary at a place; the last one written counts.
    pub(super) fn member(&self, dict: Id, key: &str) -> Option<Id> {
        let Value::Dict(members) = self.get(dict) else { return None };
        members.iter().rev().find(|(known, _)| self.text(*known) == Some(key)).map(|(_, value)| *value)
    }

    /// Keeps a value.
    pub(super) fn keep(&mut self, value: Value) -> Id {
        if self.all.len() >= MAX_VALUES {
            return UNKNOWN;
        }
        self.all.push(value);
        Id::try_from(self.all.len() - 1).unwrap_or(UNKNOWN)
    }

    /// Keeps a text.
    pub(super) fn keep_text(&mut self, text: String) -> Id {
        if self.text_bytes + text.len() > MAX_TEXTS_BYTES {
            return UNKNOWN;
        }
        self.text_bytes += text.len();
        self.keep(Value::Text(text.into_boxed_str()))
    }

    /// Keeps a tuple, if it is short.
    pub(super) fn keep_tuple(&mut self, parts: &[Id]) -> Id {
        if parts.len() > MAX_PARTS { UNKNOWN } else { self.keep(Value::Tuple(parts.into())) }
    }

    /// Writes members of a dictionary, as long as there are few.
    pub(super) fn put_members(&mut self, dict: Id, pairs: impl Iterator<Item = (Id, Id)>) {
        if let Some(Value::Dict(members)) = self.all.get_mut(dict as usize) {
            let room = MAX_PARTS.saturating_sub(members.len());
            members.extend(pairs.take(room));
        }
    }

    /// Gives an object its state.
    pub(super) fn put_state(&mut self, object: Id, given: Id) {
        if let Some(Value::Object { state, .. }) = self.all.get_mut(object as usize) {
            *state = given;
        }
    }
}

/// The slots that a pickle remembers values in.
#[derive(Debug, Default)]
pub(super) struct Memo {
    slots: Vec<Id>,
    far: std::collections::HashMap<u64, Id>,
    count: u64,
}

/// A slot that was never written.
const EMPTY: Id = Id::MAX;
/// Slots with higher numbers than fit the list, of which few are kept.
const MAX_FAR: usize = 100_000;

impl Memo {
    /// Writes a slot.
    pub(super) fn put(&mut self, slot: u64, value: Id) {
        let place = usize::try_from(slot).unwrap_or(usize::MAX);
        if place >= super::super::limits::MAX_MEMO {
            let room = self.far.len() < MAX_FAR;
            if (room || self.far.contains_key(&slot)) && self.far.insert(slot, value).is_none() {
                self.count += 1;
            }
            return;
        }
        if place >= self.slots.len() {
            self.slots.resize(place + 1, EMPTY);
        }
        if let Some(known) = self.slots.get_mut(place) {
            self.count += u64::from(*known == EMPTY);
            *known = value;
        }
    }

    /// Writes a slot, if it can be told.
    pub(super) fn put_maybe(&mut self, slot: Option<u64>, value: Id) {
        if let Some(slot) = slot {
            self.put(slot, value);
        }
    }

    /// Writes the next slot.
    pub(super) fn push(&mut self, value: Id) {
        self.put(self.count, value);
    }

    /// Reads a slot.
    pub(super) fn get(&self, slot: u64) -> Id {
        let near = usize::try_from(slot).ok().and_then(|place| self.slots.get(place)).copied();
        near.filter(|id| *id != EMPTY).or_else(|| self.far.get(&slot).copied()).unwrap_or(UNKNOWN)
    }
}
