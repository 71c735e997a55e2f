//! Arrays as joblib writes them: an object that stands for the array, and right behind it the bytes of the elements.

use super::super::fault::Fault;
use super::super::region::Region;
use super::seen::Seen;
use super::values::{Id, Value, Values};

/// The bytes that follow the object of an array.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Array {
    /// A byte that counts the bytes of padding comes first.
    is_aligned: bool,
    pub(super) content: Content,
}

/// What the elements are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    /// Plain bytes.
    Bytes(u64),
    /// A pickle of its own, since the elements are objects.
    Pickle,
    /// The type of the elements is not known.
    Unknown,
}

/// The array that an object stands for, if it does.
pub(super) fn of(values: &Values, seen: &Seen, object: Id) -> Option<Array> {
    let Value::Object { callee, state, .. } = values.get(object) else { return None };
    let Value::Import(place) = values.get(*callee) else { return None };
    let import = seen.imports.get(*place as usize)?;
    if import.module != "joblib.numpy_pickle" || import.name != "NumpyArrayWrapper" {
        return None;
    }
    let aligned = values.member(*state, "numpy_array_alignment_bytes");
    let is_aligned = aligned.is_some_and(|id| values.number(id).is_some());
    let content = content(values, *state).unwrap_or(Content::Unknown);
    Some(Array { is_aligned, content })
}

/// Passes over the padding.
pub(super) fn pass_padding(array: &Array, from: &mut Region) -> Result<(), Fault> {
    if array.is_aligned {
        let padding = from.byte()?;
        from.skip(u64::from(padding))?;
    }
    Ok(())
}

fn content(values: &Values, state: Id) -> Option<Content> {
    let dtype = values.get(values.member(state, "dtype")?);
    let Value::Object { arguments, state: dtype_state, .. } = dtype else { return None };
    let element = values.text(*values.tuple(*arguments)?.first()?)?;
    let element = element.trim_start_matches(['<', '>', '|', '=']);
    let kind = element.chars().next()?;
    let size: u64 = element.get(kind.len_utf8()..)?.split('[').next()?.parse().ok()?;
    let bytes = match kind {
        'O' => return Some(Content::Pickle),
        'V' if has_objects(values, *dtype_state)? => return Some(Content::Pickle),
        'b' | 'i' | 'u' | 'f' | 'c' | 'm' | 'M' | 'S' | 'V' => size,
        'U' => size.checked_mul(4)?,
        _ => return None,
    };
    let shape = values.tuple(values.member(state, "shape")?)?;
    let mut whole = bytes;
    for part in shape {
        whole = whole.checked_mul(u64::try_from(values.number(*part)?).ok()?)?;
    }
    Some(Content::Bytes(whole))
}

/// Whether records have objects in them: NumPy goes by the flags at the end of the state of their type, and so does this.
fn has_objects(values: &Values, dtype_state: Id) -> Option<bool> {
    let flags = values.number(*values.tuple(dtype_state)?.get(7)?)?;
    Some(flags & 1 != 0)
}
