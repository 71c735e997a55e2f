//! What `strace` wrote down about several processes, as the records of one journal.
//!
//! `PostgreSQL` is many processes, and a recorder that is preloaded into each of them would miss what the C library does
//! for itself. The tracer sees every call of all of them and of the server, in one order: it writes the end of a call down
//! before the process goes on, so what one process does because of another comes after it. The length of its file when an
//! answer has come is therefore a moment at which everything that led to the answer stands in it.
//!
//! `PostgreSQL` syncs the file of a new table and not the folder that names it. It counts on a file system that keeps the
//! name of a new file with its bytes, as ext4, XFS and Btrfs do, and so does this model, of the files of the database alone.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use anyhow::{Context as _, Result, bail, ensure};

use super::call::{Argument, Call, Part, parts};
use super::image::Tree;
use super::journal::{Node, Op, Record};

/// The calls that change files, names or what a descriptor points at, and those that this model has to refuse.
pub(super) const CALLS: [&str; 33] = [
    "open",
    "openat",
    "creat",
    "write",
    "pwrite64",
    "writev",
    "pwritev",
    "pwritev2",
    "lseek",
    "ftruncate",
    "truncate",
    "fallocate",
    "fsync",
    "fdatasync",
    "rename",
    "renameat",
    "renameat2",
    "unlink",
    "unlinkat",
    "rmdir",
    "mkdir",
    "mkdirat",
    "link",
    "linkat",
    "symlink",
    "symlinkat",
    "mknod",
    "mknodat",
    "mmap",
    "copy_file_range",
    "sendfile",
    "splice",
    "io_uring_setup",
];

/// The bytes that were written, and the records that point into them; each record ends where its line of the trace does.
pub(super) struct Traced {
    pub(super) bytes: Vec<u8>,
    pub(super) records: Vec<Record>,
}

/// Reads a trace of what happened to these files. Paths that are not absolute are seen from `home`.
pub(super) fn read(trace: &str, base: &Tree, home: &Path) -> Result<Traced> {
    let mut reader = Reader::new(base, home);
    let mut begun: HashMap<&str, (String, Option<Sync>)> = HashMap::new();
    let mut end = 0;
    for line in trace.split_inclusive('\n') {
        end += line.len();
        reader.end = end;
        let Some((process, part)) = parts(line) else { continue };
        let (text, sync) = match part {
            Part::Begins(text) => {
                let sync = reader.sync_starts(text)?;
                begun.insert(process, (text.to_owned(), sync));
                continue;
            }
            Part::Ends(rest) => {
                let Some((text, sync)) = begun.remove(process) else { continue };
                (text + rest, sync)
            }
            Part::Whole(text) => (text.to_owned(), reader.sync_starts(text)?),
        };
        let Some(call) = Call::parse(&text) else { continue };
        reader.apply(&call, sync).with_context(|| {
            let shown: String = text.chars().take(200).collect();
            format!("the trace cannot be understood at byte {end}: {shown}")
        })?;
    }
    Ok(Traced { bytes: reader.bytes, records: reader.records })
}

/// A sync that has begun: of what, and its number.
type Sync = (Node, u64);

struct Reader<'a> {
    home: &'a Path,
    names: HashMap<String, Node>,
    sizes: HashMap<Node, u64>,
    /// Where the next `write` by a descriptor goes.
    places: HashMap<(i64, Node), u64>,
    /// Folders that were used before the line that makes them.
    early: HashSet<String>,
    made: u64,
    syncs: u64,
    end: usize,
    bytes: Vec<u8>,
    records: Vec<Record>,
}

impl<'a> Reader<'a> {
    fn new(base: &Tree, home: &'a Path) -> Self {
        let (mut names, mut sizes) = (HashMap::new(), HashMap::new());
        for (path, node, size) in base.paths() {
            names.insert(path.to_string_lossy().into_owned(), node);
            sizes.insert(node, size);
        }
        let (places, early) = (HashMap::new(), HashSet::new());
        let (bytes, records) = (Vec::new(), Vec::new());
        Self { home, names, sizes, places, early, made: 0, syncs: 0, end: 0, bytes, records }
    }

    fn push(&mut self, op: Op) {
        self.records.push(Record { op, end: self.end });
    }

    /// The start of a sync of one of our files, if the call is one.
    fn sync_starts(&mut self, text: &str) -> Result<Option<Sync>> {
        if !text.starts_with("fsync(") && !text.starts_with("fdatasync(") {
            return Ok(None);
        }
        let call = Call::parse_arguments(text).context("a sync of nothing")?;
        let Some(node) = self.of_descriptor(call.argument(0))? else { return Ok(None) };
        self.syncs += 1;
        self.push(Op::SyncStart { node, token: self.syncs });
        Ok(Some((node, self.syncs)))
    }

    fn apply(&mut self, call: &Call<'_>, sync: Option<Sync>) -> Result<()> {
        let Some(result) = call.result.filter(|result| *result >= 0) else { return Ok(()) };
        match call.name {
            "fsync" | "fdatasync" => {
                if let Some((node, token)) = sync {
                    self.push(Op::SyncEnd { node, token });
                }
                Ok(())
            }
            "open" | "openat" | "creat" => self.open(call, result),
            "write" | "writev" => self.write(call, result, None),
            "pwrite64" | "pwritev" | "pwritev2" => {
                let offset = call.argument(3).and_then(Argument::number).context("no offset")?;
                self.write(call, result, Some(u64::try_from(offset)?))
            }
            "lseek" => {
                if let Some(node) = self.of_descriptor(call.argument(0))? {
                    self.places.insert((descriptor(call)?, node), u64::try_from(result)?);
                }
                Ok(())
            }
            "ftruncate" | "truncate" | "fallocate" => self.resize(call),
            "rename" | "renameat" | "renameat2" => self.rename(call),
            "unlink" | "unlinkat" | "rmdir" => {
                let Some(path) = self.paths(call).into_iter().next() else { return Ok(()) };
                if self.names.remove(&path).is_some() {
                    let (parent, name) = self.place(&path)?;
                    self.push(Op::Unlink { parent, name });
                }
                Ok(())
            }
            "mkdir" | "mkdirat" => {
                let path = self.paths(call).into_iter().next().context("a folder without a name")?;
                if self.is_ours(&path) && !self.early.remove(&path) {
                    self.folder(&path)?;
                }
                Ok(())
            }
            "link" | "linkat" => self.link(call),
            _ => self.refuse(call),
        }
    }

    fn open(&mut self, call: &Call<'_>, result: i64) -> Result<()> {
        let Some(path) = call.opened.as_ref().filter(|path| self.is_ours(path)).cloned() else {
            return Ok(());
        };
        let flags = call.flags();
        ensure!(
            !["O_TMPFILE", "O_SYNC", "O_DSYNC", "O_APPEND"].iter().any(|flag| flags.contains(flag)),
            "a file that is opened with {flags:?} is not modelled"
        );
        let node = if let Some(node) = self.names.get(&path) {
            *node
        } else {
            ensure!(
                call.name == "creat" || flags.contains(&"O_CREAT"),
                "a file that nobody has made is there"
            );
            let node = self.fresh(&path);
            let (parent, name) = self.place(&path)?;
            let with_file = Path::new(&path).starts_with(self.home);
            self.push(Op::Create { node, parent, name, with_file });
            node
        };
        let cut = call.name == "creat" || flags.contains(&"O_TRUNC");
        if cut && self.sizes.insert(node, 0).is_some_and(|size| size > 0) {
            self.push(Op::Resize { node, size: 0 });
        }
        self.places.insert((result, node), 0);
        Ok(())
    }

    fn write(&mut self, call: &Call<'_>, result: i64, offset: Option<u64>) -> Result<()> {
        let Some(node) = self.of_descriptor(call.argument(0))? else { return Ok(()) };
        let place = (descriptor(call)?, node);
        let at = match offset {
            Some(offset) => offset,
            None => *self.places.get(&place).context("nobody knows where this descriptor stands")?,
        };
        let from = self.bytes.len();
        call.argument(1).context("a write of nothing")?.strings(&mut self.bytes)?;
        let written = usize::try_from(result)?;
        ensure!(self.bytes.len() >= from + written, "the tracer has left out bytes that were written");
        self.bytes.truncate(from + written);
        let end = at + u64::try_from(result)?;
        if offset.is_none() {
            self.places.insert(place, end);
        }
        let size = self.sizes.entry(node).or_default();
        *size = end.max(*size);
        self.push(Op::Write { node, offset: at, data: from..from + written });
        Ok(())
    }

    fn resize(&mut self, call: &Call<'_>) -> Result<()> {
        let node = match self.paths(call).first() {
            Some(path) => self.names.get(path).copied(),
            None => self.of_descriptor(call.argument(0))?,
        };
        let Some(node) = node else { return Ok(()) };
        let number = |at| call.argument(at).and_then(Argument::number);
        let held = self.sizes.get(&node).copied().unwrap_or_default();
        let size = if call.name == "fallocate" {
            ensure!(number(1) == Some(0), "this kind of fallocate is not modelled");
            let end = number(2).zip(number(3)).map(|(offset, bytes)| offset + bytes).context("no size")?;
            held.max(u64::try_from(end)?)
        } else {
            u64::try_from(number(1).context("no size")?)?
        };
        self.sizes.insert(node, size);
        self.push(Op::Resize { node, size });
        Ok(())
    }

    fn rename(&mut self, call: &Call<'_>) -> Result<()> {
        let paths = self.paths(call);
        let [old, new] = paths.as_slice() else { bail!("a rename has two names") };
        if !self.is_ours(old) && !self.is_ours(new) {
            return Ok(());
        }
        let node = self.names.remove(old).context("what is renamed is not known")?;
        let below = format!("{old}/");
        ensure!(
            !self.names.keys().any(|path| path.starts_with(&below)),
            "a folder that is renamed is not modelled"
        );
        let (from, to) = (self.place(old)?, self.place(new)?);
        self.names.insert(new.clone(), node);
        self.push(Op::Rename { node, from, to });
        Ok(())
    }

    fn link(&mut self, call: &Call<'_>) -> Result<()> {
        let paths = self.paths(call);
        let [old, new] = paths.as_slice() else { bail!("a link has two names") };
        if self.is_ours(old) || self.is_ours(new) {
            let node = *self.names.get(old).context("what is linked is not known")?;
            let (parent, name) = self.place(new)?;
            self.names.insert(new.clone(), node);
            self.push(Op::Link { node, parent, name });
        }
        Ok(())
    }

    /// What changes files in a way that cannot be recorded; whatever it does elsewhere is no matter.
    fn refuse(&self, call: &Call<'_>) -> Result<()> {
        // The index of SQLite's write-ahead log is no durable state; private pages and those that are read change nothing.
        let changes = call.name != "mmap" || call.says("PROT_WRITE") && call.says("MAP_SHARED");
        let mut touched = call.descriptors().chain(self.paths(call));
        let ours = touched.find(|path| self.is_ours(path) && !path.ends_with("-shm"));
        match ours {
            Some(path) if changes => bail!("`{}` of `{path}` is not modelled", call.name),
            _ => Ok(()),
        }
    }

    /// The file or folder of a descriptor, if it is one of ours and still has a name.
    fn of_descriptor(&self, argument: Option<&Argument<'_>>) -> Result<Option<Node>> {
        let Some(path) = argument.and_then(Argument::path).filter(|path| self.is_ours(path)) else {
            return Ok(None);
        };
        // What is done to a file without a name is lost with it.
        if path.ends_with("(deleted)") {
            return Ok(None);
        }
        self.names.get(&path).copied().map(Some).with_context(|| format!("`{path}` is not known"))
    }

    /// Whether a path is in one of the folders that are recorded, or such a folder.
    fn is_ours(&self, path: &str) -> bool {
        let known = |path: &Path| path.to_str().is_some_and(|path| self.names.contains_key(path));
        Path::new(path).ancestors().any(known)
    }

    /// The folder of a path, and its name in it.
    ///
    /// The tracer prints a call when its thread gets round to it: a thread that finds the folder there may be printed
    /// before the one that made it. Such a folder is made here, and its own line says nothing new.
    fn place(&mut self, path: &str) -> Result<(Node, String)> {
        let (folder, name) = path.rsplit_once('/').context("a path without a folder")?;
        let parent = match self.names.get(folder) {
            Some(parent) => *parent,
            None if self.is_ours(folder) => {
                self.early.insert(folder.to_owned());
                self.folder(folder)?
            }
            None => bail!("the folder of `{path}` is not known"),
        };
        Ok((parent, name.to_owned()))
    }

    fn folder(&mut self, path: &str) -> Result<Node> {
        let node = self.fresh(path);
        let (parent, name) = self.place(path)?;
        self.push(Op::Mkdir { node, parent, name });
        Ok(node)
    }

    /// A number for a file or folder that was made: a file system uses its own numbers again.
    fn fresh(&mut self, path: &str) -> Node {
        self.made += 1;
        let node = u64::MAX - self.made;
        self.names.insert(path.to_owned(), node);
        self.sizes.insert(node, 0);
        node
    }

    fn paths(&self, call: &Call<'_>) -> Vec<String> {
        call.paths(&self.home.to_string_lossy())
    }
}

fn descriptor(call: &Call<'_>) -> Result<i64> {
    call.argument(0).and_then(Argument::number).context("a call without a descriptor")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder of a database with one file in it, and a folder of the server.
    struct Disk {
        folder: tempfile::TempDir,
        base: Tree,
    }

    impl Disk {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let roots = ["pg", "data"].map(|name| folder.path().join(name));
            for root in &roots {
                std::fs::create_dir(root).unwrap();
            }
            std::fs::write(folder.path().join("pg/known"), "abc").unwrap();
            let base = Tree::read(&roots).unwrap();
            Self { folder, base }
        }

        /// Reads a trace in which `/R` is the folder.
        fn read(&self, lines: &[&str]) -> Result<Traced> {
            let root = self.folder.path().to_str().unwrap();
            let trace: String = lines.iter().map(|line| line.replace("/R", root) + "\n").collect();
            read(&trace, &self.base, &self.folder.path().join("pg"))
        }

        fn ops(&self, lines: &[&str]) -> Vec<Op> {
            self.read(lines).unwrap().records.into_iter().map(|record| record.op).collect()
        }

        fn node(&self, name: &str) -> Node {
            let path = self.folder.path().join(name);
            self.base.paths().into_iter().find(|(known, ..)| *known == path).unwrap().1
        }
    }

    const NEW: Node = u64::MAX - 1;

    #[test]
    fn a_file_is_made_written_and_synced() {
        let disk = Disk::new();
        let lines = [
            r#"7 openat(AT_FDCWD</R/pg>, "new", O_RDWR|O_CREAT, 0600) = 4</R/pg/new>"#,
            r#"7 write(4</R/pg/new>, "ab\0", 3) = 2"#,
            r#"7 write(4</R/pg/new>, "c", 1) = 1"#,
            r#"7 pwrite64(4</R/pg/new>, "d", 1, 512) = 1"#,
            r#"7 openat(AT_FDCWD</R/pg>, "/etc/passwd", O_RDONLY) = 5</etc/passwd>"#,
            "7 fallocate(4</R/pg/new>, 0, 500, 20) = 0",
            "7 fdatasync(4</R/pg/new>) = 0",
        ];
        let traced = disk.read(&lines).unwrap();
        assert_eq!(traced.bytes, b"abcd");
        let ops: Vec<Op> = traced.records.into_iter().map(|record| record.op).collect();
        let (node, name) = (NEW, "new".to_owned());
        let expected = [
            Op::Create { node, parent: disk.node("pg"), name, with_file: true },
            Op::Write { node, offset: 0, data: 0..2 },
            Op::Write { node, offset: 2, data: 2..3 },
            Op::Write { node, offset: 512, data: 3..4 },
            Op::Resize { node, size: 520 },
            Op::SyncStart { node, token: 1 },
            Op::SyncEnd { node, token: 1 },
        ];
        assert_eq!(ops, expected);
    }

    #[test]
    fn a_sync_covers_what_stands_before_its_start() {
        let disk = Disk::new();
        let node = disk.node("pg/known");
        let ops = disk.ops(&[
            "7 fsync(4</R/pg/known> <unfinished ...>",
            r#"8 pwrite64(9</R/pg/known>, "x", 1, 0 <unfinished ...>"#,
            "7 <... fsync resumed>) = 0",
            "8 <... pwrite64 resumed>) = 1",
            "8 fsync(9</R/pg/known>) = -1 EIO (Input/output error)",
        ]);
        let expected = [
            Op::SyncStart { node, token: 1 },
            Op::SyncEnd { node, token: 1 },
            Op::Write { node, offset: 0, data: 0..1 },
            Op::SyncStart { node, token: 2 },
        ];
        assert_eq!(ops, expected);
    }

    #[test]
    fn names_come_and_go() {
        let disk = Disk::new();
        let (pg, node) = (disk.node("pg"), disk.node("pg/known"));
        let ops = disk.ops(&[
            r#"7 rename("known", "other") = 0"#,
            r#"7 mkdir("/R/data/blobs", 0777) = 0"#,
            r#"7 openat(AT_FDCWD</>, "/R/data/blobs/b", O_WRONLY|O_CREAT, 0600) = 4</R/data/blobs/b>"#,
            r#"7 truncate("other", 1) = 0"#,
            r#"7 unlink("other") = 0"#,
            r#"7 unlink("other") = -1 ENOENT (No such file or directory)"#,
            r#"7 pwrite64(9</R/pg/other>(deleted), "x", 1, 0) = 1"#,
        ]);
        let name = |name: &str| name.to_owned();
        let expected = [
            Op::Rename { node, from: (pg, name("known")), to: (pg, name("other")) },
            Op::Mkdir { node: NEW, parent: disk.node("data"), name: name("blobs") },
            Op::Create { node: NEW - 1, parent: NEW, name: name("b"), with_file: false },
            Op::Resize { node, size: 1 },
            Op::Unlink { parent: pg, name: name("other") },
        ];
        assert_eq!(ops, expected);
    }

    #[test]
    fn a_folder_that_is_printed_late_is_made_once() {
        let disk = Disk::new();
        let ops = disk.ops(&[
            r#"8 mkdir("/R/data/blobs/sha256/45", 0777) = 0"#,
            r#"7 mkdir("/R/data/blobs/sha256", 0777) = 0"#,
            r#"7 mkdir("/R/data/blobs", 0777) = 0"#,
            r#"7 mkdir("/R/data/blobs/sha256/46", 0777) = 0"#,
        ]);
        let made = |node, parent, name: &str| Op::Mkdir { node, parent, name: name.to_owned() };
        let (below, above, top) = (NEW, NEW - 1, NEW - 2);
        let expected = [
            made(top, disk.node("data"), "blobs"),
            made(above, top, "sha256"),
            made(below, above, "45"),
            made(NEW - 3, above, "46"),
        ];
        assert_eq!(ops, expected);
    }

    #[test]
    fn what_cannot_be_recorded_is_an_error() {
        let disk = Disk::new();
        for line in [
            "7 mmap(NULL, 9, PROT_READ|PROT_WRITE, MAP_SHARED, 3</R/pg/known>, 0) = 0x7f00",
            "7 copy_file_range(3</R/pg/known>, NULL, 4</R/pg/known>, NULL, 9, 0) = 9",
            r#"7 symlink("known", "/R/pg/link") = 0"#,
            r#"7 openat(AT_FDCWD</R/pg>, "known", O_RDWR|O_DSYNC) = 4</R/pg/known>"#,
            r#"7 write(4</R/pg/known>, "a", 1) = 1"#,
            r#"7 pwrite64(4</R/pg/known>, "a"..., 2, 0) = 2"#,
            r#"7 pwrite64(4</R/pg/unknown>, "a", 1, 0) = 1"#,
            "7 fallocate(4</R/pg/known>, FALLOC_FL_PUNCH_HOLE, 0, 20) = 0",
        ] {
            assert!(disk.read(&[line]).is_err(), "{line}");
        }
        let elsewhere = [
            "7 mmap(NULL, 9, PROT_READ|PROT_WRITE, MAP_SHARED, 3</R/data/keys-shm>, 0) = 0x7f00",
            "7 mmap(NULL, 9, PROT_READ, MAP_PRIVATE, 3</R/pg/known>, 0) = 0x7f00",
            r#"7 write(1</R.log>, "a", 1) = 1"#,
        ];
        assert!(disk.ops(&elsewhere).is_empty());
    }
}
