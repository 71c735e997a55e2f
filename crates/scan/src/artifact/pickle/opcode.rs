//! One opcode of a pickle, protocols 0 to 5, with the part of its argument that matters here.
//!
//! The reader is as lenient as the most lenient unpickler: what one of them accepts must be seen, so an argument that cannot
//! be read is an unknown value and not the end.

use super::super::fault::Fault;
use super::super::limits::MAX_TEXT_BYTES;
use super::super::region::Region;

/// What an opcode does to the machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Op {
    Nothing,
    Stop,
    Mark,
    Pop,
    PopMark,
    Dup,
    /// Pushes a value that is of no interest.
    Push,
    /// Pushes a text, if it is short enough to be a name.
    Text(Option<String>),
    Number(i64),
    EmptyDict,
    /// A tuple of the last values.
    Tuple(usize),
    /// A tuple of the values since the mark.
    TupleOfMark,
    DictOfMark,
    /// Something of the values since the mark that is not followed: a list, a set.
    HeapOfMark,
    /// Takes a value into the container below it.
    Append,
    /// Takes the values since the mark into the container below it.
    Appends,
    SetItem,
    SetItems,
    /// Puts the top into a slot of the memo; no slot means one that cannot be read.
    Put(Option<u64>),
    Memoize,
    Get(Option<u64>),
    Global(Name),
    StackGlobal,
    /// A class by a code of the registry of extensions.
    Extension(u64),
    /// Imports a class and calls it with the values since the mark.
    Inst(Name),
    /// Calls the first value since the mark with the rest.
    Obj,
    Reduce,
    NewObj,
    NewObjEx,
    Build,
    /// Asks the loading program for an object by an id on the stack.
    PersistentOnStack,
}

/// A module and a name as an opcode spells them out; nothing if they are too long or no text.
pub(super) type Name = Option<(String, String)>;

/// Bytes of a line that are kept.
const LINE: usize = 4 * MAX_TEXT_BYTES;

/// Reads the next opcode.
pub(super) fn read(from: &mut Region) -> Result<Op, Fault> {
    let code = from.byte()?;
    Ok(match code {
        b'.' => Op::Stop,
        b'(' => Op::Mark,
        b'0' => Op::Pop,
        b'1' => Op::PopMark,
        b'2' => Op::Dup,
        b'N' | 0x88 | 0x89 | b']' | 0x8f | 0x97 => Op::Push,
        b'}' => Op::EmptyDict,
        b')' => Op::Tuple(0),
        0x85 => Op::Tuple(1),
        0x86 => Op::Tuple(2),
        0x87 => Op::Tuple(3),
        b't' => Op::TupleOfMark,
        b'd' => Op::DictOfMark,
        b'l' | 0x91 => Op::HeapOfMark,
        b'a' => Op::Append,
        b'e' | 0x90 => Op::Appends,
        b's' => Op::SetItem,
        b'u' => Op::SetItems,
        0x94 => Op::Memoize,
        0x93 => Op::StackGlobal,
        b'o' => Op::Obj,
        b'R' => Op::Reduce,
        0x81 => Op::NewObj,
        0x92 => Op::NewObjEx,
        b'b' => Op::Build,
        b'Q' => Op::PersistentOnStack,
        0x98 => Op::Nothing,
        other => return read_with_argument(other, from),
    })
}

fn read_with_argument(code: u8, from: &mut Region) -> Result<Op, Fault> {
    Ok(match code {
        0x80 => skipped(from, 1, Op::Nothing)?,
        0x95 => skipped(from, 8, Op::Nothing)?,
        b'G' => skipped(from, 8, Op::Push)?,
        b'F' | b'L' | b'P' => line(from, Op::Push)?,
        b'I' => decimal(from)?.map_or(Op::Push, Op::Number),
        b'J' => Op::Number(i64::from(i32::from_le_bytes(from.array()?))),
        b'K' => Op::Number(i64::from(from.byte()?)),
        b'M' => Op::Number(i64::from(u16::from_le_bytes(from.array()?))),
        0x8a => long(from, 1)?,
        0x8b => long(from, 4)?,
        b'S' => Op::Text(from.line(LINE)?.and_then(|line| quoted(&line))),
        b'V' => Op::Text(from.line(LINE)?.and_then(|line| raw_unicode(&line))),
        b'U' | 0x8c => text(from, 1)?,
        b'T' | b'X' => text(from, 4)?,
        0x8d => text(from, 8)?,
        b'C' => bytes(from, 1)?,
        b'B' => bytes(from, 4)?,
        0x8e | 0x96 => bytes(from, 8)?,
        b'c' => Op::Global(two_lines(from)?),
        b'i' => Op::Inst(two_lines(from)?),
        b'p' => Op::Put(slot(from)?),
        b'g' => Op::Get(slot(from)?),
        b'q' => Op::Put(Some(u64::from(from.byte()?))),
        b'h' => Op::Get(Some(u64::from(from.byte()?))),
        b'r' => Op::Put(Some(u64::from(u32::from_le_bytes(from.array()?)))),
        b'j' => Op::Get(Some(u64::from(u32::from_le_bytes(from.array()?)))),
        0x82 => Op::Extension(length(from, 1)?),
        0x83 => Op::Extension(length(from, 2)?),
        0x84 => Op::Extension(length(from, 4)?),
        other => return Err(Fault::wrong(format!("the byte 0x{other:02x} is no opcode of a pickle"))),
    })
}

fn skipped(from: &mut Region, bytes: u64, op: Op) -> Result<Op, Fault> {
    from.skip(bytes)?;
    Ok(op)
}

fn line(from: &mut Region, op: Op) -> Result<Op, Fault> {
    from.line(0)?;
    Ok(op)
}

/// A little-endian number of 1, 2, 4 or 8 bytes.
fn length(from: &mut Region, bytes: usize) -> Result<u64, Fault> {
    let mut whole = [0; 8];
    for byte in whole.iter_mut().take(bytes) {
        *byte = from.byte()?;
    }
    Ok(u64::from_le_bytes(whole))
}

fn long(from: &mut Region, size: usize) -> Result<Op, Fault> {
    let bytes = length(from, size)?;
    if !(1..=8).contains(&bytes) {
        return skipped(from, bytes, Op::Push);
    }
    let taken = from.take(usize::try_from(bytes).unwrap_or(8))?;
    let fill = if taken.last().is_some_and(|byte| byte & 0x80 != 0) { 0xff } else { 0 };
    let mut whole = [fill; 8];
    for (to, byte) in whole.iter_mut().zip(taken) {
        *to = byte;
    }
    Ok(Op::Number(i64::from_le_bytes(whole)))
}

fn text(from: &mut Region, size: usize) -> Result<Op, Fault> {
    let bytes = length(from, size)?;
    match usize::try_from(bytes) {
        Ok(short) if short <= MAX_TEXT_BYTES => Ok(Op::Text(String::from_utf8(from.take(short)?).ok())),
        _ => skipped(from, bytes, Op::Text(None)),
    }
}

fn bytes(from: &mut Region, size: usize) -> Result<Op, Fault> {
    let bytes = length(from, size)?;
    skipped(from, bytes, Op::Push)
}

fn two_lines(from: &mut Region) -> Result<Name, Fault> {
    let mut name = || -> Result<Option<String>, Fault> {
        Ok(from.line(LINE)?.and_then(|line| String::from_utf8(line).ok()))
    };
    let (module, name) = (name()?, name()?);
    Ok(module.zip(name))
}

fn slot(from: &mut Region) -> Result<Option<u64>, Fault> {
    Ok(decimal(from)?.and_then(|number| u64::try_from(number).ok()))
}

/// A number in text, with the spaces and underscores that Python accepts.
fn decimal(from: &mut Region) -> Result<Option<i64>, Fault> {
    let line = from.line(64)?;
    let text = line.and_then(|line| String::from_utf8(line).ok());
    Ok(text.and_then(|text| {
        text.trim_matches([' ', '\t', '\r', '\u{b}', '\u{c}', '\0']).replace('_', "").parse().ok()
    }))
}

/// The text of a literal in quotes.
fn quoted(line: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(line).ok()?.trim();
    let quote = text.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    let inner = text.strip_prefix(quote)?.strip_suffix(quote)?;
    unescape(inner, true)
}

/// Text in which only `\uXXXX` and `\UXXXXXXXX` are escapes; other bytes are Latin-1.
fn raw_unicode(line: &[u8]) -> Option<String> {
    let text: String = line.iter().copied().map(char::from).collect();
    unescape(&text, false)
}

/// Replaces escapes. Those of string literals are `\x41`, `\101`, `\n` and the like.
fn unescape(text: &str, literal: bool) -> Option<String> {
    let mut out = String::new();
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        let digits = match rest.peek() {
            Some('u') if !literal => 4,
            Some('U') if !literal => 8,
            Some('x') if literal => 2,
            Some('0'..='7') if literal => {
                let octal: String = std::iter::from_fn(|| rest.next_if(|c| c.is_digit(8))).take(3).collect();
                out.push(char::from_u32(u32::from_str_radix(&octal, 8).ok()?)?);
                continue;
            }
            Some(_) if literal => {
                out.push(match rest.next()? {
                    'n' => '\n',
                    't' => '\t',
                    'r' => '\r',
                    other => other,
                });
                continue;
            }
            _ => {
                out.push('\\');
                continue;
            }
        };
        rest.next();
        let hex: String = rest.by_ref().take(digits).collect();
        out.push(char::from_u32(u32::from_str_radix(&hex, 16).ok()?)?);
    }
    (out.len() <= MAX_TEXT_BYTES).then_some(out)
}
