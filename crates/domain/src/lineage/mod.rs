//! Where things come from: files, data sets of other systems, and the runs between them, as edges of a graph.
//!
//! An edge says that the thing downstream was made from the thing upstream, or by it. It is an aggregate of its own whose id
//! follows from its two ends, so that the same statement made twice is one edge. Versions and registered data sets are no
//! ends of recorded edges: what they are made of stands in their own state, and meets these edges in files of the same
//! SHA-256. An edge is the word of who recorded it.
//!
//! Invariants: an edge never changes; its ends differ. Cycles are allowed (a run may read what it overwrites), and who walks
//! the graph remembers where they were.

mod decide;
pub mod event;
mod state;
mod thing;

pub use decide::{MAX_EDGES, NewEdge, record};
pub use event::{LineageRecorded, LineageSource};
pub use state::Edge;
pub use thing::{FileDigest, Thing, without_login};
