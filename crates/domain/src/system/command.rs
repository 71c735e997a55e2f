//! What can be done with systems.

use super::Description;
use crate::Sealed;

/// A command on one system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SystemCommand {
    /// Register it.
    Register(Description),
    /// Describe it anew. The same description again changes nothing.
    Revise(Description),
    /// Take it out of use for good, and say why.
    Retire(Sealed),
}
