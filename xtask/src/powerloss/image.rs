//! What a disk may hold after a loss of power.
//!
//! The model promises as little as POSIX does:
//! - a file keeps what was written before the start of a sync that has ended; of what came later any subset is there, torn
//!   at sectors of 512 bytes, and so are changes of its size;
//! - a name is durable once its folder was synced after it was made; until then it may be there or not, whatever became of
//!   the file itself. A new file of PostgreSQL is the exception, see `strace`;
//! - a rename leaves the old name, the new one, or both, never neither;
//! - nothing orders what happens in different files.
//!
//! The index of `SQLite`'s write-ahead log (`-shm`) is not durable state and is left out.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};

use super::journal::{Node, Op, Record};
use crate::rng::Rng;

/// The unit that a disk writes whole.
const SECTOR_BYTES: usize = 512;

/// Files and folders as they were before the recording began.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tree {
    nodes: HashMap<Node, Content>,
    roots: Vec<(PathBuf, Node)>,
}

#[derive(Debug, Clone)]
enum Content {
    File(Vec<u8>),
    Folder(BTreeMap<String, Node>),
}

impl Tree {
    /// Reads the folders, all of which is taken to be durable.
    pub(crate) fn read(roots: &[PathBuf]) -> Result<Self> {
        let mut tree = Self::default();
        for root in roots {
            let node = tree.add(root).with_context(|| format!("`{}` cannot be read", root.display()))?;
            tree.roots.push((root.clone(), node));
        }
        Ok(tree)
    }

    fn add(&mut self, path: &Path) -> Result<Node> {
        let node = fs::metadata(path)?.ino();
        if path.is_dir() {
            let mut names = BTreeMap::new();
            for entry in fs::read_dir(path)? {
                let entry = entry?;
                names.insert(entry.file_name().to_string_lossy().into_owned(), self.add(&entry.path())?);
            }
            self.nodes.insert(node, Content::Folder(names));
        } else {
            self.nodes.insert(node, Content::File(fs::read(path)?));
        }
        Ok(node)
    }

    /// Every file and folder with its path as it was read, and the size of a file.
    pub(super) fn paths(&self) -> Vec<(PathBuf, Node, u64)> {
        let mut found = Vec::new();
        let mut open = self.roots.clone();
        while let Some((path, node)) = open.pop() {
            let size = match self.nodes.get(&node) {
                Some(Content::File(bytes)) => bytes.len() as u64,
                Some(Content::Folder(names)) => {
                    open.extend(names.iter().map(|(name, node)| (path.join(name), *node)));
                    0
                }
                None => 0,
            };
            found.push((path, node, size));
        }
        found
    }

    /// The files with their paths below the roots, in order.
    pub(crate) fn files(&self) -> BTreeMap<PathBuf, &[u8]> {
        let mut files = BTreeMap::new();
        for (place, (_, node)) in self.roots.iter().enumerate() {
            self.list(*node, &PathBuf::from(place.to_string()), &mut files);
        }
        files
    }

    fn list<'a>(&'a self, node: Node, path: &Path, files: &mut BTreeMap<PathBuf, &'a [u8]>) {
        match self.nodes.get(&node) {
            Some(Content::File(bytes)) => drop(files.insert(path.to_owned(), bytes)),
            Some(Content::Folder(names)) => {
                for (name, node) in names.iter().filter(|(name, _)| !is_index(name)) {
                    self.list(*node, &path.join(name), files);
                }
            }
            None => {}
        }
    }

    /// Makes these places what the tree holds, one for each root. What is so already is not touched: most of a database.
    pub(crate) fn write(&self, to: &[PathBuf]) -> Result<()> {
        for ((_, node), path) in self.roots.iter().zip(to) {
            self.put(*node, path).with_context(|| format!("`{}` cannot be written", path.display()))?;
        }
        Ok(())
    }

    fn put(&self, node: Node, path: &Path) -> Result<()> {
        match self.nodes.get(&node) {
            Some(Content::File(bytes)) if fs::read(path).is_ok_and(|held| held == *bytes) => {}
            Some(Content::File(bytes)) => fs::write(path, bytes)?,
            Some(Content::Folder(names)) => {
                fs::create_dir_all(path)?;
                for entry in fs::read_dir(path)? {
                    let (name, path) = entry.map(|entry| (entry.file_name(), entry.path()))?;
                    if !name.to_str().is_some_and(|name| names.contains_key(name) && !is_index(name)) {
                        if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) }?;
                    }
                }
                for (name, node) in names.iter().filter(|(name, _)| !is_index(name)) {
                    self.put(*node, &path.join(name))?;
                }
            }
            None => {}
        }
        Ok(())
    }
}

fn is_index(name: &str) -> bool {
    name.ends_with("-shm")
}

/// How a disk loses what it was not told to keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Loss {
    /// It loses nothing: what the process saw. Used to check that the recording is complete.
    Nothing,
    /// It loses all that was not synced.
    Everything,
    /// Any subset, so many of a hundred changes being kept.
    Any {
        /// Changes that survive, of a hundred.
        keep_percent: u64,
    },
}

/// The disk after the first `count` records.
pub(crate) fn crash(
    base: &Tree,
    journal: &[u8],
    records: &[Record],
    count: usize,
    loss: Loss,
    rng: &mut Rng,
) -> Result<Tree> {
    let records = records.get(..count).unwrap_or(records);
    let durable = Durable::of(records);
    let mut disk = Disk { tree: base.clone(), journal, durable, loss, rng };
    for (at, record) in records.iter().enumerate() {
        disk.apply(at, &record.op)?;
    }
    Ok(disk.tree)
}

/// For each file and folder the start of the last sync that has ended.
struct Durable(HashMap<Node, usize>);

impl Durable {
    fn of(records: &[Record]) -> Self {
        let (mut starts, mut syncs) = (HashMap::new(), HashMap::<Node, usize>::new());
        for (at, record) in records.iter().enumerate() {
            match &record.op {
                Op::SyncStart { token, .. } => drop(starts.insert(*token, at)),
                Op::SyncEnd { node, token } => {
                    let start = starts.get(token).copied().unwrap_or_default();
                    let last = syncs.entry(*node).or_default();
                    *last = start.max(*last);
                }
                Op::Create { .. }
                | Op::Write { .. }
                | Op::Resize { .. }
                | Op::Rename { .. }
                | Op::Unlink { .. }
                | Op::Mkdir { .. }
                | Op::Link { .. } => {}
            }
        }
        Self(syncs)
    }

    /// Whether a change of the node at that place was covered by a sync.
    fn covers(&self, node: Node, at: usize) -> bool {
        self.0.get(&node).is_some_and(|start| *start > at)
    }
}

struct Disk<'a> {
    tree: Tree,
    journal: &'a [u8],
    durable: Durable,
    loss: Loss,
    rng: &'a mut Rng,
}

impl Disk<'_> {
    fn apply(&mut self, at: usize, op: &Op) -> Result<()> {
        match op {
            Op::Create { node, parent, name, with_file } => {
                self.tree.nodes.insert(*node, Content::File(Vec::new()));
                if *with_file && self.durable.covers(*node, at) {
                    self.folder(*parent)?.insert(name.clone(), *node);
                } else {
                    self.name(at, *parent, name, *node)?;
                }
            }
            Op::Mkdir { node, parent, name } => {
                self.tree.nodes.insert(*node, Content::Folder(BTreeMap::new()));
                self.name(at, *parent, name, *node)?;
            }
            Op::Link { node, parent, name } => self.name(at, *parent, name, *node)?,
            Op::Write { node, offset, data } => {
                let data = self.journal.get(data.clone()).context("a write is cut")?;
                self.write(at, *node, usize::try_from(*offset)?, data)?;
            }
            Op::Resize { node, size } => {
                if self.survives(*node, at) {
                    self.file(*node)?.resize(usize::try_from(*size)?, 0);
                }
            }
            Op::Rename { node, from, to } => self.rename(at, *node, from, to)?,
            Op::Unlink { parent, name } => {
                if self.survives(*parent, at) {
                    self.folder(*parent)?.remove(name);
                }
            }
            Op::SyncStart { .. } | Op::SyncEnd { .. } => {}
        }
        Ok(())
    }

    fn name(&mut self, at: usize, parent: Node, name: &str, node: Node) -> Result<()> {
        if self.survives(parent, at) {
            self.folder(parent)?.insert(name.to_owned(), node);
        }
        Ok(())
    }

    fn rename(&mut self, at: usize, node: Node, from: &(Node, String), to: &(Node, String)) -> Result<()> {
        let gone_for_sure = self.durable.covers(from.0, at);
        let new = gone_for_sure || self.survives(to.0, at);
        if new {
            self.folder(to.0)?.insert(to.1.clone(), node);
            if self.survives(from.0, at) && self.folder(from.0)?.get(&from.1) == Some(&node) {
                self.folder(from.0)?.remove(&from.1);
            }
        }
        Ok(())
    }

    fn write(&mut self, at: usize, node: Node, offset: usize, data: &[u8]) -> Result<()> {
        if self.durable.covers(node, at) || self.loss == Loss::Nothing {
            overwrite(self.file(node)?, offset, data);
            return Ok(());
        }
        let Loss::Any { keep_percent } = self.loss else { return Ok(()) };
        // A disk mostly writes a request whole or not at all; now and then the loss falls into the middle of it.
        if !self.rng.percent(25) {
            if self.rng.percent(keep_percent) {
                overwrite(self.file(node)?, offset, data);
            }
            return Ok(());
        }
        let mut from = 0;
        while from < data.len() {
            let to = (from + SECTOR_BYTES - (offset + from) % SECTOR_BYTES).min(data.len());
            if self.rng.percent(keep_percent) {
                overwrite(self.file(node)?, offset + from, data.get(from..to).unwrap_or_default());
            }
            from = to;
        }
        Ok(())
    }

    fn survives(&mut self, node: Node, at: usize) -> bool {
        match self.loss {
            _ if self.durable.covers(node, at) => true,
            Loss::Nothing => true,
            Loss::Everything => false,
            Loss::Any { keep_percent } => self.rng.percent(keep_percent),
        }
    }

    fn file(&mut self, node: Node) -> Result<&mut Vec<u8>> {
        match self.tree.nodes.get_mut(&node) {
            Some(Content::File(bytes)) => Ok(bytes),
            Some(Content::Folder(_)) | None => {
                anyhow::bail!("the journal writes to {node}, which is no known file")
            }
        }
    }

    fn folder(&mut self, node: Node) -> Result<&mut BTreeMap<String, Node>> {
        match self.tree.nodes.get_mut(&node) {
            Some(Content::Folder(names)) => Ok(names),
            Some(Content::File(_)) | None => {
                anyhow::bail!("the journal names {node}, which is no known folder")
            }
        }
    }
}

fn overwrite(file: &mut Vec<u8>, offset: usize, data: &[u8]) {
    let end = offset + data.len();
    if file.len() < end {
        file.resize(end, 0);
    }
    if let Some(place) = file.get_mut(offset..end) {
        place.copy_from_slice(data);
    }
}

/// Whether two trees hold the same files; else the first that differs.
pub(crate) fn ensure_same(recorded: &Tree, real: &Tree) -> Result<()> {
    let (recorded, real) = (recorded.files(), real.files());
    for (path, bytes) in &real {
        let same = recorded.get(path).is_some_and(|known| known == bytes);
        ensure!(
            same,
            "the recording lacks something of `{}`: teach shim.c the call that was missed",
            path.display()
        );
    }
    let gone = recorded.keys().find(|path| !real.contains_key(*path));
    ensure!(gone.is_none(), "the recording has a file that is not there: {gone:?}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOT: Node = 1;
    const FILE: Node = 7;

    fn tree(names: &[(&str, Node)]) -> Tree {
        let names = names.iter().map(|(name, node)| ((*name).to_owned(), *node)).collect();
        Tree { nodes: [(ROOT, Content::Folder(names))].into(), roots: vec![(PathBuf::from("data"), ROOT)] }
    }

    fn records(ops: Vec<Op>) -> Vec<Record> {
        ops.into_iter().map(|op| Record { op, end: 0 }).collect()
    }

    fn create(name: &str) -> Op {
        Op::Create { node: FILE, parent: ROOT, name: name.to_owned(), with_file: false }
    }

    fn write(offset: u64, data: std::ops::Range<usize>) -> Op {
        Op::Write { node: FILE, offset, data }
    }

    fn sync(node: Node, token: u64) -> [Op; 2] {
        [Op::SyncStart { node, token }, Op::SyncEnd { node, token }]
    }

    /// Every outcome of many losses, as the contents of the file, if there is one.
    fn outcomes(ops: Vec<Op>, journal: &[u8], name: &str) -> Vec<Option<Vec<u8>>> {
        let records = records(ops);
        let mut found: Vec<_> = (0..400)
            .map(|seed| {
                let loss = Loss::Any { keep_percent: 50 };
                let disk =
                    crash(&tree(&[]), journal, &records, records.len(), loss, &mut Rng::new(seed)).unwrap();
                disk.files().get(&Path::new("0").join(name)).map(|bytes| bytes.to_vec())
            })
            .collect();
        found.sort();
        found.dedup();
        found
    }

    #[test]
    fn what_was_synced_is_there_and_nothing_else_is_certain() {
        let [start, end] = sync(FILE, 1);
        let [folder_start, folder_end] = sync(ROOT, 2);
        // Synced, its name too: certain.
        let all = vec![
            create("a"),
            write(0, 0..2),
            start.clone(),
            end.clone(),
            folder_start.clone(),
            folder_end.clone(),
        ];
        assert_eq!(outcomes(all, b"ab", "a"), [Some(b"ab".to_vec())]);
        // Its name not: it may be gone.
        let named = vec![create("a"), write(0, 0..2), start.clone(), end.clone()];
        assert_eq!(outcomes(named, b"ab", "a"), [None, Some(b"ab".to_vec())]);
        // Its name not, on a disk that keeps it with the file: certain.
        let new = Op::Create { node: FILE, parent: ROOT, name: "a".to_owned(), with_file: true };
        let kept = vec![new.clone(), write(0, 0..2), start.clone(), end.clone()];
        assert_eq!(outcomes(kept, b"ab", "a"), [Some(b"ab".to_vec())]);
        let unsynced = vec![new, write(0, 0..2)];
        assert_eq!(outcomes(unsynced, b"ab", "a"), [None, Some(Vec::new()), Some(b"ab".to_vec())]);
        // A write after the start of the sync is not covered by it.
        let late =
            vec![create("a"), folder_start.clone(), folder_end.clone(), start.clone(), write(0, 0..2), end];
        assert_eq!(outcomes(late, b"ab", "a"), [Some(Vec::new()), Some(b"ab".to_vec())]);
        // A sync that has not ended covers nothing.
        let open = vec![create("a"), folder_start, folder_end, write(0, 0..2), start];
        assert_eq!(outcomes(open, b"ab", "a"), [Some(Vec::new()), Some(b"ab".to_vec())]);
    }

    #[test]
    fn later_writes_may_survive_earlier_ones_and_tear_at_sectors() {
        let journal = [vec![b'x'; 1024], vec![b'y'; 512]].concat();
        let [start, end] = sync(ROOT, 1);
        let ops = vec![create("a"), start, end, write(0, 0..1024), write(1024, 1024..1536)];
        let outcomes = outcomes(ops, &journal, "a");
        let hole = [vec![0; 1024], vec![b'y'; 512]].concat();
        let torn = [vec![0; 512], vec![b'x'; 512]].concat();
        for wanted in [Vec::new(), hole, torn, journal.clone()] {
            assert!(outcomes.contains(&Some(wanted.clone())), "{wanted:?} never happened");
        }
        assert!(outcomes.iter().flatten().all(|file| file.len() % 512 == 0), "a sector is whole");
    }

    #[test]
    fn a_rename_leaves_one_of_the_names_at_least() {
        let ops = |synced: bool| {
            let mut ops = vec![create("old")];
            ops.extend(sync(ROOT, 1));
            let (from, to) = ((ROOT, "old".to_owned()), (ROOT, "new".to_owned()));
            ops.push(Op::Rename { node: FILE, from, to });
            ops.extend(synced.then(|| sync(ROOT, 2)).into_iter().flatten());
            records(ops)
        };
        let names = |records: &[Record], seed| {
            let loss = Loss::Any { keep_percent: 50 };
            let disk = crash(&tree(&[]), b"", records, records.len(), loss, &mut Rng::new(seed)).unwrap();
            disk.files().into_keys().collect::<Vec<_>>()
        };
        let (old, new) = (PathBuf::from("0/old"), PathBuf::from("0/new"));
        let mut seen: Vec<_> = (0..200).map(|seed| names(&ops(false), seed)).collect();
        seen.sort();
        seen.dedup();
        assert_eq!(seen, [vec![new.clone()], vec![new.clone(), old.clone()], vec![old]]);
        assert!((0..50).all(|seed| names(&ops(true), seed) == [new.clone()]));
    }

    #[test]
    fn a_recording_without_loss_is_what_the_process_saw() {
        let ops =
            records(vec![create("a"), write(0, 0..3), Op::Resize { node: FILE, size: 2 }, create("b-shm")]);
        let disk = crash(&tree(&[]), b"abc", &ops, 4, Loss::Nothing, &mut Rng::new(1)).unwrap();
        assert_eq!(disk.files().into_keys().collect::<Vec<_>>(), [PathBuf::from("0/a")]);
        let lost = crash(&tree(&[]), b"abc", &ops, 4, Loss::Everything, &mut Rng::new(1)).unwrap();
        assert!(lost.files().is_empty());
        assert!(ensure_same(&lost, &disk).is_err() && ensure_same(&disk, &lost).is_err());
        ensure_same(&disk, &disk).unwrap();
    }
}
