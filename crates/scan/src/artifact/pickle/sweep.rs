//! The search for imports in bytes that cannot be walked: behind a broken opcode, behind the end, inside of raw data.
//!
//! Only imports on the deny list count, and only where the bytes around them are those of an opcode that imports. A name that
//! comes through the memo is not seen here; the walk sees it.

use super::super::fault::Fault;
use super::super::imports::{Judgement, judge};
use super::super::region::Region;
use super::seen::Seen;

/// Bytes that one look spans: the longest import that is searched for fits twice.
const OVERLAP: usize = 1024;
/// Bytes that are read at once.
const CHUNK: usize = 1 << 16;
/// The longest module or name.
const LONGEST: usize = 128;

/// Searches from the position to the end.
pub(super) fn sweep(from: &mut Region, seen: &mut Seen) -> Result<(), Fault> {
    let mut window: Vec<u8> = Vec::with_capacity(CHUNK + OVERLAP);
    let mut base = from.at();
    loop {
        let kept = window.len();
        let ahead = from.ahead()?;
        if ahead.is_empty() {
            return Ok(());
        }
        let taken = ahead.len().min(CHUNK);
        window.extend_from_slice(ahead.get(..taken).unwrap_or_default());
        from.skip(taken as u64)?;
        for at in kept..window.len() {
            let found = match window.get(at) {
                Some(b'\n') => spelled(&window, at),
                Some(0x93) => stacked(&window, at),
                _ => None,
            };
            if let Some((module, name)) = found {
                seen.import(module, name, base + at as u64);
            }
        }
        let done = window.len().saturating_sub(OVERLAP);
        window.drain(..done);
        base += done as u64;
    }
}

/// `c` or `i`, a module, a line feed, a name, and the line feed at `end`.
fn spelled(window: &[u8], end: usize) -> Option<(String, String)> {
    let name = run_before(window, end)?;
    let feed = end.checked_sub(name.len() + 1)?;
    if window.get(feed) != Some(&b'\n') {
        return None;
    }
    let module = run_before(window, feed)?;
    // The opcode is a letter, and so it looks like a part of the module.
    let starts = module.char_indices().filter(|(_, c)| matches!(c, 'c' | 'i'));
    let mut modules = starts.filter_map(|(at, _)| module.get(at + 1..));
    let module = modules.find(|module| is_denied(module, name))?;
    Some((module.to_owned(), name.to_owned()))
}

/// Two short texts, each kept in the memo perhaps, and the opcode `STACK_GLOBAL` at `at`.
fn stacked(window: &[u8], at: usize) -> Option<(String, String)> {
    let (name, before) = text_before(window, at)?;
    let (module, _) = text_before(window, before)?;
    is_denied(module, name).then(|| (module.to_owned(), name.to_owned()))
}

/// The text whose opcode ends at `end`, and where that opcode starts.
fn text_before(window: &[u8], end: usize) -> Option<(&str, usize)> {
    // MEMOIZE, BINPUT and LONG_BINPUT, or nothing.
    let puts = [(1, 0x94), (2, b'q'), (5, b'r')];
    let memoized = puts.into_iter().filter_map(|(length, opcode)| {
        let start = end.checked_sub(length)?;
        (window.get(start) == Some(&opcode)).then_some(start)
    });
    memoized.chain([end]).find_map(|end| {
        let text = run_before(window, end)?;
        let start = end.checked_sub(text.len())?;
        // The length stands before the text, and may look like a part of it.
        (0..text.len()).find_map(|cut| opcode_of(window, start + cut, text.get(cut..)?))
    })
}

/// The text with its start, if the bytes before it are the opcode of a text that long.
fn opcode_of<'a>(window: &[u8], start: usize, text: &'a str) -> Option<(&'a str, usize)> {
    let length = u32::try_from(text.len()).ok()?.to_le_bytes();
    let opcodes: [(usize, &[u8]); 4] = [(1, &[0x8c]), (1, b"U"), (4, b"X"), (4, b"T")];
    opcodes.into_iter().find_map(|(bytes, opcode)| {
        let at = start.checked_sub(bytes)?;
        let before = at.checked_sub(1)?;
        let fits = window.get(at..start)? == length.get(..bytes)? && window.get(before..at)? == opcode;
        fits.then_some((text, before))
    })
}

/// The longest run of the characters of names that ends before `end`.
fn run_before(window: &[u8], end: usize) -> Option<&str> {
    let all = window.get(..end)?;
    let length = all.iter().rev().take(LONGEST).take_while(|byte| is_of_name(**byte)).count();
    let run = all.get(end - length..)?;
    if run.is_empty() { None } else { std::str::from_utf8(run).ok() }
}

fn is_of_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.')
}

fn is_denied(module: &str, name: &str) -> bool {
    matches!(judge(module, name), Judgement::Denied(..))
}
