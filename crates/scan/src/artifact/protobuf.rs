//! The wire format of protocol buffers, walked field by field within bounds.

use super::fault::Fault;
use super::limits::MAX_GRAPH_DEPTH;
use super::region::Region;
use super::work::Work;

/// The content of one field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    /// A number.
    Number(u64),
    /// Bytes, a text or a message: where they start, and how long they are.
    Bytes(u64, u64),
    /// Four or eight bytes of a number that is of no interest.
    Fixed,
}

/// One field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Field {
    /// Its number.
    pub(super) number: u64,
    /// Its content.
    pub(super) content: Content,
}

/// The next field of a message that ends at `end`.
pub(super) fn next(work: &mut Work, from: &mut Region, end: u64) -> Result<Option<Field>, Fault> {
    if from.at() >= end {
        return Ok(None);
    }
    work.step()?;
    let tag = varint(from)?;
    let content = match tag & 7 {
        0 => Content::Number(varint(from)?),
        1 => {
            from.skip(8)?;
            Content::Fixed
        }
        2 => {
            let length = varint(from)?;
            let start = from.at();
            from.skip(length)?;
            Content::Bytes(start, length)
        }
        5 => {
            from.skip(4)?;
            Content::Fixed
        }
        other => return Err(Fault::wrong(format!("the wire type {other} is not known"))),
    };
    if from.at() > end || tag >> 3 == 0 {
        return Err(Fault::wrong("a field reaches beyond its message"));
    }
    Ok(Some(Field { number: tag >> 3, content }))
}

/// Visits the fields of the message in a range; the visitor may move the position.
pub(super) fn fields(
    work: &mut Work,
    from: &mut Region,
    (start, length): (u64, u64),
    depth: u32,
    visit: &mut dyn FnMut(&mut Work, &mut Region, Field) -> Result<(), Fault>,
) -> Result<(), Fault> {
    if depth > MAX_GRAPH_DEPTH {
        return Err(Fault::Limit("depth of a graph"));
    }
    let end = start.saturating_add(length);
    from.go(start);
    while let Some(field) = next(work, from, end)? {
        let after = from.at();
        visit(work, from, field)?;
        from.go(after);
    }
    Ok(())
}

/// A short text.
pub(super) fn text(from: &mut Region, (start, length): (u64, u64)) -> Result<String, Fault> {
    from.go(start);
    let bytes = from.take(usize::try_from(length.min(4096)).unwrap_or(0))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn varint(from: &mut Region) -> Result<u64, Fault> {
    let mut value = 0_u64;
    for shift in (0..70).step_by(7) {
        let byte = from.byte()?;
        if shift < 64 {
            value |= u64::from(byte & 0x7f) << shift;
        }
        if byte & 0x80 == 0 {
            return Ok(value);
        }
    }
    Err(Fault::wrong("a number is longer than ten bytes"))
}
