//! Moving the log with its state from one store to another, for example from the embedded one to a shared one.
//!
//! Entries keep their bytes, and so their hashes, proofs and checkpoints keep holding. Tiles and search columns are made anew
//! from the entries; rows and remembered answers are copied. Nothing is moved onto a store that holds anything; and a move
//! that broke off leaves a store that does, so that nobody takes it for a whole one.

use assent_domain::Time;
use assent_log::{Entry, Hash, Tree, leaf_hash};
use assent_store::{
    Batch, Head, NewEntry, Payload, Read, Receipt, Row, Store, StoreError, SubjectKeys, TABLES, TileRow,
};

use crate::project;
use crate::replay::payload_of;

/// How many entries, rows or answers are written at a time.
const PAGE: usize = 1_000;

/// What was moved.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Moved {
    /// Entries of the log.
    pub entries: u64,
    /// Rows of the state tables.
    pub rows: u64,
    /// Remembered answers.
    pub receipts: u64,
    /// Checkpoints.
    pub checkpoints: u64,
}

/// Copies all that `from` sees into the empty store `to`. Nobody else may write to either meanwhile.
pub fn copy(from: &dyn Read, to: &dyn Store) -> Result<Moved, StoreError> {
    let (head, there) = (from.head()?, to.read()?.head()?);
    if there.size != 0 || to.read()?.latest_checkpoint()?.is_some() {
        let text = format!("the store to move to holds {} entries, it has to be empty", there.size);
        return Err(StoreError::Conflict(text));
    }
    let mut copy = Copy { to, tree: Tree::new(), time_ms: 0, moved: Moved::default() };
    while copy.moved.entries < head.size {
        copy.entries(from)?;
    }
    if Hash(head.root) != copy.tree.root() {
        return Err(StoreError::Corrupt("the entries do not give the root of the head".to_owned()));
    }
    for table in TABLES {
        let mut page = Vec::new();
        from.scan_rows(table.name, &mut |row| {
            page.push(row);
            if page.len() < PAGE { Ok(()) } else { copy.rows(std::mem::take(&mut page)) }
        })?;
        copy.rows(page)?;
    }
    let mut page = Vec::new();
    from.scan_receipts(&mut |receipt| {
        page.push(receipt);
        if page.len() < PAGE { Ok(()) } else { copy.receipts(std::mem::take(&mut page)) }
    })?;
    copy.receipts(page)?;
    copy.checkpoints(from)?;
    Ok(copy.moved)
}

/// Keys that were moved.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct MovedKeys {
    /// Keys.
    pub keys: u64,
    /// Subjects whose key was destroyed.
    pub destroyed: u64,
}

/// Copies the keys of all subjects to another place, as they are kept. What is there already has to be the same, so that a
/// move that broke off can be repeated. Look-ups are made anew by the next start, under the same key.
pub fn copy_keys(from: &dyn SubjectKeys, to: &dyn SubjectKeys) -> Result<MovedKeys, StoreError> {
    let another = |what: String| StoreError::Conflict(format!("the place to move to holds another {what}"));
    if let Some(lookup_key) = from.made_lookup_key()?
        && to.lookup_key(&lookup_key)? != lookup_key
    {
        return Err(another("key of look-ups".to_owned()));
    }
    let mut moved = MovedKeys::default();
    for subject in from.destroyed()? {
        to.destroy(subject)?;
        moved.destroyed += 1;
    }
    let mut after = None;
    loop {
        let page = from.living(after, PAGE)?;
        for (subject, key) in &page {
            if to.get_or_insert(*subject, key)? != *key {
                return Err(another(format!("key of the subject `{subject}`")));
            }
            moved.keys += 1;
        }
        match page.last() {
            Some((subject, _)) if page.len() == PAGE => after = Some(*subject),
            _ => return Ok(moved),
        }
    }
}

struct Copy<'a> {
    to: &'a dyn Store,
    tree: Tree,
    time_ms: i64,
    moved: Moved,
}

impl Copy<'_> {
    fn entries(&mut self, from: &dyn Read) -> Result<(), StoreError> {
        let (mut entries, mut payloads) = (Vec::new(), Vec::new());
        let page = u32::try_from(PAGE).unwrap_or(u32::MAX);
        for bytes in from.entries(self.moved.entries, page)? {
            let index = self.tree.size();
            let unreadable =
                |what: &dyn std::fmt::Display| StoreError::Corrupt(format!("entry {index}: {what}"));
            let entry = Entry::decode(&bytes).map_err(|error| unreadable(&error))?;
            let time: Time = entry.time.parse().map_err(|error: jiff::Error| unreadable(&error))?;
            if let Some(digest) = payload_of(&bytes) {
                let payload = from.payload(digest)?.ok_or_else(|| unreadable(&"its payload is missing"))?;
                payloads.push(Payload { digest, bytes: payload });
            }
            self.time_ms = time.as_millisecond();
            self.tree.push(leaf_hash(&bytes));
            entries.push(NewEntry { index, keys: project::keys(&entry, time), bytes });
        }
        if entries.is_empty() {
            return Err(StoreError::Corrupt("the log is shorter than its head says".to_owned()));
        }
        self.moved.entries += entries.len() as u64;
        let tiles = self.tree.take_changed().into_iter();
        let tiles = tiles.map(|tile| TileRow { level: tile.level, n: tile.n, bytes: tile.bytes }).collect();
        self.commit(Batch { entries, tiles, payloads, ..self.nothing() })
    }

    fn rows(&mut self, rows: Vec<Row>) -> Result<(), StoreError> {
        self.moved.rows += rows.len() as u64;
        self.commit(Batch { rows, ..self.nothing() })
    }

    fn receipts(&mut self, receipts: Vec<Receipt>) -> Result<(), StoreError> {
        self.moved.receipts += receipts.len() as u64;
        self.commit(Batch { receipts, ..self.nothing() })
    }

    fn checkpoints(&mut self, from: &dyn Read) -> Result<(), StoreError> {
        let mut after = None;
        loop {
            let page = from.checkpoints(after, u32::try_from(PAGE).unwrap_or(u32::MAX))?;
            let Some(last) = page.last() else { return Ok(()) };
            after = Some(last.size);
            for checkpoint in &page {
                self.to.put_checkpoint(checkpoint)?;
                self.moved.checkpoints += 1;
            }
        }
    }

    /// A batch that changes nothing.
    fn nothing(&self) -> Batch {
        let head = Head {
            size: self.tree.size(),
            root: self.tree.root().0,
            last_hash: self.tree.last_leaf().0,
            time_ms: self.time_ms,
        };
        Batch {
            entries: Vec::new(),
            tiles: Vec::new(),
            payloads: Vec::new(),
            rows: Vec::new(),
            receipts: Vec::new(),
            head,
        }
    }

    fn commit(&self, batch: Batch) -> Result<(), StoreError> {
        self.to.begin()?.commit(batch)
    }
}
