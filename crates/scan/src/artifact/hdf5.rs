//! HDF5, in which Keras kept its models: the text of the model's description is searched where it lies.

use super::fault::Fault;
use super::keras;
use super::region::Region;
use super::work::Work;
use super::{Code, Format};

/// The word before the name of a layer's class.
const CLASS_NAME: &[u8] = b"class_name";
/// The attribute that holds the description of a model.
const MODEL_CONFIG: &[u8] = b"model_config";
const OVERLAP: usize = 512;

/// Searches a file.
pub(super) fn walk(work: &mut Work, path: &str, from: &mut Region) -> Result<Format, Fault> {
    let found = search(work, path, from)?;
    if found.has_config && !found.has_class {
        let message = "the description of a Keras model, in which no layer can be found".to_owned();
        work.find(path, Code::NotExamined, None, message);
    }
    Ok(Format::Hdf5)
}

/// What a search came across.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Found {
    has_config: bool,
    has_class: bool,
}

/// Searches bytes for descriptions of layers, and tells of those with code.
pub(super) fn search(work: &mut Work, path: &str, from: &mut Region) -> Result<Found, Fault> {
    from.go(0);
    let (mut window, mut base, mut found) = (Vec::new(), 0_u64, Found::default());
    loop {
        let ahead = from.ahead()?;
        let taken = ahead.len();
        window.extend_from_slice(ahead);
        from.skip(taken as u64)?;
        let is_last = taken == 0;
        let until = if is_last { window.len() } else { window.len().saturating_sub(OVERLAP) };
        for at in 0..until {
            let rest = window.get(at..).unwrap_or_default();
            found.has_config |= rest.starts_with(MODEL_CONFIG);
            if rest.starts_with(CLASS_NAME)
                && let Some(class) = class(rest.get(CLASS_NAME.len()..).unwrap_or_default())
            {
                found.has_class = true;
                keras::tell_class(work, path, Some(base + at as u64), &class);
            }
        }
        if is_last {
            return Ok(found);
        }
        window.drain(..until);
        base += until as u64;
    }
}

/// The text after the word: behind quotes, a colon and spaces.
fn class(rest: &[u8]) -> Option<String> {
    let skipped = rest
        .iter()
        .take(16)
        .take_while(|byte| matches!(byte, b'"' | b'\\' | b':' | b' ' | b'\n' | b'\t'))
        .count();
    let text: String = rest
        .iter()
        .skip(skipped)
        .take(128)
        .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'>' | b'.' | b'\\'))
        .map(|byte| char::from(*byte))
        .collect();
    let is_escaped = text.starts_with("u00") || text.contains("\\u");
    match text.as_str() {
        "" => None,
        // Nobody writes a name in escapes but to hide it.
        _ if is_escaped => Some("Lambda".to_owned()),
        _ => Some(text),
    }
}
