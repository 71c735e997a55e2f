//! ONNX graphs: the structure, the files that their tensors lie in, and operators from elsewhere.

use super::fault::Fault;
use super::paths::leads_outside;
use super::protobuf::{Content, Field, fields, next, text};
use super::region::Region;
use super::work::Work;
use super::{Code, Format};
use crate::text::excerpt;

/// Domains of operators that runtimes bring with them.
const DOMAINS: [&str; 6] =
    ["", "ai.onnx", "ai.onnx.ml", "ai.onnx.training", "ai.onnx.preview.training", "com.microsoft"];

/// A part of a graph that may hold other parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Model,
    Graph,
    Node,
    Attribute,
    Tensor,
    SparseTensor,
    ExternalData,
    OperatorSet,
    Function,
    Training,
}

/// Walks the bytes if they are a model: fields that a model has, each of its kind, and a graph among them.
pub(super) fn try_walk(work: &mut Work, path: &str, from: &mut Region) -> Option<Format> {
    if !looks_like_model(work, from) {
        return None;
    }
    let whole = (0, from.len());
    if let Err(fault) = walk(work, path, from, Part::Model, whole, 0) {
        work.fault(path, Some(from.at()), &fault);
    }
    Some(Format::Onnx)
}

/// A damaged model is still one when its beginning says so: a version, and a graph that may be cut off.
fn looks_like_model(work: &mut Work, from: &mut Region) -> bool {
    from.go(0);
    let end = from.len();
    let (mut has_version, mut has_graph) = (false, false);
    loop {
        match next(work, from, end) {
            Ok(Some(Field { number: 1, content: Content::Number(1..=1_000) })) => has_version = true,
            Ok(Some(Field { number: 7, content: Content::Bytes(..) })) => has_graph = true,
            Ok(Some(
                Field { number: 5, content: Content::Number(_) }
                | Field { number: 2 | 3 | 4 | 6 | 8 | 14 | 20 | 25 | 26, content: Content::Bytes(..) },
            )) => {}
            Ok(Some(_)) => return false,
            Ok(None) | Err(_) => return has_version && has_graph,
        }
    }
}

fn walk(
    work: &mut Work,
    path: &str,
    from: &mut Region,
    part: Part,
    range: (u64, u64),
    depth: u32,
) -> Result<(), Fault> {
    let (mut key, mut value) = (String::new(), None);
    fields(work, from, range, depth, &mut |work, from, field| {
        let Content::Bytes(start, length) = field.content else { return Ok(()) };
        let range = (start, length);
        if let Some(inner) = inner(part, field.number) {
            return walk(work, path, from, inner, range, depth + 1);
        }
        match (part, field.number) {
            (Part::OperatorSet, 1) | (Part::Node, 7) | (Part::Function, 10) => {
                tell_domain(work, path, start, &text(from, range)?);
            }
            (Part::ExternalData, 1) => key = text(from, range)?,
            (Part::ExternalData, 2) => value = Some((start, text(from, range)?)),
            _ => {}
        }
        Ok(())
    })?;
    // Key and value may come in any order.
    if let (Some((at, location)), "location") = (value, key.as_str()) {
        tell_location(work, path, at, &location);
    }
    Ok(())
}

/// What lies in a field of a part, if it is a part itself.
fn inner(part: Part, number: u64) -> Option<Part> {
    Some(match (part, number) {
        (Part::Model, 7) | (Part::Training, 1 | 2) | (Part::Attribute, 6 | 11) => Part::Graph,
        (Part::Model, 8) | (Part::Function, 9) => Part::OperatorSet,
        (Part::Model, 20) => Part::Training,
        (Part::Model, 25) => Part::Function,
        (Part::Graph, 1) | (Part::Function, 7) => Part::Node,
        (Part::Graph, 5) | (Part::Attribute, 5 | 10) | (Part::SparseTensor, 1 | 2) => Part::Tensor,
        (Part::Graph, 15) | (Part::Attribute, 22 | 23) => Part::SparseTensor,
        (Part::Node, 5) | (Part::Function, 11) => Part::Attribute,
        (Part::Tensor, 13) => Part::ExternalData,
        _ => return None,
    })
}

fn tell_domain(work: &mut Work, path: &str, at: u64, domain: &str) {
    if !DOMAINS.contains(&domain) {
        let message =
            format!("operators of the domain `{}`, for which a library must be loaded", excerpt(domain));
        work.find(path, Code::CustomOperator, Some(at), message);
    }
}

fn tell_location(work: &mut Work, path: &str, at: u64, location: &str) {
    let shown = excerpt(location);
    match leads_outside(location) {
        Some(why) => {
            let message = format!("a tensor lies in the file `{shown}`, whose path {why}");
            work.find(path, Code::PathTraversal, Some(at), message);
        }
        None => work.find(path, Code::ExternalData, Some(at), format!("tensors lie in the file `{shown}`")),
    }
}
