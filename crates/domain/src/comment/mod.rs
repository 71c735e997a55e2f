//! Comments: what people say to each other about a governed object.
//!
//! Every object has one thread. A comment is a record: it is never edited, and a correction is a further comment. Whoever wrote
//! it can retract it; its words are shown no more, and that it was made stays in the log. A comment may answer another one of
//! the same thread, one level deep, may mention people, and may bring files along.
//!
//! Invariants: words are sealed under who wrote them; only the writer retracts, and only once; a comment changes nothing of the
//! object that it is about.

mod decide;
pub mod event;
mod state;

pub use decide::{
    MAX_ATTACHMENT_BYTES, MAX_ATTACHMENTS, MAX_COMMENTS, MAX_MENTIONS, NewComment, make, retract,
};
pub use event::{Attachment, Subject};
pub use state::{Comment, Content, StateName};
