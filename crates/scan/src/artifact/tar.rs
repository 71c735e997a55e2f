//! Tar archives: plain, of GNU, and with the records of POSIX.

use std::collections::HashSet;

use super::fault::Fault;
use super::paths::{leads_outside, link_leads_outside};
use super::region::Region;
use super::work::Work;
use super::{Code, Format, examine};
use crate::text::excerpt;

const BLOCK: usize = 512;
/// The longest name that comes in a record of its own.
const LONGEST_NAME: u64 = 1 << 16;

/// One header.
struct Header {
    name: String,
    size: u64,
    kind: u8,
    link: String,
}

/// Whether the first block is a header: its checksum says so.
pub(super) fn is_header(head: &[u8]) -> bool {
    let Some(block) = head.get(..BLOCK) else { return false };
    let Some(said) = block.get(148..156).and_then(octal) else { return false };
    let sum = |low: usize| -> u64 {
        block.get(low..).unwrap_or_default().iter().map(|byte| u64::from(*byte)).sum()
    };
    // The field of the checksum counts as spaces.
    let field: u64 = block.get(148..156).unwrap_or_default().iter().map(|byte| u64::from(*byte)).sum();
    said > 0 && sum(0) - field + 8 * 32 == said
}

/// Walks an archive.
pub(super) fn walk(work: &mut Work, path: &str, from: &mut Region, depth: u32) -> Result<Format, Fault> {
    let mut names = HashSet::new();
    let (mut long_name, mut long_link) = (None, None);
    while from.left() > 0 {
        let at = from.at();
        let block = from.take(BLOCK)?;
        if block.iter().all(|byte| *byte == 0) {
            tell_end(work, path, from);
            break;
        }
        if work.members == 0 {
            return Err(Fault::Limit("members of archives"));
        }
        work.members -= 1;
        if !is_header(&block) {
            return Err(Fault::wrong("a header of the tar archive has a wrong checksum"));
        }
        let mut header = read_header(&block)?;
        let data = from.at();
        match header.kind {
            b'L' => long_name = Some(text(from, header.size)?),
            b'K' => long_link = Some(text(from, header.size)?),
            b'x' | b'g' => records(&text(from, header.size)?, &mut long_name, &mut long_link),
            _ => {
                header.name = long_name.take().unwrap_or(header.name);
                header.link = long_link.take().unwrap_or(header.link);
                member(work, path, from, &header, &mut names, depth);
            }
        }
        let padded = header.size.checked_next_multiple_of(BLOCK as u64).ok_or(Fault::Cut)?;
        from.go(data);
        from.skip(padded.min(from.left().max(header.size)))?;
        if from.at() <= at {
            return Err(Fault::Cut);
        }
    }
    Ok(Format::Tar)
}

fn member(
    work: &mut Work,
    path: &str,
    from: &mut Region,
    header: &Header,
    names: &mut HashSet<String>,
    depth: u32,
) {
    let member = format!("{path}:{}", excerpt(&header.name));
    if let Some(why) = leads_outside(&header.name) {
        work.find(&member, Code::PathTraversal, None, format!("the path of the member {why}"));
    }
    if !names.insert(header.name.clone()) {
        work.find(&member, Code::DuplicateName, None, "two members have this name".to_owned());
    }
    match header.kind {
        b'1' | b'2' => {
            // A hard link is named from the root of the archive, a symbolic one from its folder.
            let base = if header.kind == b'1' { "x" } else { header.name.as_str() };
            if link_leads_outside(base, &header.link) {
                work.find(&member, Code::LinkOutside, None, format!("a link to `{}`", excerpt(&header.link)));
            }
        }
        b'3' | b'4' | b'6' => {
            work.find(&member, Code::LinkOutside, None, "a device or a pipe".to_owned());
        }
        b'5' => {}
        _ if depth >= work.limits.depth => {
            work.find(
                &member,
                Code::LimitReached,
                None,
                format!("archives are nested more than {depth} deep"),
            );
        }
        _ => {
            let data = from.at();
            examine::item(work, &member, &mut from.part(data, header.size), depth + 1);
        }
    }
}

/// Two empty blocks end an archive; what follows is not read by anybody who unpacks it.
fn tell_end(work: &mut Work, path: &str, from: &mut Region) {
    let at = from.at();
    while let Ok(ahead) = from.ahead() {
        if ahead.is_empty() {
            return;
        }
        if ahead.iter().any(|byte| *byte != 0) {
            let message = "bytes follow the end of the archive".to_owned();
            return work.find(path, Code::TrailingData, Some(at), message);
        }
        let passed = ahead.len() as u64;
        from.go(from.at() + passed);
    }
}

fn read_header(block: &[u8]) -> Result<Header, Fault> {
    let field = |range: std::ops::Range<usize>| block.get(range).unwrap_or_default();
    let mut name = until_zero(field(0..100));
    let prefix = until_zero(field(345..500));
    if field(257..262) == b"ustar" && block.get(262) == Some(&0) && !prefix.is_empty() {
        name = format!("{prefix}/{name}");
    }
    let size = number(field(124..136)).ok_or(Fault::wrong("the size of a member cannot be read"))?;
    let kind = block.get(156).copied().unwrap_or_default();
    // Links, devices and folders have no data, whatever the size says.
    let size = if matches!(kind, b'1'..=b'6') { 0 } else { size };
    Ok(Header { name, size, kind, link: until_zero(field(157..257)) })
}

/// The paths in records of POSIX: `length key=value`.
fn records(text: &str, name: &mut Option<String>, link: &mut Option<String>) {
    for line in text.split('\n') {
        let Some((_, record)) = line.split_once(' ') else { continue };
        match record.split_once('=') {
            Some(("path", value)) => *name = Some(value.to_owned()),
            Some(("linkpath", value)) => *link = Some(value.to_owned()),
            _ => {}
        }
    }
}

fn text(from: &mut Region, size: u64) -> Result<String, Fault> {
    if size > LONGEST_NAME {
        return Err(Fault::wrong("a name in the tar archive is out of proportion"));
    }
    let bytes = from.take(usize::try_from(size).unwrap_or(0))?;
    Ok(String::from_utf8_lossy(&bytes).trim_end_matches('\0').to_owned())
}

fn until_zero(field: &[u8]) -> String {
    let bytes = field.split(|byte| *byte == 0).next().unwrap_or_default();
    String::from_utf8_lossy(bytes).into_owned()
}

/// A number in octal, or in base 256 if the first bit is set.
fn number(field: &[u8]) -> Option<u64> {
    match field.split_first() {
        Some((0x80, rest)) => {
            let (high, low) = rest.split_at_checked(rest.len().checked_sub(8)?)?;
            let low: [u8; 8] = low.try_into().ok()?;
            high.iter().all(|byte| *byte == 0).then(|| u64::from_be_bytes(low))
        }
        _ => octal(field),
    }
}

fn octal(field: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(field).ok()?.trim_matches(['\0', ' ']);
    if text.is_empty() { Some(0) } else { u64::from_str_radix(text, 8).ok() }
}
