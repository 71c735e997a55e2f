//! The audit report: what happened to an object in a time, who did it, how it ended, and whether the log holds.

use std::collections::BTreeMap;

use assent_domain::Time;
use assent_log::entry::{Entry, Outcome};
use assent_log::proof::TileSource as _;
use assent_log::tile::TILE_WIDTH;
use assent_log::{Hash, VerifyingKey, leaf_hash};
use assent_store::{EntryQuery, Read, StoreError};
use serde_json::{Value, json};

use super::sheet::encoded;
use super::{Figure, Report, Section, Sheet, Table, Topic};
use crate::checkpoints::{StoredTiles, load_tree};
use crate::verify::{START_ENTRIES, contradicts, verify_end};

/// The most entries of a report.
pub const MAX_ENTRIES: u64 = 20_000;
/// How many pages are searched for them at most: a page may be short where conditions hardly ever meet.
const MAX_PAGES: u32 = 2_000;
/// How many entries are read at a time.
const PAGE: u32 = 500;
/// How many of the newest entries are shown.
pub const SHOWN: usize = 50;

/// What is counted of the entries that match.
#[derive(Debug, Default)]
pub struct Tally {
    entries: u64,
    by_type: BTreeMap<String, u64>,
    by_actor: BTreeMap<String, u64>,
    by_outcome: BTreeMap<&'static str, u64>,
    newest: Vec<u64>,
    /// The index of the first entry that is not the one that the tree has there.
    foreign: Option<u64>,
    tile: Option<(u64, Vec<u8>)>,
}

/// Why entries were not counted.
#[derive(Debug)]
pub enum Uncounted {
    /// There are more than [`MAX_ENTRIES`], or they are too far apart; the time of the oldest that was looked at.
    TooMany(Option<String>),
    /// The time for it was over.
    GivenUp,
    /// The store could not be read.
    Store(StoreError),
}

impl From<StoreError> for Uncounted {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Tally {
    /// Counts every entry that matches, and compares each with the tree. Gives up as soon as `is_over` says so, which is asked
    /// before each page.
    pub fn of(
        read: &dyn Read,
        query: &EntryQuery,
        is_over: &mut dyn FnMut() -> bool,
    ) -> Result<Self, Uncounted> {
        let size = read.head()?.size;
        let (mut tally, mut before, mut oldest) = (Self::default(), query.before, None);
        for _ in 0..MAX_PAGES {
            if is_over() {
                return Err(Uncounted::GivenUp);
            }
            let found = read.find_entries(&EntryQuery { before, limit: PAGE, ..query.clone() })?;
            for (index, bytes) in &found.entries {
                if tally.entries == MAX_ENTRIES {
                    return Err(Uncounted::TooMany(oldest));
                }
                let entry = Entry::decode(bytes).map_err(|error| StoreError::Corrupt(error.to_string()))?;
                tally.add(read, size, *index, bytes, &entry)?;
                oldest = Some(entry.time);
            }
            before = found.next;
            if before.is_none() {
                return Ok(tally);
            }
        }
        Err(Uncounted::TooMany(oldest))
    }

    fn add(
        &mut self,
        read: &dyn Read,
        size: u64,
        index: u64,
        bytes: &[u8],
        entry: &Entry,
    ) -> Result<(), StoreError> {
        self.entries += 1;
        *self.by_type.entry(entry.kind.clone()).or_default() += 1;
        *self.by_actor.entry(entry.actor.id.to_string()).or_default() += 1;
        *self.by_outcome.entry(outcome(entry.outcome)).or_default() += 1;
        if self.newest.len() < SHOWN {
            self.newest.push(index);
        }
        if !self.stands(read, size, index, leaf_hash(bytes))? {
            self.foreign = Some(index);
        }
        Ok(())
    }

    /// Whether the tree has that leaf there.
    fn stands(&mut self, read: &dyn Read, size: u64, index: u64, leaf: Hash) -> Result<bool, StoreError> {
        let width = u64::from(TILE_WIDTH);
        let (n, at) = (index / width, usize::try_from(index % width).unwrap_or(usize::MAX));
        if self.tile.as_ref().is_none_or(|(held, _)| *held != n) {
            let leaves = (size - n * width).min(width);
            let leaves = u16::try_from(leaves).map_err(|error| StoreError::Corrupt(error.to_string()))?;
            self.tile = Some((n, StoredTiles(read).tile(0, n, leaves)?));
        }
        let tile = self.tile.as_ref().map(|(_, tile)| tile.as_slice()).unwrap_or_default();
        Ok(tile.chunks(32).nth(at) == Some(leaf.as_bytes()))
    }

    /// The indices of the newest entries, newest first.
    pub fn newest(&self) -> &[u64] {
        &self.newest
    }

    /// The ids of who acted.
    pub fn actors(&self) -> impl Iterator<Item = &str> {
        self.by_actor.keys().map(String::as_str)
    }
}

/// Whether the log holds at its size.
#[derive(Debug)]
pub struct Integrity {
    size: u64,
    root: String,
    checkpoint: Option<u64>,
    damage: Option<String>,
}

impl Integrity {
    /// Compares the head with the stored tiles and the newest checkpoint, and verifies the newest entries. What is found is
    /// told; a store that cannot be read is an error.
    pub fn of(read: &dyn Read, keys: &[VerifyingKey]) -> Result<Self, StoreError> {
        let head = read.head()?;
        let latest = read.latest_checkpoint()?;
        let mut damage = match load_tree(read, &head) {
            Ok(_) => None,
            Err(StoreError::Corrupt(cause)) => Some(cause),
            Err(error) => return Err(error),
        };
        if let (None, Some(latest)) = (&damage, &latest) {
            damage = contradicts(read, &latest.note, keys)?;
        }
        if damage.is_none() {
            damage = match verify_end(read, keys) {
                Ok(report) => report.damages.first().map(ToString::to_string),
                Err(StoreError::Corrupt(cause)) => Some(cause),
                Err(error) => return Err(error),
            };
        }
        let checkpoint = latest.map(|latest| latest.size);
        Ok(Self { size: head.size, root: Hash(head.root).to_string(), checkpoint, damage })
    }
}

/// What a report is about.
#[derive(Debug)]
pub struct Known<'a> {
    /// The object in words, for the title.
    pub about: String,
    /// The parameters of the search for its entries, in the order in which they are written.
    pub search: Vec<(&'static str, String)>,
    /// From when, if that was asked.
    pub from: Option<Time>,
    /// Until when (not included).
    pub until: Time,
    /// What was counted.
    pub tally: &'a Tally,
    /// Whether the log holds.
    pub integrity: &'a Integrity,
    /// The newest entries, each at its own address.
    pub sheet: &'a Sheet,
    /// By id, the names of who acted; without one for the platform and where it was erased.
    pub names: &'a BTreeMap<String, Option<String>>,
    /// The time of the report.
    pub at: Time,
}

/// Makes the report.
pub fn report(known: &Known<'_>) -> Report {
    let from = known.from.map_or_else(|| "the beginning".to_owned(), |from| from.to_string());
    Report {
        report: Topic::Audit,
        title: format!("Audit report of {}", known.about),
        at: known.at,
        log_size: known.integrity.size,
        limits: Vec::new(),
        sections: vec![
            Section::new("period", "Period")
                .note(format!("From {from} until {} (not included).", known.until)),
            summary(known),
            types(known),
            actors(known),
            integrity(known),
            newest(known),
        ],
    }
}

fn href(known: &Known<'_>, more: &[(&str, &str)]) -> String {
    let held = known.search.iter().map(|(name, value)| (*name, value.as_str()));
    let pairs = held.chain(more.iter().copied());
    let pairs: Vec<String> = pairs.map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    format!("/api/v1/log/entries?{}", pairs.join("&"))
}

fn summary(known: &Known<'_>) -> Section {
    let tally = known.tally;
    let by = |name: &str| tally.by_outcome.get(name).copied().unwrap_or_default();
    let outcomes = ["SUCCESS", "FAILURE", "PARTIAL"].map(|name| {
        let label = format!("of those, {name}");
        Figure::listed(&format!("outcome.{name}"), &label, &href(known, &[("outcome", name)]), by(name))
    });
    Section::new("summary", "Summary")
        .figures([Figure::listed("entries", "entries", &href(known, &[]), tally.entries)])
        .figures(outcomes)
}

fn types(known: &Known<'_>) -> Section {
    let figures = known.tally.by_type.iter().map(|(name, count)| {
        Figure::listed(&format!("type.{name}"), name, &href(known, &[("type", name)]), *count)
    });
    Section::new("types", "By type").figures(figures)
}

fn actors(known: &Known<'_>) -> Section {
    let figures = known.tally.by_actor.iter().map(|(id, count)| {
        let name = known.names.get(id).and_then(Option::as_deref);
        let label = name.map_or_else(|| id.clone(), |name| format!("{name} ({id})"));
        Figure::listed(&format!("actor.{id}"), &label, &href(known, &[("actor", id)]), *count)
    });
    let figures: Vec<Figure> = figures.collect();
    let count = json!(figures.len());
    let by = "counted below: one figure for each who acted";
    Section::new("actors", "By who acted")
        .figures([Figure::found("actors", "who acted", count, by)])
        .figures(figures)
}

fn integrity(known: &Known<'_>) -> Section {
    let held = known.integrity;
    let foreign =
        known.tally.foreign.map(|index| format!("the entry {index} is not the one that the tree has there"));
    let damage = held.damage.clone().or(foreign);
    let again = "verify it yourself with `assent audit verify`";
    let whole = format!(
        "the root recomputed from the stored tiles, compared with the newest signed checkpoint; the newest {START_ENTRIES} \
         entries verified; each entry of this report compared with its leaf; {again}"
    );
    let verdict = if damage.is_none() { "HOLDS" } else { "DAMAGED" };
    let found = Figure::found("integrity", "the log", json!(verdict), &whole);
    Section::new("integrity", "Integrity of the log").figures([
        Figure { gap: damage, ..found },
        Figure::found("logSize", "entries in the log", json!(held.size), "the head of the log"),
        Figure::found("root", "root of its tree", json!(held.root), "the head of the log"),
        Figure::found(
            "checkpoint",
            "size of the newest signed checkpoint",
            held.checkpoint.map_or(Value::Null, |size| json!(size)),
            "published at `/log/checkpoint`",
        )
        .gap("nothing was signed yet"),
    ])
}

fn newest(known: &Known<'_>) -> Section {
    let columns = [
        ("index", "index", "/index"),
        ("time", "time", "/entry/time"),
        ("type", "type", "/entry/type"),
        ("actor", "actor", "/entry/actor/id"),
        ("subject", "subject", "/entry/subject/kind"),
        ("action", "action", "/entry/action"),
        ("outcome", "outcome", "/entry/outcome"),
    ];
    let title = format!("The newest {SHOWN}");
    let mut table = Table::new("newest", &title, "Nothing happened in this time.", &columns);
    for index in &known.tally.newest {
        known.sheet.row(&mut table, &entry_href(*index), "");
    }
    Section::new("newestEntries", "Newest entries").table(table)
}

/// The address of an entry.
pub fn entry_href(index: u64) -> String {
    format!("/api/v1/log/entries/{index}")
}

fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Success => "SUCCESS",
        Outcome::Failure => "FAILURE",
        Outcome::Partial => "PARTIAL",
    }
}
