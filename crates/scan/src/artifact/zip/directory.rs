//! The directory at the end of a zip archive.

use super::super::fault::Fault;
use super::super::region::Region;

/// What the directory says of a member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) flags: u16,
    pub(super) method: u16,
    pub(super) crc: u32,
    pub(super) packed: u64,
    pub(super) unpacked: u64,
    /// Where the member's own header starts.
    pub(super) header: u64,
    /// It is a symbolic link.
    pub(super) is_link: bool,
}

/// A directory that was found, before its entries are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Directory {
    /// Where it starts.
    pub(super) at: u64,
    pub(super) entries: u64,
    /// Bytes before the archive, by which all places in it are off.
    pub(super) shift: u64,
    /// Where the record that ends the archive starts.
    pub(super) end: u64,
}

const END: &[u8] = b"PK\x05\x06";
const END_BYTES: u64 = 22;
const LOCATOR: [u8; 4] = *b"PK\x06\x07";
const END_64: [u8; 4] = *b"PK\x06\x06";
const ENTRY: [u8; 4] = *b"PK\x01\x02";
const LONGEST_COMMENT: u64 = 0xffff;

/// Finds the directory from the end of the file.
pub(super) fn find(from: &mut Region) -> Result<Option<Directory>, Fault> {
    let start = from.len().saturating_sub(END_BYTES + LONGEST_COMMENT);
    from.go(start);
    let tail = from.take(usize::try_from(from.left()).unwrap_or(0))?;
    let Some(place) = tail.windows(END.len()).rposition(|window| window == END) else { return Ok(None) };
    let end = start + place as u64;
    from.go(end + 10);
    let Ok(short) = short_end(from) else { return Ok(None) };
    let (entries, size, offset, before) = match wide_end(from, end)? {
        Some((entries, size, offset, at)) => (entries, size, offset, at),
        None => (short.0, short.1, short.2, end),
    };
    let Some(at) = before.checked_sub(size) else { return Ok(None) };
    let Some(shift) = at.checked_sub(offset) else { return Ok(None) };
    from.go(at);
    let is_directory = entries == 0 || from.array::<4>().is_ok_and(|signature| signature == ENTRY);
    Ok(is_directory.then_some(Directory { at, entries, shift, end: before }))
}

fn short_end(from: &mut Region) -> Result<(u64, u64, u64), Fault> {
    let entries = u16::from_le_bytes(from.array()?);
    let size = u32::from_le_bytes(from.array()?);
    let offset = u32::from_le_bytes(from.array()?);
    Ok((u64::from(entries), u64::from(size), u64::from(offset)))
}

/// Entries, size and offset of a directory with numbers of 64 bits, and where its record starts.
fn wide_end(from: &mut Region, end: u64) -> Result<Option<(u64, u64, u64, u64)>, Fault> {
    let Some(locator) = end.checked_sub(20) else { return Ok(None) };
    from.go(locator);
    if from.array::<4>()? != LOCATOR {
        return Ok(None);
    }
    // The record stands right before its locator; the offset in the locator is off where bytes stand before the archive.
    let Some(at) = locator.checked_sub(56) else { return Ok(None) };
    from.go(at);
    if from.array::<4>()? != END_64 {
        return Err(Fault::wrong("the record of a large zip archive is not where it should be"));
    }
    from.go(at + 32);
    let entries = u64::from_le_bytes(from.array()?);
    let size = u64::from_le_bytes(from.array()?);
    let offset = u64::from_le_bytes(from.array()?);
    Ok(Some((entries, size, offset, at)))
}

/// Reads the entry at the position.
pub(super) fn entry(from: &mut Region) -> Result<Entry, Fault> {
    if from.array::<4>()? != ENTRY {
        return Err(Fault::wrong("the directory of the zip archive is damaged"));
    }
    let made_by = u16::from_le_bytes(from.array()?);
    from.skip(2)?;
    let flags = u16::from_le_bytes(from.array()?);
    let method = u16::from_le_bytes(from.array()?);
    from.skip(4)?;
    let crc = u32::from_le_bytes(from.array()?);
    let packed = u64::from(u32::from_le_bytes(from.array()?));
    let unpacked = u64::from(u32::from_le_bytes(from.array()?));
    let [name, extra, comment] = [(); 3].map(|()| from.array().map(u16::from_le_bytes));
    from.skip(4)?;
    let attributes = u32::from_le_bytes(from.array()?);
    let header = u64::from(u32::from_le_bytes(from.array()?));
    let name = from.take(usize::from(name?))?;
    let extra = from.take(usize::from(extra?))?;
    from.skip(u64::from(comment?))?;
    let mut entry = Entry {
        name: String::from_utf8_lossy(&name).into_owned(),
        flags,
        method,
        crc,
        packed,
        unpacked,
        header,
        // The upper half of the attributes is the mode of Unix, for what was made on Unix or a Mac.
        is_link: matches!(made_by >> 8, 3 | 19) && (attributes >> 16) & 0o170_000 == 0o120_000,
    };
    widen(&mut entry, &extra);
    Ok(entry)
}

/// Takes the numbers of 64 bits from the extra field, for those that did not fit.
fn widen(entry: &mut Entry, extra: &[u8]) {
    let mut rest = extra;
    while let Some(([a, b, c, d], after)) = rest.split_first_chunk::<4>() {
        let (kind, size) = (u16::from_le_bytes([*a, *b]), usize::from(u16::from_le_bytes([*c, *d])));
        let mut field = after.get(..size).unwrap_or(after);
        rest = after.get(size..).unwrap_or_default();
        if kind != 1 {
            continue;
        }
        for number in [&mut entry.unpacked, &mut entry.packed, &mut entry.header] {
            if *number == u64::from(u32::MAX)
                && let Some((wide, more)) = field.split_first_chunk::<8>()
            {
                *number = u64::from_le_bytes(*wide);
                field = more;
            }
        }
    }
}
