//! GGUF, the format of llama.cpp: numbers, texts, and the shapes of tensors. A chat template in it is a program.

use super::fault::Fault;
use super::region::Region;
use super::work::Work;
use super::{Code, Format};
use crate::text::excerpt;

/// The most members and tensors that are believed.
const MOST: u64 = 1 << 20;
/// The longest key or tensor name.
const LONGEST_NAME: u64 = 1 << 16;
/// The longest text that is looked into.
const LONGEST_TEXT: u64 = 16 << 20;

/// What a template that only lays out a conversation has no use for.
const BEHIND: [&str; 9] = [
    "__class__",
    "__globals__",
    "__builtins__",
    "__subclasses__",
    "__mro__",
    "__import__",
    "__init__",
    "__getattribute__",
    "os.popen",
];

/// Walks a file.
pub(super) fn walk(work: &mut Work, path: &str, from: &mut Region) -> Result<Format, Fault> {
    from.go(4);
    let version = u32::from_le_bytes(from.array()?);
    if !(2..=3).contains(&version) {
        return Err(Fault::wrong(format!("version {version} of GGUF is not known here")));
    }
    let tensors = count(from, "tensors")?;
    let members = count(from, "members")?;
    for _ in 0..members {
        work.step()?;
        let key = text(from, LONGEST_NAME)?.ok_or(Fault::wrong("a key is out of proportion"))?;
        let kind = u32::from_le_bytes(from.array()?);
        value(work, path, from, kind, &key)?;
    }
    for _ in 0..tensors {
        work.step()?;
        tensor(from)?;
    }
    Ok(Format::Gguf)
}

fn value(work: &mut Work, path: &str, from: &mut Region, kind: u32, key: &str) -> Result<(), Fault> {
    match kind {
        8 => {
            let at = from.at();
            match text(from, LONGEST_TEXT)? {
                Some(text) => tell_template(work, path, at, key, &text),
                None => work.fault(path, Some(at), &Fault::Limit("bytes of a text")),
            }
            Ok(())
        }
        9 => {
            let kind = u32::from_le_bytes(from.array()?);
            let elements = u64::from_le_bytes(from.array()?);
            if kind == 9 {
                return Err(Fault::wrong("an array inside of an array"));
            }
            if kind == 8 {
                for _ in 0..elements {
                    work.step()?;
                    let bytes = u64::from_le_bytes(from.array()?);
                    from.skip(bytes)?;
                }
                return Ok(());
            }
            from.skip(elements.checked_mul(size(kind)?).ok_or(Fault::Cut)?)
        }
        other => from.skip(size(other)?),
    }
}

fn tensor(from: &mut Region) -> Result<(), Fault> {
    text(from, LONGEST_NAME)?;
    let dimensions = u32::from_le_bytes(from.array()?);
    if dimensions > 8 {
        return Err(Fault::wrong(format!("a tensor with {dimensions} dimensions")));
    }
    let mut elements = 1_u64;
    for _ in 0..dimensions {
        let size = u64::from_le_bytes(from.array()?);
        elements = elements.checked_mul(size).ok_or(Fault::wrong("a tensor is larger than a file can be"))?;
    }
    let _kind: [u8; 4] = from.array()?;
    let offset = u64::from_le_bytes(from.array()?);
    if offset > from.len() {
        return Err(Fault::wrong("a tensor lies outside of the file"));
    }
    Ok(())
}

fn tell_template(work: &mut Work, path: &str, at: u64, key: &str, text: &str) {
    if let Some(found) =
        key.contains("template").then(|| BEHIND.iter().find(|word| text.contains(**word))).flatten()
    {
        let message = format!("the template `{}` uses `{found}`", excerpt(key));
        work.find(path, Code::UnsafeTemplate, Some(at), message);
    }
}

fn count(from: &mut Region, what: &str) -> Result<u64, Fault> {
    let count = u64::from_le_bytes(from.array()?);
    if count > MOST { Err(Fault::wrong(format!("{count} {what} are out of proportion"))) } else { Ok(count) }
}

/// A text, or nothing if it is too long to look into.
fn text(from: &mut Region, longest: u64) -> Result<Option<String>, Fault> {
    let bytes = u64::from_le_bytes(from.array()?);
    if bytes > longest {
        from.skip(bytes)?;
        return Ok(None);
    }
    let taken = from.take(usize::try_from(bytes).unwrap_or(usize::MAX))?;
    Ok(Some(String::from_utf8_lossy(&taken).into_owned()))
}

fn size(kind: u32) -> Result<u64, Fault> {
    match kind {
        0 | 1 | 7 => Ok(1),
        2 | 3 => Ok(2),
        4..=6 => Ok(4),
        10..=12 => Ok(8),
        other => Err(Fault::wrong(format!("the kind {other} of a value is not known"))),
    }
}
