//! What can be proposed, and what happens to proposals.

use serde::{Deserialize, Serialize};

use crate::identity::{Grant, Permission, Restriction};
use crate::ids::{Digest, GrantId, PrincipalId, TokenId};
use crate::{Sealed, Time};

/// What can be proposed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "SCREAMING_SNAKE_CASE", rename_all_fields = "camelCase")]
pub enum Proposed {
    /// Granting a role that approves.
    GrantRole {
        /// To whom.
        principal: PrincipalId,
        /// Which.
        grant: Grant,
    },
    /// Taking a grant back that lets its holder manage grants, or confirm packs.
    RevokeGrant {
        /// From whom.
        principal: PrincipalId,
        /// Which.
        grant: GrantId,
        /// Its role.
        role: String,
    },
    /// Linking two accounts that both manage grants: then one person fewer could confirm.
    LinkPrincipal {
        /// One.
        principal: PrincipalId,
        /// The other.
        other: PrincipalId,
    },
    /// Taking a link back: then one person becomes two.
    UnlinkPrincipal {
        /// Which account belongs to nobody else after all.
        principal: PrincipalId,
    },
    /// A token for somebody else who holds a role that approves: its bearer acts in their name.
    IssueToken {
        /// Id of the token.
        id: TokenId,
        /// Whose it is to be.
        principal: PrincipalId,
        /// SHA-256 of its secret.
        secret_hash: Digest,
        /// Until when it is to hold (not included).
        expires_at: Time,
        /// What it is to leave of what its principal may do.
        #[serde(default, skip_serializing_if = "Restriction::is_none")]
        restriction: Restriction,
    },
    /// An invitation of somebody else who holds a role that approves: its bearer sets their password.
    Invite {
        /// Whom.
        principal: PrincipalId,
        /// SHA-256 of its secret.
        secret_hash: Digest,
    },
    /// Applying a pack that weakens the governance, or any pack where the one in force asks for it.
    ApplyPack {
        /// Name of the pack.
        name: String,
        /// SHA-256 of `content`.
        digest: Digest,
        /// Digest of the pack that was in force: where another one is, the proposal has to be made anew.
        in_force: Digest,
        /// Its documents as the text of a JSON array, each with the file that it stood in.
        content: String,
        /// Why it is weaker; none where it is not.
        reasons: Vec<String>,
    },
}

impl Proposed {
    /// What it is, as on the wire.
    pub fn name(&self) -> &'static str {
        match self {
            Self::GrantRole { .. } => "GRANT_ROLE",
            Self::RevokeGrant { .. } => "REVOKE_GRANT",
            Self::LinkPrincipal { .. } => "LINK_PRINCIPAL",
            Self::UnlinkPrincipal { .. } => "UNLINK_PRINCIPAL",
            Self::IssueToken { .. } => "ISSUE_TOKEN",
            Self::ApplyPack { .. } => "APPLY_PACK",
            Self::Invite { .. } => "INVITE",
        }
    }

    /// What who proposes it has to be allowed.
    pub fn permission(&self) -> Permission {
        match self {
            Self::GrantRole { .. } | Self::RevokeGrant { .. } => Permission::ManageGrants,
            Self::LinkPrincipal { .. }
            | Self::UnlinkPrincipal { .. }
            | Self::IssueToken { .. }
            | Self::Invite { .. } => Permission::ManagePrincipals,
            Self::ApplyPack { .. } => Permission::ApplyPack,
        }
    }

    /// Who gains by it, and so does not confirm it.
    pub fn gains(&self) -> Option<PrincipalId> {
        match self {
            Self::GrantRole { principal, .. }
            | Self::UnlinkPrincipal { principal }
            | Self::IssueToken { principal, .. }
            | Self::Invite { principal, .. } => Some(*principal),
            Self::RevokeGrant { .. } | Self::LinkPrincipal { .. } | Self::ApplyPack { .. } => None,
        }
    }

    /// What a confirmation names: the digest of the pack, or of the proposal as the log has it.
    pub fn digest(&self) -> Digest {
        if let Self::ApplyPack { digest, .. } = self {
            return *digest;
        }
        let text = serde_json::to_value(self).unwrap_or_default().to_string();
        Digest::of(text.as_bytes())
    }
}

/// Something was proposed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProposalMade {
    /// What.
    pub proposed: Proposed,
    /// What a confirmation names.
    pub digest: Digest,
    /// Until when it can be confirmed (not included).
    pub expires_at: Time,
}

/// A second person confirmed a proposal; what it brought about follows in the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProposalConfirmed {
    /// Digest of what was confirmed.
    pub digest: Digest,
    /// The role in which a pack was confirmed; absent where nobody else held one, and for everything else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
}

/// Who made a proposal took it back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProposalWithdrawn {
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<Sealed>,
}

/// A second person declined a proposal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProposalDeclined {
    /// Why.
    pub reason: Sealed,
}
