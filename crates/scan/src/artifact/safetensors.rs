//! Safetensors: a header in JSON, and the bytes of the tensors without overlap and without holes.

use std::collections::{HashMap, HashSet};
use std::fmt;

use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::fault::Fault;
use super::limits::MAX_JSON_BYTES;
use super::region::Region;
use super::work::Work;
use super::{Code, Format};
use crate::text::excerpt;

/// The longest header that the format allows.
const LONGEST_HEADER: u64 = 100_000_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tensor {
    dtype: String,
    shape: Vec<u64>,
    data_offsets: (u64, u64),
}

/// Walks a file.
pub(super) fn walk(work: &mut Work, path: &str, from: &mut Region) -> Result<Format, Fault> {
    let size = u64::from_le_bytes(from.array()?);
    if size > LONGEST_HEADER.min(MAX_JSON_BYTES) {
        return Err(Fault::wrong(format!("the header of {size} bytes is longer than the format allows")));
    }
    let header = from.take(usize::try_from(size).unwrap_or(0))?;
    let tensors: Tensors = serde_json::from_slice(&header)
        .map_err(|error| Fault::wrong(format!("the header is not as it must be: {error}")))?;
    let data = from.left();
    let spans: Result<Vec<_>, _> = tensors.0.iter().map(|(name, tensor)| span(name, tensor, data)).collect();
    let mut spans = spans?;
    spans.sort_unstable();
    tell_cover(work, path, &spans, data);
    Ok(Format::Safetensors)
}

/// Where a tensor lies, which must be as long as type and shape say.
fn span(name: &str, tensor: &Tensor, data: u64) -> Result<(u64, u64), Fault> {
    let wrong = |what: &str| Fault::wrong(format!("the tensor `{}` {what}", excerpt(name)));
    let (start, end) = tensor.data_offsets;
    if start > end || end > data {
        return Err(wrong("lies outside of the file"));
    }
    let bits = bits(&tensor.dtype).ok_or_else(|| wrong("has a type that is not known"))?;
    let elements = tensor.shape.iter().try_fold(1_u64, |product, size| product.checked_mul(*size));
    let whole = elements
        .and_then(|count| count.checked_mul(bits))
        .ok_or_else(|| wrong("is larger than a file can be"))?;
    if whole != (end - start).saturating_mul(8) {
        return Err(wrong("has another size than its type and shape say"));
    }
    Ok((start, end))
}

fn tell_cover(work: &mut Work, path: &str, spans: &[(u64, u64)], data: u64) {
    let mut at = 0;
    for (start, end) in spans {
        if *start < at {
            work.find(path, Code::Malformed, Some(*start), "two tensors lie over each other".to_owned());
        } else if *start > at {
            work.find(path, Code::Malformed, Some(at), format!("{} bytes belong to no tensor", start - at));
        }
        at = at.max(*end);
    }
    if at < data {
        let message = format!("{} bytes follow the last tensor", data - at);
        work.find(path, Code::TrailingData, Some(at), message);
    }
}

fn bits(dtype: &str) -> Option<u64> {
    Some(match dtype {
        "F4" => 4,
        "F6_E2M3" | "F6_E3M2" => 6,
        "BOOL" | "U8" | "I8" | "F8_E4M3" | "F8_E5M2" | "F8_E8M0" | "F8_E4M3FNUZ" | "F8_E5M2FNUZ" => 8,
        "U16" | "I16" | "F16" | "BF16" => 16,
        "U32" | "I32" | "F32" => 32,
        "U64" | "I64" | "F64" | "C64" => 64,
        _ => return None,
    })
}

/// The tensors of the header by name, of which no two may have one name.
struct Tensors(Vec<(String, Tensor)>);

impl<'de> Deserialize<'de> for Tensors {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(TensorsVisitor)
    }
}

struct TensorsVisitor;

impl<'de> Visitor<'de> for TensorsVisitor {
    type Value = Tensors;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of tensors")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Tensors, A::Error> {
        let (mut known, mut tensors) = (HashSet::new(), Vec::new());
        while let Some(name) = map.next_key::<String>()? {
            let shown = excerpt(&name);
            if !known.insert(name.clone()) {
                return Err(A::Error::custom(format!("the name `{shown}` comes twice")));
            }
            let in_member = |error| A::Error::custom(format!("`{shown}`: {error}"));
            if name == "__metadata__" {
                map.next_value::<HashMap<String, String>>().map_err(in_member)?;
            } else {
                tensors.push((name, map.next_value().map_err(in_member)?));
            }
        }
        Ok(Tensors(tensors))
    }
}
