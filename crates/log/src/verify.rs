//! Checks a log entry by entry, without reading anything itself.
//!
//! The caller feeds the entries in order, and beforehand the checkpoints that the log is to be held against. The
//! verifier checks each entry on its own, its index, and its link to the entry before; it grows the tree, and compares the root
//! wherever a checkpoint stands. It goes on after damage and reports up to [`MAX_REPORTS`] findings, each as a typed
//! [`Damage`] with what was expected, what was found, and what to do.
//!
//! What cannot be seen from inside: an entry that was changed, with every later entry rewritten to fit, or a log cut at its
//! end. Both show against a checkpoint that was kept elsewhere.

mod damage;
mod order;
mod scan;

pub use damage::Damage;

use std::collections::BTreeMap;

use assent_sabotage::{Fault, planted};
use serde::Serialize;

use self::order::{Order, Place};
use crate::canonical::CanonicalError;
use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::entry::{Entry, EntryError};
use crate::hash::{Hash, leaf_hash};
use crate::key::VerifyingKey;
use crate::note::NoteError;
use crate::tile::{TILE_WIDTH, TileHashes, TilePath};
use crate::tree::Tree;

/// How many findings are kept; the others are counted.
pub const MAX_REPORTS: usize = 100;

/// How many checkpoints can wait for their size.
pub const MAX_PENDING_CHECKPOINTS: usize = 1 << 20;

/// How much of each entry is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Level {
    /// Hash, index, chain and tree. Only `index` and `previousHash` are looked up.
    Chain,
    /// Also that the bytes are canonical, fit the schema of an entry, and that time does not run backwards.
    Schema,
}

/// What a verification found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// How much of each entry was checked.
    pub level: Level,
    /// The number of entries in the tree, those before the start included.
    pub size: u64,
    /// The root of the tree.
    pub root: Hash,
    /// How many checkpoints were compared with the tree.
    pub checkpoints_compared: u64,
    /// What is damaged, in the order of the log; at most [`MAX_REPORTS`].
    pub damages: Vec<Damage>,
    /// How many further findings were not kept.
    pub damages_omitted: u64,
}

impl Report {
    /// Whether nothing is damaged.
    pub fn is_sound(&self) -> bool {
        self.damages.is_empty() && self.damages_omitted == 0
    }
}

/// A checkpoint that cannot be compared any more, or one too many.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExpectError {
    /// The entries have already passed its size.
    #[error(
        "the checkpoint of size {size} comes after entry {passed}: give checkpoints before the entries that they cover"
    )]
    Passed {
        /// The size of the checkpoint.
        size: u64,
        /// How many entries have passed.
        passed: u64,
    },
    /// More than [`MAX_PENDING_CHECKPOINTS`].
    #[error("more than {MAX_PENDING_CHECKPOINTS} checkpoints are waiting: give the newest ones only")]
    TooMany,
}

/// Checks entries as they are fed to it.
#[derive(Debug)]
pub struct Verifier {
    level: Level,
    tree: Tree,
    order: Order,
    /// The time of the last entry whose schema was checked.
    last_time: Option<String>,
    expected: BTreeMap<u64, Vec<Hash>>,
    compared: u64,
    findings: Findings,
}

impl Verifier {
    /// A verifier for a log from its first entry.
    pub fn new(level: Level) -> Self {
        Self::resume(level, Tree::new().without_tiles())
    }

    /// A verifier that continues from a tree, for example one loaded from stored tiles, so that the newest entries can be
    /// checked alone. A tree that keeps tiles gives them from [`Verifier::take_full_tiles`].
    pub fn resume(level: Level, tree: Tree) -> Self {
        let order = Order::starting_at(tree.size());
        Self {
            level,
            tree,
            order,
            last_time: None,
            expected: BTreeMap::new(),
            compared: 0,
            findings: Findings::default(),
        }
    }

    /// Demands that the tree of `size` entries has this root. To be called before more than `size` entries are fed.
    pub fn expect_root(&mut self, size: u64, root: Hash) -> Result<(), ExpectError> {
        let passed = self.tree.size();
        if size < passed {
            return Err(ExpectError::Passed { size, passed });
        }
        if self.expected.len() >= MAX_PENDING_CHECKPOINTS && !self.expected.contains_key(&size) {
            return Err(ExpectError::TooMany);
        }
        let roots = self.expected.entry(size).or_default();
        // A third root for one size says no more than the second did: the log has been shown in two versions.
        if !roots.contains(&root) && roots.len() < 2 {
            roots.push(root);
        }
        if size == passed {
            self.compare_root();
        }
        Ok(())
    }

    /// Verifies a signed checkpoint and demands what it says. A bad one is a finding; `None` is returned for it.
    pub fn expect_checkpoint(
        &mut self,
        note: &[u8],
        known: &[VerifyingKey],
    ) -> Result<Option<Checkpoint>, ExpectError> {
        match Checkpoint::open(note, known) {
            Ok((checkpoint, _)) => {
                self.expect_root(checkpoint.size, checkpoint.root)?;
                Ok(Some(checkpoint))
            }
            Err(error) => {
                self.findings.add(self.tree.size(), checkpoint_damage(&error));
                Ok(None)
            }
        }
    }

    /// Checks the next entry.
    pub fn push(&mut self, bytes: &[u8]) {
        let position = self.tree.size();
        let link = match self.level {
            Level::Chain => scan::link(bytes).ok_or_else(|| Damage::Schema {
                position,
                cause: "`index` or `previousHash` is missing".to_owned(),
            }),
            Level::Schema => self.decode(position, bytes),
        };
        match link {
            Ok((index, previous)) => self.check_place(position, index, previous),
            Err(damage) => {
                self.findings.add(position, damage);
                self.order.unreadable();
            }
        }
        self.tree.push(leaf_hash(bytes));
        if !self.expected.is_empty() {
            self.compare_root();
        }
    }

    /// Records damage that the caller met while reading, such as a bundle that cannot be split.
    pub fn report(&mut self, damage: Damage) {
        self.findings.add(self.tree.size(), damage);
    }

    /// The tiles that were completed since this was last asked, to compare with those stored; to be asked for now and then,
    /// as they are kept until then. Empty where the verifier was started without tiles.
    pub fn take_full_tiles(&mut self) -> Vec<TileHashes> {
        let mut tiles = self.tree.take_changed();
        tiles.retain(|tile| tile.width == TILE_WIDTH);
        tiles
    }

    /// The partial tiles of the tree as it is now: at the size of a checkpoint, those that are stored for it.
    pub fn open_tiles(&self) -> Vec<TileHashes> {
        self.tree.open_tiles()
    }

    /// Compares a tile with the stored one (`None` where there is none; a wider one may stand in for a narrower).
    pub fn compare_tile(&mut self, computed: &TileHashes, stored: Option<&[u8]>) {
        let path = computed.path();
        match stored {
            None => self.report(Damage::TileMissing { path: path.to_string() }),
            Some(stored) if !stored.starts_with(&computed.bytes) => {
                self.report(Damage::TileWrong { path: path.to_string() });
            }
            Some(_) => {}
        }
    }

    /// Records that the bundle with the next entries is missing or cannot be split.
    pub fn report_bundle(&mut self, path: TilePath, cause: &str) {
        self.report(Damage::Bundle { path: path.to_string(), cause: cause.to_owned() });
    }

    /// The number of entries so far, those before the start included.
    pub fn size(&self) -> u64 {
        self.tree.size()
    }

    /// The root of the tree so far.
    pub fn root(&self) -> Hash {
        self.tree.root()
    }

    /// The hash of the last entry so far.
    pub fn last_leaf(&self) -> Hash {
        self.tree.last_leaf()
    }

    /// Ends the verification: checkpoints beyond the end and entries that never came are damage too.
    pub fn finish(mut self) -> Report {
        let size = self.tree.size();
        for gap in self.order.missing() {
            self.findings.add(gap.first, Damage::Deleted { first: gap.first, last: gap.last });
        }
        if let Some((&checkpoint_size, _)) = self.expected.last_key_value() {
            self.findings.add(size, Damage::Truncated { checkpoint_size, log_size: size });
        }
        let (damages, damages_omitted) = self.findings.into_ordered();
        Report {
            level: self.level,
            size,
            root: self.tree.root(),
            checkpoints_compared: self.compared,
            damages,
            damages_omitted,
        }
    }

    fn decode(&mut self, position: u64, bytes: &[u8]) -> Result<(u64, Hash), Damage> {
        match Entry::decode(bytes) {
            Ok(entry) => {
                if let Some(last) = self.last_time.as_ref().filter(|&last| *last > entry.time) {
                    let damage =
                        Damage::TimeBackwards { position, before: last.clone(), found: entry.time.clone() };
                    self.findings.add(position, damage);
                }
                self.last_time = Some(entry.time);
                Ok((entry.index, entry.previous_hash))
            }
            Err(error) => Err(entry_damage(position, &error)),
        }
    }

    fn check_place(&mut self, position: u64, index: u64, previous: Hash) {
        match self.order.place(index) {
            Place::Next => {
                let expected = self.tree.last_leaf();
                if !planted(Fault::ChainLink) && previous != expected {
                    self.findings.add(position, Damage::ChainBroken { index, expected, found: previous });
                }
            }
            // The entries that were passed over are reported at the end: they may still come, out of order.
            Place::Ahead => {}
            Place::Late => self.findings.add(position, Damage::OutOfOrder { position, index }),
            Place::Again => self.findings.add(position, Damage::Inserted { position, index }),
        }
        for gap in self.order.overflow() {
            self.findings.add(gap.first, Damage::Deleted { first: gap.first, last: gap.last });
        }
    }

    fn compare_root(&mut self) {
        let size = self.tree.size();
        let Some(roots) = self.expected.remove(&size) else { return };
        let found = self.tree.root();
        for expected in roots {
            self.compared += 1;
            if expected != found {
                self.findings.add(size, Damage::RootMismatch { size, expected, found });
            }
        }
    }
}

/// Findings with the position that they are sorted by.
#[derive(Debug, Default)]
struct Findings {
    kept: Vec<(u64, Damage)>,
    omitted: u64,
}

impl Findings {
    fn add(&mut self, position: u64, damage: Damage) {
        if self.kept.len() < MAX_REPORTS {
            self.kept.push((position, damage));
        } else {
            self.omitted += 1;
        }
    }

    fn into_ordered(mut self) -> (Vec<Damage>, u64) {
        self.kept.sort_by_key(|(position, _)| *position);
        (self.kept.into_iter().map(|(_, damage)| damage).collect(), self.omitted)
    }
}

fn entry_damage(position: u64, error: &EntryError) -> Damage {
    let cause = error.to_string();
    match error {
        EntryError::Canonical(
            CanonicalError::Number(_)
            | CanonicalError::Key(_)
            | CanonicalError::Depth
            | CanonicalError::Json(_)
            | CanonicalError::NotCanonical { .. },
        ) => Damage::NotCanonical { position, cause },
        EntryError::Schema(_) | EntryError::Member { .. } | EntryError::TooLarge { .. } => {
            Damage::Schema { position, cause }
        }
    }
}

fn checkpoint_damage(error: &CheckpointError) -> Damage {
    let cause = error.to_string();
    match error {
        CheckpointError::Note(NoteError::Invalid { .. }) => Damage::SignatureInvalid { cause },
        CheckpointError::Note(NoteError::UnknownKeys { .. }) | CheckpointError::Origin { .. } => {
            Damage::UnknownKey { cause }
        }
        CheckpointError::Note(
            NoteError::TooLarge { .. }
            | NoteError::TooManySignatures
            | NoteError::Text
            | NoteError::Unsigned
            | NoteError::SignatureLine { .. },
        )
        | CheckpointError::Line { .. } => Damage::CheckpointMalformed { cause },
    }
}
