//! One array in NumPy's own format: a header, and raw bytes or, for objects, a pickle.

use super::fault::Fault;
use super::region::Region;
use super::work::Work;
use super::{Code, Format, pickle};
use crate::text::excerpt_of;

/// The longest header that NumPy itself reads without asking.
const LONGEST_HEADER: u64 = 1 << 20;

/// Walks an array.
pub(super) fn walk(work: &mut Work, path: &str, from: &mut Region) -> Result<Format, Fault> {
    from.go(6);
    let [major, _minor] = from.array::<2>()?;
    let size = match major {
        1 => u64::from(u16::from_le_bytes(from.array()?)),
        2 | 3 => u64::from(u32::from_le_bytes(from.array()?)),
        other => return Err(Fault::wrong(format!("version {other} of the NumPy format is not known here"))),
    };
    if size > LONGEST_HEADER {
        return Err(Fault::wrong("the header of the array is out of proportion"));
    }
    let header = from.take(usize::try_from(size).unwrap_or(0))?;
    let data = from.at();
    let text = String::from_utf8_lossy(&header);
    let literal = text.trim_end();
    if !literal.starts_with('{') || !literal.ends_with('}') {
        return Err(Fault::wrong(format!(
            "the header of the array is no dictionary: `{}`",
            excerpt_of(&header)
        )));
    }
    // Whatever the header says of the elements, a pickle behind it is one for a reader that believes in objects.
    let left = from.left();
    let mut part = from.part(data, left);
    if has_objects(literal) {
        if pickle::examine(work, path, &mut part).is_none() {
            return Err(Fault::wrong("an array of objects without a pickle"));
        }
    } else if pickle::second_look(work, path, &mut part) {
        let message = "an array of numbers that is a pickle of code".to_owned();
        work.find(path, Code::SeveralFormats, Some(data), message);
    }
    Ok(Format::Numpy)
}

/// Whether the type of the elements in the header has objects in it.
fn has_objects(header: &str) -> bool {
    let Some((_, after)) = header.split_once("descr") else { return true };
    let kinds = after.split("fortran_order").next().unwrap_or(after);
    let mut strings = kinds.split(['\'', '"']).skip(1);
    strings.any(|text| {
        let bare = text.trim_start_matches(['<', '>', '|', '=']);
        bare.strip_prefix('O').is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit()))
    })
}
