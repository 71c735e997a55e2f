//! The decision to record edges. Which are there already is asked by the caller, who can see the table.

use std::collections::BTreeSet;

use super::event::{LineageRecorded, LineageSource};
use super::thing::{Thing, named, without_login};
use crate::event::{Change, Event};
use crate::ids::{Digest, EdgeId};
use crate::text;
use crate::{Code, Refusal};

/// The most edges that are recorded at once.
pub const MAX_EDGES: usize = 1_000;

/// What somebody says of two things.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEdge {
    /// What was there before.
    pub upstream: Thing,
    /// What came of it.
    pub downstream: Thing,
    /// What the file or data set is called where it is used.
    pub label: Option<String>,
    /// Its columns.
    pub columns: Vec<String>,
    /// Where the data is kept.
    pub data_source: Option<String>,
}

/// Decides to record edges. Those that are `known`, and repetitions, change nothing.
pub fn record<E>(
    edges: Vec<NewEdge>,
    source: LineageSource,
    mut known: impl FnMut(EdgeId) -> Result<bool, E>,
) -> Result<Vec<Change>, E>
where
    E: From<Refusal>,
{
    if edges.len() > MAX_EDGES {
        let message = format!("{} edges are more than {MAX_EDGES}: send them in parts", edges.len());
        return Err(Refusal::new(Code::TooMany, message).at("/edges").into());
    }
    let (mut changes, mut seen) = (Vec::new(), BTreeSet::new());
    for (i, edge) in edges.into_iter().enumerate() {
        let edge = edge.checked(&format!("/edges/{i}"))?;
        let id = EdgeId::between(&edge.upstream.key(), &edge.downstream.key());
        if !seen.insert(id) || known(id)? {
            continue;
        }
        let NewEdge { upstream, downstream, label, columns, data_source } = edge;
        let event = LineageRecorded { upstream, downstream, source, label, columns, data_source };
        changes.push(Change::new(id, Event::LineageRecorded(event)));
    }
    Ok(changes)
}

impl NewEdge {
    /// Refuses what is no edge, or has names that are none; `pointer` says where it stands. No login goes on the record: it
    /// could never be taken off it.
    pub fn checked(self, pointer: &str) -> Result<Self, Refusal> {
        let clean = |text: Option<String>| text.map(|text| without_login(&text));
        let edge = Self {
            upstream: self.upstream.cleaned(),
            downstream: self.downstream.cleaned(),
            label: clean(self.label),
            columns: self.columns,
            data_source: clean(self.data_source),
        };
        edge.named(pointer)
    }

    fn named(self, pointer: &str) -> Result<Self, Refusal> {
        self.upstream.check(&format!("{pointer}/upstream"))?;
        self.downstream.check(&format!("{pointer}/downstream"))?;
        let nothing = Thing::file(Digest::of(&[]));
        for (field, end) in [("upstream", &self.upstream), ("downstream", &self.downstream)] {
            if *end == nothing {
                let message = "an empty file is everywhere, and leads from nothing to nothing";
                return Err(Refusal::new(Code::InvalidValue, message).at(format!("{pointer}/{field}")));
            }
        }
        if self.upstream.key() == self.downstream.key() {
            let refusal = Refusal::new(Code::InvalidValue, "nothing comes from itself");
            return Err(refusal.at(format!("{pointer}/downstream")));
        }
        for (field, text) in [("label", &self.label), ("dataSource", &self.data_source)] {
            text.as_ref().map_or(Ok(()), |text| named(&format!("{pointer}/{field}"), text))?;
        }
        text::distinct(&format!("{pointer}/columns"), self.columns.iter().map(String::as_str))?;
        self.columns.iter().try_for_each(|column| named(&format!("{pointer}/columns"), column))?;
        Ok(self)
    }
}
