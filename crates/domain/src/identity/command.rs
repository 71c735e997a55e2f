//! What can be asked about principals.

use super::Grant;
use super::event::PrincipalKind;
use crate::ids::{GrantId, PrincipalId};
use crate::{Sealed, Time};

/// A command on one principal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Register it.
    Register {
        /// Person or service account.
        kind: PrincipalKind,
        /// Display name.
        name: Sealed,
        /// E-mail address.
        email: Option<Sealed>,
        /// The person responsible for a service account.
        responsible: Option<PrincipalId>,
    },
    /// Take away all that it may do.
    Disable,
    /// Give it back.
    Enable,
    /// Erase who it was.
    Erase {
        /// Why, in the words of who asks.
        reason: Sealed,
    },
    /// End all its sessions.
    EndSessions,
    /// Grant a role.
    Grant(Grant),
    /// Take a grant back.
    RevokeGrant(GrantId),
}

impl Command {
    /// A grant without scope or period.
    pub fn grant(id: GrantId, role: impl Into<String>) -> Self {
        Self::Grant(Grant::of(id, role))
    }

    /// A grant until a time.
    pub fn grant_until(id: GrantId, role: impl Into<String>, until: Time) -> Self {
        Self::Grant(Grant { until: Some(until), ..Grant::of(id, role) })
    }
}
