//! Systems: what models are used for.
//!
//! Laws and business cases are about a use, not about a model: one model can serve several systems, and one system can be
//! made of several versions, of vendors' models, prompts and agents as well. A system says what it is for, in which role
//! the organisation answers for it, whether the law lists its use, what it must not be used for, what it is worth, and
//! which versions it uses.
//!
//! Invariants: the name of a system is unique, retired ones included; a system has one owner, and only they describe it
//! anew, as long as their account is active; a retired system never changes again.

mod command;
mod decide;
pub mod event;
mod state;

pub use command::SystemCommand;
pub use decide::{decide, register};
pub use event::{Category, Description, Role};
pub use state::{Retired, System};
