//! Which facts an evaluation read.
//!
//! Nothing is kept beside the values while a rule runs: a read is remembered by the place that the text names, or by
//! the address of the JSON value, and its path is looked up in the document once, at the end.

use std::collections::{HashMap, HashSet};
use std::iter::Enumerate;
use std::slice;

use serde_json::Value as Json;

use crate::convert;
use crate::fault::Absent;
use crate::limits::MAX_READS;
use crate::path::{FactPath, Segment};
use crate::value::JsonMap;

/// A place in the facts.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Spot<'a> {
    /// The place that the text of the rule names.
    Path(&'a FactPath),
    /// The address of a JSON value, or of the list or map in it.
    Address(usize),
}

impl Spot<'_> {
    pub(crate) fn value(json: &Json) -> Self {
        Self::Address(std::ptr::from_ref(json).addr())
    }

    pub(crate) fn map(map: &JsonMap) -> Self {
        Self::Address(std::ptr::from_ref(map).addr())
    }

    pub(crate) fn list(list: &Vec<Json>) -> Self {
        Self::Address(std::ptr::from_ref(list).addr())
    }
}

/// A fact that a rule read.
#[derive(Clone, Debug, PartialEq)]
pub struct Read<'a> {
    /// Where it is.
    pub path: FactPath,
    /// What was there; `None` if nothing was.
    pub value: Option<&'a Json>,
}

impl Read<'_> {
    /// A copy of the value if its JSON has at most about `max_bytes` bytes; else a string that says what it is, and
    /// for a string its beginning.
    pub fn excerpt(&self, max_bytes: usize) -> Option<Json> {
        self.value.map(|value| excerpt(value, max_bytes))
    }
}

fn excerpt(value: &Json, max_bytes: usize) -> Json {
    let mut room = max_bytes;
    if fits(value, &mut room, 32) {
        return convert::copy(value, 33).unwrap_or_default();
    }
    Json::from(match value {
        Json::Array(items) => format!("list of {} elements", items.len()),
        Json::Object(map) => format!("map of {} entries", map.len()),
        Json::String(text) => {
            let end = (0..=max_bytes.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
            format!("{}…", text.get(..end.unwrap_or(0)).unwrap_or_default())
        }
        Json::Null | Json::Bool(_) | Json::Number(_) => value.to_string(),
    })
}

/// Whether the JSON text of `value` has room; stops as soon as it has not.
fn fits(value: &Json, room: &mut usize, levels: usize) -> bool {
    let mut take = |bytes: usize| room.checked_sub(bytes).map(|left| *room = left).is_some();
    match value {
        Json::Null | Json::Bool(_) | Json::Number(_) => take(8),
        Json::String(text) => take(text.len() + 2),
        Json::Array(items) => levels > 0 && items.iter().all(|item| fits(item, room, levels - 1)),
        Json::Object(map) => {
            levels > 0
                && map.iter().all(|(key, item)| {
                    room.checked_sub(key.len() + 4).map(|left| *room = left).is_some()
                        && fits(item, room, levels - 1)
                })
        }
    }
}

#[derive(Debug)]
struct Seen<'a> {
    spot: Spot<'a>,
    tail: Vec<Segment>,
    value: Option<&'a Json>,
}

/// The reads of one evaluation so far.
#[derive(Debug, Default)]
pub(crate) struct Trace<'a> {
    seen: Vec<Seen<'a>>,
    omitted: usize,
}

impl<'a> Trace<'a> {
    /// Remembers that `value` was read, whose place the text names if `path` is given.
    pub(crate) fn read(&mut self, value: &'a Json, path: Option<&'a FactPath>) {
        if self.seen.iter().any(|seen| seen.value.is_some_and(|known| std::ptr::eq(known, value))) {
            return;
        }
        if self.is_full() {
            self.omitted += 1;
        } else {
            let spot = path.map_or(Spot::value(value), Spot::Path);
            self.seen.push(Seen { spot, tail: Vec::new(), value: Some(value) });
        }
    }

    /// Remembers that a fact was asked for and not there.
    pub(crate) fn missed(&mut self, absent: &Absent<'a>) {
        let known = |seen: &Seen<'a>| match (seen.spot, absent.spot) {
            (Spot::Path(left), Spot::Path(right)) => left == right,
            (Spot::Address(left), Spot::Address(right)) => left == right,
            _ => false,
        };
        if self.seen.iter().any(|seen| seen.value.is_none() && seen.tail == absent.tail && known(seen)) {
            return;
        }
        if self.is_full() {
            self.omitted += 1;
        } else {
            self.seen.push(Seen { spot: absent.spot, tail: absent.tail.clone(), value: None });
        }
    }

    fn is_full(&self) -> bool {
        self.seen.len() == MAX_READS
    }

    /// The reads in their first order, each place once, without those that a longer path makes precise, and how many
    /// were left out.
    pub(crate) fn finish(self, facts: &'a Json) -> (Vec<Read<'a>>, usize) {
        let places = Places::new(facts, self.seen.iter().map(|seen| seen.spot));
        let reads: Vec<Read<'a>> = self
            .seen
            .into_iter()
            .map(|seen| Read { path: places.path(seen.spot, &seen.tail), value: seen.value })
            .collect();
        (precise(reads), self.omitted)
    }
}

/// Each path once, without those that a longer path makes precise, in the order given.
fn precise(reads: Vec<Read<'_>>) -> Vec<Read<'_>> {
    let mut reads: Vec<(usize, Read<'_>)> = reads.into_iter().enumerate().collect();
    reads.sort_by(|(first, left), (second, right)| left.path.cmp(&right.path).then(first.cmp(second)));
    reads.dedup_by(|(_, later), (_, earlier)| later.path == earlier.path);
    // In this order the next one lies within a path if any does.
    let vague: Vec<bool> = reads
        .windows(2)
        .map(|pair| matches!(pair, [(_, this), (_, next)] if this.path.contains(&next.path)))
        .chain([false])
        .collect();
    let mut kept: Vec<_> =
        reads.into_iter().zip(vague).filter(|(_, vague)| !vague).map(|(read, _)| read).collect();
    kept.sort_by_key(|(order, _)| *order);
    kept.into_iter().map(|(_, read)| read).collect()
}

/// Paths of JSON values by their addresses, found in one walk through the document.
pub(crate) struct Places {
    paths: HashMap<usize, FactPath>,
}

impl Places {
    /// The paths of those of `spots` that are addresses.
    pub(crate) fn new<'a>(facts: &'a Json, spots: impl Iterator<Item = Spot<'a>>) -> Self {
        let wanted: HashSet<usize> = spots
            .filter_map(|spot| match spot {
                Spot::Address(address) => Some(address),
                Spot::Path(_) => None,
            })
            .collect();
        let mut walk = Walk { wanted, paths: HashMap::new(), steps: Vec::new() };
        walk.all(facts);
        Self { paths: walk.paths }
    }

    /// The path of what lies at `tail` within `spot`.
    pub(crate) fn path(&self, spot: Spot<'_>, tail: &[Segment]) -> FactPath {
        let mut path = match spot {
            Spot::Path(path) => path.clone(),
            Spot::Address(address) => self.paths.get(&address).cloned().unwrap_or_default(),
        };
        path.0.extend_from_slice(tail);
        path
    }
}

/// A step into the document, borrowed.
#[derive(Clone, Copy)]
enum Key<'a> {
    Field(&'a str),
    Index(usize),
}

enum Children<'a> {
    Object(serde_json::map::Iter<'a>),
    Array(Enumerate<slice::Iter<'a, Json>>),
}

impl<'a> Iterator for Children<'a> {
    type Item = (Key<'a>, &'a Json);

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Object(entries) => entries.next().map(|(key, value)| (Key::Field(key), value)),
            Self::Array(items) => items.next().map(|(index, value)| (Key::Index(index), value)),
        }
    }
}

/// A walk with its own stack, because documents may be deeper than the call stack.
struct Walk<'a> {
    wanted: HashSet<usize>,
    paths: HashMap<usize, FactPath>,
    steps: Vec<Key<'a>>,
}

impl<'a> Walk<'a> {
    fn all(&mut self, root: &'a Json) {
        let mut stack: Vec<Children<'a>> = self.visit(root).into_iter().collect();
        while let Some(children) = stack.last_mut() {
            if self.paths.len() == self.wanted.len() {
                return;
            }
            if let Some((key, child)) = children.next() {
                self.steps.push(key);
                match self.visit(child) {
                    Some(children) => stack.push(children),
                    None => drop(self.steps.pop()),
                }
            } else {
                stack.pop();
                self.steps.pop();
            }
        }
    }

    /// Notes the path of `value` if it is wanted, and gives its children if it can have any.
    fn visit(&mut self, value: &'a Json) -> Option<Children<'a>> {
        self.found(std::ptr::from_ref(value).addr());
        match value {
            Json::Object(map) => {
                self.found(std::ptr::from_ref(map).addr());
                Some(Children::Object(map.iter()))
            }
            Json::Array(items) => {
                self.found(std::ptr::from_ref(items).addr());
                Some(Children::Array(items.iter().enumerate()))
            }
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => None,
        }
    }

    fn found(&mut self, address: usize) {
        if self.wanted.contains(&address) {
            let steps = self.steps.iter().map(|key| match key {
                Key::Field(name) => Segment::Field((*name).into()),
                Key::Index(index) => Segment::Index(*index),
            });
            self.paths.insert(address, FactPath(steps.collect()));
        }
    }
}
