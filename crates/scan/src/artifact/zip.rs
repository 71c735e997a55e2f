//! Zip archives, read as distrustfully as they are written: the directory, the members' own headers, and what lies between.
//!
//! Readers of zip archives disagree where directory and headers do, and ignore checksums and flags at will. What any of them
//! would read is looked at, and the disagreement is a finding.

mod directory;

use std::collections::HashSet;
use std::io::Read;

use flate2::Crc;
use flate2::read::DeflateDecoder;

use super::compressed::{look_into, unpack};
use super::fault::Fault;
use super::paths::{leads_outside, link_leads_outside};
use super::region::Region;
use super::work::Work;
use super::{Code, Format, examine};
use crate::text::excerpt;
use directory::{Directory, Entry};

const HEADER: [u8; 4] = *b"PK\x03\x04";
const HEADER_BYTES: u64 = 30;
/// A descriptor behind a member's data: at most four numbers and a signature.
const DESCRIPTOR_BYTES: u64 = 24;
const LONGEST_TARGET: usize = 4096;
/// Bytes between members in which a header is looked for.
const LONGEST_GAP: u64 = 1 << 20;

/// What a member's own header says.
struct Header {
    name: String,
    method: u16,
    flags: u16,
    crc: u32,
    packed: u64,
    /// Where the data starts.
    data: u64,
}

/// Whether there is an archive with members at the end of the file.
pub(super) fn is_one(from: &mut Region) -> bool {
    matches!(directory::find(from), Ok(Some(found)) if found.entries > 0)
}

/// Walks an archive.
pub(super) fn walk(work: &mut Work, path: &str, from: &mut Region, depth: u32) -> Result<Format, Fault> {
    let found = match directory::find(from) {
        Ok(Some(found)) => found,
        Ok(None) | Err(Fault::Cut | Fault::Wrong(_)) => {
            let message = "a zip archive without a directory at its end that can be read".to_owned();
            work.find(path, Code::Malformed, None, message);
            between(work, path, from, 0, from.len(), depth);
            return Ok(Format::Zip);
        }
        Err(fault) => return Err(fault),
    };
    let mut entries = read_entries(work, path, from, found);
    entries.sort_by_key(|entry| entry.header);
    let mut names = HashSet::new();
    let (mut spans, mut covered) = (Vec::new(), 0);
    for entry in &entries {
        let member = format!("{path}:{}", excerpt(&entry.name));
        tell_name(work, &member, &entry.name, &mut names);
        match read_header(from, entry.header.saturating_add(found.shift)) {
            Ok(header) => {
                let end = header.data.saturating_add(entry.packed);
                let start = entry.header.saturating_add(found.shift);
                spans.push((start, end));
                let is_taken = start < covered;
                covered = covered.max(end);
                tell_contradictions(work, &member, entry, &header, from.len());
                if is_taken {
                    let message = "the member lies over another one".to_owned();
                    work.find(&member, Code::ArchiveBomb, None, message);
                } else {
                    look_at(work, &member, from, entry, header.data, depth);
                }
            }
            Err(fault) => work.fault(&member, Some(entry.header), &fault),
        }
    }
    tell_gaps(work, path, from, &spans, found.at, depth);
    Ok(kind(&entries))
}

fn read_entries(work: &mut Work, path: &str, from: &mut Region, found: Directory) -> Vec<Entry> {
    from.go(found.at);
    let mut entries = Vec::new();
    while from.at() < found.end {
        if work.members == 0 {
            work.fault(path, Some(from.at()), &Fault::Limit("members of archives"));
            break;
        }
        work.members -= 1;
        match directory::entry(from) {
            Ok(entry) => entries.push(entry),
            Err(fault) => {
                work.fault(path, Some(from.at()), &fault);
                break;
            }
        }
    }
    if entries.len() as u64 != found.entries {
        let message =
            format!("the archive counts {} members, and its directory has {}", found.entries, entries.len());
        work.find(path, Code::ArchiveInconsistent, None, message);
    }
    entries
}

fn read_header(from: &mut Region, at: u64) -> Result<Header, Fault> {
    from.go(at);
    if from.array::<4>()? != HEADER {
        return Err(Fault::wrong("the member's own header is not where the directory says"));
    }
    from.skip(2)?;
    let flags = u16::from_le_bytes(from.array()?);
    let method = u16::from_le_bytes(from.array()?);
    from.skip(4)?;
    let crc = u32::from_le_bytes(from.array()?);
    let packed = u64::from(u32::from_le_bytes(from.array()?));
    from.skip(4)?;
    let name = u16::from_le_bytes(from.array()?);
    let extra = u16::from_le_bytes(from.array()?);
    let name = from.take(usize::from(name))?;
    let data = at + HEADER_BYTES + name.len() as u64 + u64::from(extra);
    Ok(Header { name: String::from_utf8_lossy(&name).into_owned(), method, flags, crc, packed, data })
}

fn tell_name(work: &mut Work, member: &str, name: &str, names: &mut HashSet<String>) {
    if let Some(why) = leads_outside(name) {
        work.find(member, Code::PathTraversal, None, format!("the path of the member {why}"));
    }
    if !names.insert(name.to_owned()) {
        work.find(member, Code::DuplicateName, None, "two members have this name".to_owned());
    }
}

fn tell_contradictions(work: &mut Work, member: &str, entry: &Entry, header: &Header, len: u64) {
    let mut tell = |message: String| work.find(member, Code::ArchiveInconsistent, None, message);
    if header.name != entry.name {
        tell(format!(
            "the directory calls the member so, and its own header calls it `{}`",
            excerpt(&header.name)
        ));
    }
    if header.method != entry.method {
        tell("the directory and the member's own header name different compressions".to_owned());
    }
    if (header.flags ^ entry.flags) & 1 != 0 {
        tell("the directory and the member's own header disagree on whether it is encrypted".to_owned());
    }
    let is_counted = header.flags & 8 == 0 && header.packed != u64::from(u32::MAX);
    if is_counted && header.packed != entry.packed {
        tell("the directory and the member's own header disagree on its size".to_owned());
    }
    if header.data.saturating_add(entry.packed) > len {
        tell("the member reaches beyond the end of the archive".to_owned());
    }
    if entry.method == 0 && entry.packed != entry.unpacked {
        tell("the member is not compressed, and has two sizes".to_owned());
    }
    if entry.flags & 1 != 0 {
        let message = "the member is marked as encrypted; it was looked at as if it were not".to_owned();
        work.find(member, Code::NotExamined, None, message);
    }
}

/// Looks at a member's data.
fn look_at(work: &mut Work, member: &str, from: &mut Region, entry: &Entry, data: u64, depth: u32) {
    if entry.name.ends_with('/') && entry.packed == 0 {
        return;
    }
    if depth >= work.limits.depth {
        return work.find(
            member,
            Code::LimitReached,
            None,
            format!("archives are nested more than {depth} deep"),
        );
    }
    match entry.method {
        0 => {
            let mut part = from.part(data, entry.packed);
            if entry.is_link {
                tell_link(work, member, &entry.name, &mut part);
            }
            examine::item(work, member, &mut part, depth + 1);
            part.go(0);
            tell_checksum(work, member, entry.crc, checksum(&mut part));
        }
        8 => {
            let content =
                unpack(work, member, DeflateDecoder::new(from.part(data, entry.packed)), entry.packed);
            tell_checksum(work, member, entry.crc, checksum(&mut content.as_slice()));
            look_into(work, member, content, depth);
        }
        12 => {
            let decoder = bzip2::read::BzDecoder::new(from.part(data, entry.packed));
            let content = unpack(work, member, decoder, entry.packed);
            look_into(work, member, content, depth);
        }
        method => {
            let message = format!("the member is compressed by method {method}, which is not known here");
            work.find(member, Code::NotExamined, None, message);
        }
    }
}

fn tell_link(work: &mut Work, member: &str, name: &str, part: &mut Region) {
    let target = part.head(LONGEST_TARGET).unwrap_or_default();
    let target = String::from_utf8_lossy(&target);
    if link_leads_outside(name, &target) {
        work.find(member, Code::LinkOutside, None, format!("a link to `{}`", excerpt(&target)));
    }
}

fn checksum(from: &mut impl Read) -> Option<u32> {
    let mut crc = Crc::new();
    let mut chunk = vec![0; 1 << 16];
    loop {
        match from.read(&mut chunk) {
            Ok(0) => return Some(crc.sum()),
            Ok(read) => crc.update(chunk.get(..read).unwrap_or_default()),
            Err(_) => return None,
        }
    }
}

fn tell_checksum(work: &mut Work, member: &str, said: u32, computed: Option<u32>) {
    if computed != Some(said) {
        let message =
            "the checksum of the member is wrong: some readers refuse it, and others do not look".to_owned();
        work.find(member, Code::ArchiveInconsistent, None, message);
    }
}

/// Looks for members that the directory leaves out.
fn tell_gaps(
    work: &mut Work,
    path: &str,
    from: &mut Region,
    spans: &[(u64, u64)],
    directory: u64,
    depth: u32,
) {
    let mut at = 0;
    for (start, end) in spans.iter().copied().chain([(directory, directory)]) {
        if start > at {
            between(work, path, from, at, start, depth);
        }
        at = at.max(end);
    }
}

/// Bytes that no member covers: a descriptor, padding, or members that the directory does not have.
fn between(work: &mut Work, path: &str, from: &mut Region, start: u64, end: u64, depth: u32) {
    let mut at = start;
    while at < end {
        let Ok(found) = next_header(from, at, end) else { return };
        let Some(place) = found else {
            from.go(at);
            let is_blank = from.ahead().is_ok_and(|gap| gap.iter().all(|byte| *byte == 0));
            if end - at > DESCRIPTOR_BYTES && !is_blank {
                let message = format!("{} bytes belong to no member", end - at);
                work.find(path, Code::TrailingData, Some(at), message);
            }
            return;
        };
        at = place;
        let member = format!("{path}:hidden@{at}");
        let message = "a member that the directory of the archive does not have".to_owned();
        work.find(&member, Code::ArchiveInconsistent, None, message);
        match hidden(work, &member, from, at, end, depth) {
            Ok(next) => at = next,
            Err(fault) => return work.fault(&member, Some(at), &fault),
        }
    }
}

/// Where the next header starts, looked for in ever larger parts: mostly it is near.
fn next_header(from: &mut Region, at: u64, end: u64) -> Result<Option<u64>, Fault> {
    let all = (end - at).min(LONGEST_GAP);
    let mut length = 64;
    loop {
        from.go(at);
        let gap = from.take(usize::try_from(all.min(length)).unwrap_or(0))?;
        let found = gap.windows(HEADER.len()).position(|window| window == HEADER);
        if found.is_some() || length >= all {
            return Ok(found.map(|place| at + place as u64));
        }
        length *= 2;
    }
}

/// Looks at a member that only its own header tells of, and says where it ends.
fn hidden(
    work: &mut Work,
    member: &str,
    from: &mut Region,
    at: u64,
    end: u64,
    depth: u32,
) -> Result<u64, Fault> {
    work.members = work.members.checked_sub(1).ok_or(Fault::Limit("members of archives"))?;
    let header = read_header(from, at)?;
    let packed = if header.packed == 0 { end.saturating_sub(header.data) } else { header.packed };
    let entry = Entry {
        name: header.name,
        flags: 0,
        method: header.method,
        crc: header.crc,
        packed,
        unpacked: packed,
        header: at,
        is_link: false,
    };
    look_at(work, member, from, &entry, header.data, depth);
    Ok(header.data.saturating_add(packed))
}

fn kind(entries: &[Entry]) -> Format {
    let has = |name: &str| entries.iter().any(|entry| entry.name == name);
    let ends = |end: &str| entries.iter().filter(|entry| entry.name.ends_with(end)).count();
    if has("data.pkl") || ends("/data.pkl") > 0 {
        Format::Pytorch
    } else if has("config.json") && (has("metadata.json") || has("model.weights.h5")) {
        Format::Keras
    } else if !entries.is_empty() && ends(".npy") == entries.len() {
        Format::NumpyArchive
    } else {
        Format::Zip
    }
}
