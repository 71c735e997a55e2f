//! How much one aggregate may hold.
//!
//! Every text and list has a bound of its own; their product is far more than anybody needs, and lists, caches and judgements
//! read whole aggregates. So all of one together has a bound as well.

use assent_domain::{Aggregate, Code, Kind, Refusal};

/// What an aggregate may hold, in bytes of its document.
const MOST: usize = 1 << 20;
/// The same for versions, which gather evidence.
const MOST_OF_VERSIONS: usize = 8 << 20;
/// What adds no more than this is taken all the same, so that nothing full can not be ended. How often it can be added is
/// bounded by rules of its own.
const ALWAYS: usize = 8 << 10;

/// Refuses what would make an aggregate larger than it may be. `added` bytes came to what was there, so that it holds `size`
/// or, where something was replaced, less. Gives the size.
pub(crate) fn fits(state: &Aggregate, size: usize, added: usize) -> Result<usize, Refusal> {
    let kind = state.kind();
    let most = match most(kind) {
        Some(most) if size > most && added > ALWAYS => most,
        _ => return Ok(size),
    };
    let size = state.to_json().map_or(size, |document| document.len());
    if size <= most {
        return Ok(size);
    }
    let name = kind.name();
    let message = format!("with these {added} bytes the {name} would hold {size} bytes; it may hold {most}");
    Err(Refusal::new(Code::TooLarge, message))
}

/// Packs, and proposals of them, have a bound of their own.
fn most(kind: Kind) -> Option<usize> {
    if matches!(kind, Kind::Pack | Kind::Proposal) {
        return None;
    }
    Some(if kind == Kind::Version { MOST_OF_VERSIONS } else { MOST })
}
