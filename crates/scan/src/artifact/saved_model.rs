//! Graphs of TensorFlow: the operators that touch files or run Python.

use super::fault::Fault;
use super::protobuf::{Content, Field, fields, next, text};
use super::region::Region;
use super::work::Work;
use super::{Code, Format};

/// Operators that touch what is outside of the graph.
const UNSAFE: [&str; 7] =
    ["ReadFile", "WriteFile", "MatchingFiles", "PyFunc", "PyFuncStateless", "EagerPyFunc", "ImmutableConst"];

/// The most graphs of one model; more make it no model.
const MOST_GRAPHS: usize = 1_000;

/// Walks the bytes if they are a saved model: a version, and graphs.
pub(super) fn try_walk(work: &mut Work, path: &str, from: &mut Region) -> Option<Format> {
    from.go(0);
    let end = from.len();
    let mut graphs = Vec::new();
    let mut has_version = false;
    loop {
        match next(work, from, end) {
            Ok(Some(Field { number: 1, content: Content::Number(1) })) => has_version = true,
            Ok(Some(Field { number: 2, content: Content::Bytes(start, length) })) => {
                graphs.push((start, length));
                if graphs.len() > MOST_GRAPHS {
                    return None;
                }
            }
            Ok(None) if has_version && !graphs.is_empty() => break,
            _ => return None,
        }
    }
    for graph in graphs {
        // meta graph → graph → nodes, and the nodes of the functions in its library.
        for route in [&[2, 1][..], &[2, 2, 1, 3][..]] {
            if let Err(fault) = walk(work, path, from, route, graph, 0) {
                work.fault(path, Some(from.at()), &fault);
            }
        }
    }
    Some(Format::SavedModel)
}

fn walk(
    work: &mut Work,
    path: &str,
    from: &mut Region,
    route: &[u64],
    range: (u64, u64),
    depth: u32,
) -> Result<(), Fault> {
    fields(work, from, range, depth, &mut |work, from, field| {
        let Content::Bytes(start, length) = field.content else { return Ok(()) };
        match route.split_first() {
            Some((number, rest)) if field.number == *number => {
                walk(work, path, from, rest, (start, length), depth + 1)
            }
            None if field.number == 2 => {
                let operator = text(from, (start, length))?;
                if UNSAFE.contains(&operator.as_str()) {
                    let message = format!("the operator `{operator}`, which touches files or runs Python");
                    work.find(path, Code::UnsafeOperator, Some(start), message);
                }
                Ok(())
            }
            _ => Ok(()),
        }
    })
}
