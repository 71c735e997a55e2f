//! The journal of the recorder: what a process did to its files, in order. Written by `shim.c`.

use std::collections::HashMap;
use std::ops::Range;

use anyhow::{Context as _, Result, bail};

/// A file or folder: its inode number, or, of one that was made while the journal was kept, a number of its own, because a file
/// system uses the numbers of removed files again.
pub(crate) type Node = u64;

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Op {
    /// A file was made under a name, which may be durable as soon as the file is.
    Create { node: Node, parent: Node, name: String, with_file: bool },
    /// Bytes of the journal were written to a file.
    Write { node: Node, offset: u64, data: Range<usize> },
    /// A file was cut, or grew with zeros.
    Resize { node: Node, size: u64 },
    /// A sync of a file or folder began: what stands before will be durable.
    SyncStart { node: Node, token: u64 },
    /// It has ended well.
    SyncEnd { node: Node, token: u64 },
    /// A name became another one, perhaps in another folder, perhaps in place of what had it.
    Rename { node: Node, from: (Node, String), to: (Node, String) },
    /// A name was removed.
    Unlink { parent: Node, name: String },
    /// A folder was made.
    Mkdir { node: Node, parent: Node, name: String },
    /// A file got one more name.
    Link { node: Node, parent: Node, name: String },
}

/// A record: what happened, and how long the journal was after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Record {
    /// What happened.
    pub(crate) op: Op,
    /// The length of the journal in bytes with this record.
    pub(crate) end: usize,
}

const MAGIC: u32 = 0x5450_5352;
const HEADER_BYTES: usize = 48;

const CREATE: u32 = 1;
const WRITE: u32 = 2;
const RESIZE: u32 = 3;
const SYNC_START: u32 = 4;
const SYNC_END: u32 = 5;
const RENAME: u32 = 6;
const UNLINK: u32 = 7;
const MKDIR: u32 = 8;
const LINK: u32 = 9;
const UNSUPPORTED: u32 = 10;

/// Reads a journal. A record that was cut at its end (the process was killed) is left out.
pub(crate) fn parse(journal: &[u8]) -> Result<Vec<Record>> {
    let (mut records, mut at, mut numbers) = (Vec::new(), 0, Numbers::default());
    while let Some(header) = journal.get(at..at + HEADER_BYTES) {
        let field = |from: usize| bytes_at(header, from).map(u64::from_ne_bytes);
        let small = |from: usize| bytes_at(header, from).map(u32::from_ne_bytes);
        if small(0)? != MAGIC {
            bail!("there is no record at byte {at} of the journal");
        }
        let (first, second) = (small(32)? as usize, small(36)? as usize);
        let from = at + HEADER_BYTES;
        let data = from + first + second;
        let end = data + usize::try_from(field(40)?)?;
        if end > journal.len() {
            break;
        }
        let text = |from: usize, bytes: usize| -> Result<String> {
            let name = journal.get(from..from + bytes).context("a name is cut")?;
            Ok(String::from_utf8(name.to_vec())?)
        };
        let names = (text(from, first)?, text(from + first, second)?);
        let kind = small(4)?;
        let node =
            if matches!(kind, CREATE | MKDIR) { numbers.fresh(field(8)?) } else { numbers.known(field(8)?) };
        let (a, b) = match kind {
            CREATE | RENAME | UNLINK | MKDIR | LINK => (numbers.known(field(16)?), numbers.known(field(24)?)),
            _ => (field(16)?, field(24)?),
        };
        records.push(Record { op: op(kind, (node, a, b), names, data..end)?, end });
        at = end;
    }
    Ok(records)
}

/// The numbers of files that were made.
#[derive(Default)]
struct Numbers {
    made: HashMap<u64, Node>,
    count: u64,
}

impl Numbers {
    fn fresh(&mut self, inode: u64) -> Node {
        self.count += 1;
        let number = u64::MAX - self.count;
        self.made.insert(inode, number);
        number
    }

    fn known(&self, inode: u64) -> Node {
        self.made.get(&inode).copied().unwrap_or(inode)
    }
}

fn bytes_at<const N: usize>(header: &[u8], from: usize) -> Result<[u8; N]> {
    header.get(from..from + N).and_then(|bytes| bytes.try_into().ok()).context("a header is cut")
}

fn op(
    kind: u32,
    (node, a, b): (u64, u64, u64),
    (name, name2): (String, String),
    data: Range<usize>,
) -> Result<Op> {
    Ok(match kind {
        CREATE => Op::Create { node, parent: a, name, with_file: false },
        WRITE => Op::Write { node, offset: a, data },
        RESIZE => Op::Resize { node, size: a },
        SYNC_START => Op::SyncStart { node, token: a },
        SYNC_END => Op::SyncEnd { node, token: a },
        RENAME => Op::Rename { node, from: (a, name), to: (b, name2) },
        UNLINK => Op::Unlink { parent: a, name },
        MKDIR => Op::Mkdir { node, parent: a, name },
        LINK => Op::Link { node, parent: a, name },
        UNSUPPORTED => {
            bail!("the server did what the recorder cannot record: {name} on `{name2}`; teach shim.c")
        }
        other => bail!("the journal holds a record of kind {other}: build the recorder and xtask together"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(kind: u32, numbers: [u64; 3], names: [&str; 2], data: &[u8]) -> Vec<u8> {
        let mut bytes = [MAGIC.to_ne_bytes(), kind.to_ne_bytes()].concat();
        bytes.extend(numbers.iter().flat_map(|number| number.to_ne_bytes()));
        bytes.extend(names.iter().flat_map(|name| u32::try_from(name.len()).unwrap().to_ne_bytes()));
        bytes.extend((data.len() as u64).to_ne_bytes());
        bytes.extend(names.concat().as_bytes());
        bytes.extend(data);
        bytes
    }

    #[test]
    fn records_are_read_in_order() {
        let mut journal = raw(1, [7, 2, 0], ["a", ""], b"");
        journal.extend(raw(2, [7, 512, 0], ["", ""], b"hello"));
        journal.extend(raw(6, [7, 2, 3], ["a", "bc"], b""));
        let whole = journal.len();
        journal.extend(&raw(2, [7, 0, 0], ["", ""], b"cut")[..50]);
        let records = parse(&journal).unwrap();
        let node = u64::MAX - 1;
        let expected = [
            Op::Create { node, parent: 2, name: "a".to_owned(), with_file: false },
            Op::Write { node, offset: 512, data: 97..102 },
            Op::Rename { node, from: (2, "a".to_owned()), to: (3, "bc".to_owned()) },
        ];
        assert_eq!(records.iter().map(|record| record.op.clone()).collect::<Vec<_>>(), expected);
        assert_eq!(&journal[97..102], b"hello");
        assert_eq!(records.last().unwrap().end, whole);
    }

    #[test]
    fn an_inode_that_is_used_again_is_another_file() {
        let journal = [
            raw(1, [7, 2, 0], ["a", ""], b""),
            raw(7, [7, 2, 0], ["a", ""], b""),
            raw(1, [7, 2, 0], ["b", ""], b""),
        ];
        let made: Vec<Node> = parse(&journal.concat())
            .unwrap()
            .into_iter()
            .filter_map(|record| if let Op::Create { node, .. } = record.op { Some(node) } else { None })
            .collect();
        assert_eq!(made, [u64::MAX - 1, u64::MAX - 2]);
    }

    #[test]
    fn what_cannot_be_recorded_is_an_error() {
        let error = parse(&raw(10, [0; 3], ["mmap", "log.sqlite"], b"")).unwrap_err().to_string();
        assert!(error.contains("mmap on `log.sqlite`"), "{error}");
        assert!(parse(&[1; 60]).is_err());
    }
}
