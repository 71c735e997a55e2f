//! Where things come from: files, data sets of other systems, and the runs between them, as edges of a graph.
//!
//! An edge says that the thing downstream was made from the thing upstream, or by it. It is an aggregate of its own whose id
//! follows from its two ends, so that the same said twice is one edge. Versions and registered data sets are no
//! ends of recorded edges: what they are made of stands in their own state, and meets these edges in files of the same
//! SHA-256. An edge is the word of those who say it, each of whom can take theirs back.
//!
//! Invariants: the ends of an edge never change, and differ. An edge stands as long as one statement does. Cycles are allowed
//! (a run may read what it overwrites), and who walks the graph remembers where they were.

mod decide;
pub mod event;
mod state;
mod thing;

pub use decide::{MAX_EDGES, MAX_OF_ONE, MAX_STATEMENTS, NewEdge, record, retract};
pub use event::{LineageRecorded, LineageRetracted, LineageSource};
pub use state::{Edge, Move, Retraction, Said, StateName, Statement};
pub use thing::{FileDigest, Thing, is_name, without_login};
