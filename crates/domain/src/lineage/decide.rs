//! The decisions to record edges, and to take them back. Which are there already is asked by the caller, who can see the table.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use super::event::{LineageRecorded, LineageRetracted, LineageSource};
use super::state::{Edge, KEPT, Move, Said};
use super::thing::{FileDigest, MD5_OF_NOTHING, Thing, named, without_login};
use crate::event::{Change, Event};
use crate::ids::{Digest, EdgeId, PrincipalId};
use crate::{Code, Refusal, Sealed, moves, text};

/// The most edges that are recorded at once.
pub const MAX_EDGES: usize = 1_000;
/// The most statements that stand of one edge.
pub const MAX_STATEMENTS: usize = KEPT;
/// The most of them by one speaker, who may know a file by more than one name.
pub const MAX_OF_ONE: usize = 4;

/// How much text the statements of one edge hold. The first one always has room, and so has one that takes no more than its
/// share: nobody's long words keep out the short ones of others.
const MAX_EDGE_BYTES: usize = 64 * 1024;
const SHARE_BYTES: usize = MAX_EDGE_BYTES / MAX_STATEMENTS;

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

/// Decides to record edges. A statement that adds nothing to what its speaker says already changes nothing, and one for which
/// an edge has no room does not either.
pub fn record<E>(
    edges: Vec<NewEdge>,
    source: LineageSource,
    speaker: PrincipalId,
    mut known: impl FnMut(EdgeId) -> Result<Option<Arc<Edge>>, E>,
) -> Result<Vec<Change>, E>
where
    E: From<Refusal>,
{
    if edges.len() > MAX_EDGES {
        let message = format!("{} edges are more than {MAX_EDGES}: send them in parts", edges.len());
        return Err(Refusal::new(Code::TooMany, message).at("/edges").into());
    }
    let (mut changes, mut told) = (Vec::new(), BTreeMap::<EdgeId, Vec<(PrincipalId, Said)>>::new());
    for (i, edge) in edges.into_iter().enumerate() {
        let edge = edge.checked(&format!("/edges/{i}"))?;
        let id = EdgeId::between(&edge.upstream.key(), &edge.downstream.key());
        let standing = match told.entry(id) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => entry.insert(known(id)?.map(|edge| standing(&edge)).unwrap_or_default()),
        };
        let NewEdge { upstream, downstream, label, columns, data_source } = edge;
        let event = LineageRecorded { upstream, downstream, source, label, columns, data_source };
        if say(standing, speaker, Said::from(&event)) {
            changes.push(Change::new(id, Event::LineageRecorded(event)));
        }
    }
    Ok(changes)
}

fn standing(edge: &Edge) -> Vec<(PrincipalId, Said)> {
    edge.standing().map(|statement| (statement.recorded.by, statement.said.clone())).collect()
}

/// Adds what somebody says, if it adds something and there is room.
fn say(standing: &mut Vec<(PrincipalId, Said)>, speaker: PrincipalId, new: Said) -> bool {
    if standing.iter().any(|(by, said)| *by == speaker && said.covers(&new)) {
        return false;
    }
    let stays = |(by, said): &(PrincipalId, Said)| *by != speaker || !new.covers(said);
    let others = standing.iter().filter(|held| stays(held));
    let of_speaker = others.clone().filter(|(by, _)| *by == speaker).count();
    let held: usize = others.clone().map(|(_, said)| said.bytes()).sum();
    let more = new.bytes();
    let is_full = held > 0 && more > SHARE_BYTES && held.saturating_add(more) > MAX_EDGE_BYTES;
    if is_full || of_speaker >= MAX_OF_ONE || others.count() >= MAX_STATEMENTS {
        return false;
    }
    standing.retain(stays);
    standing.push((speaker, new));
    true
}

/// Decides to take back what was said of an edge: what the actor said, or what `all` said.
pub fn retract(edge: &Edge, actor: PrincipalId, reason: Sealed, all: bool) -> Result<Vec<Change>, Refusal> {
    let state = edge.state();
    moves::allow(("an edge", state.name()), state.moves(), Move::Retract, Move::done)?;
    if !all && !edge.is_said_by(actor) {
        let message = "others say it, and you do not; who manages principals takes back the words of all";
        return Err(Refusal::new(Code::NotTheRequester, message));
    }
    Ok(vec![Change::new(edge.id, Event::LineageRetracted(LineageRetracted { reason, all }))])
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
        let sha256 = Thing::file(Digest::of(&[]));
        let md5 = Thing::File { digest: FileDigest::Md5(MD5_OF_NOTHING.to_owned()) };
        for (field, end) in [("upstream", &self.upstream), ("downstream", &self.downstream)] {
            if *end == sha256 || *end == md5 {
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
