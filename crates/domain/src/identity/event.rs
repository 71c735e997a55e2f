//! What happens to principals, grants and tokens.

use serde::{Deserialize, Serialize};

use super::provider::Identity;
use super::{Restriction, Scope};
use crate::ids::{Digest, GrantId, PrincipalId, ProposalId};
use crate::{Sealed, Time};

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
pub(super) fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// What a principal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PrincipalKind {
    /// A person.
    User,
    /// A service account; a person is responsible for it.
    Service,
}

/// A principal was registered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PrincipalRegistered {
    /// Person or service account.
    pub kind: PrincipalKind,
    /// Display name.
    pub name: Sealed,
    /// E-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<Sealed>,
    /// The person responsible for a service account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub responsible: Option<PrincipalId>,
}

/// A principal may no longer do anything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrincipalDisabled {}

/// A disabled principal may act again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrincipalEnabled {}

/// A subject was to be erased: its key is destroyed as soon as this stands, and again wherever it comes back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubjectErased {
    /// Why, sealed under who asked for it.
    pub reason: Sealed,
}

/// A role granted to a principal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Grant {
    /// Id of the grant.
    pub id: GrantId,
    /// The role, by its id in the pack.
    pub role: String,
    /// Where it holds.
    #[serde(default)]
    pub scope: Scope,
    /// From when on; at once if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Time>,
    /// Until when (not included); without end if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Time>,
    /// The provider whose groups it comes from, by its name in the configuration; absent where somebody granted it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// The proposal that a second person confirmed; absent where one person granted it alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposal: Option<ProposalId>,
}

/// A grant was taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GrantRevoked {
    /// Which.
    pub id: GrantId,
}

/// A principal belongs to the same person as another account. Everything else of that person says so too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrincipalLinked {
    /// The account that stands for the person.
    pub person: PrincipalId,
}

/// A principal was taken for somebody else's by mistake.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrincipalUnlinked {}

/// A token was issued.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TokenIssued {
    /// Whose it is.
    pub principal: PrincipalId,
    /// SHA-256 of its secret; the secret is 256 random bits, so a plain hash suffices.
    pub secret_hash: Digest,
    /// Until when it holds (not included).
    pub expires_at: Time,
    /// How many times its principal had been disabled before.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub era: u64,
    /// What it leaves of what its principal may do.
    #[serde(default, skip_serializing_if = "Restriction::is_none")]
    pub restriction: Restriction,
}

/// A token was revoked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenRevoked {}

/// Somebody tried what they may not. Repetitions within a minute are counted into one entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AccessDenied {
    /// The operation, as the interface names it.
    pub route: String,
    /// Why, by the code of the refusal.
    pub code: String,
    /// How many attempts this entry stands for.
    pub attempts: u64,
}

/// A person was invited to set a password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InvitationIssued {
    /// SHA-256 of its secret; the secret is 256 random bits, so a plain hash suffices.
    pub secret_hash: Digest,
    /// Until when it can be taken up (not included).
    pub expires_at: Time,
}

/// A password was set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasswordSet {
    /// Its Argon2id hash in the PHC format, sealed under its person.
    pub hash: Sealed,
}

/// A password, and an open invitation to set one, were taken away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasswordVoided {}

/// Wrong passwords came in a row for one address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LogInsRefused {
    /// How many.
    pub attempts: u64,
    /// Until when further ones are refused whatever they bring (not included).
    pub locked_until: Time,
}

/// A log-in succeeded after others had been refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LocksCleared {}

/// How a person proved who they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Method {
    /// By a password.
    Password,
    /// Through another provider.
    Provider {
        /// Its name in the configuration.
        provider: String,
    },
}

/// A person logged in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SessionStarted {
    /// Who.
    pub principal: PrincipalId,
    /// SHA-256 of the secret of the session; the secret is 256 random bits, so a plain hash suffices.
    pub secret_hash: Digest,
    /// How many times all sessions of the person had ended before.
    pub era: u64,
    /// How they proved who they are.
    pub method: Method,
    /// Until when the session holds at the longest (not included).
    pub expires_at: Time,
    /// How many wrong passwords had come in since the last log-in, as far as they are remembered.
    pub failures: u64,
}

/// A session was ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionEnded {}

/// All sessions of a principal were ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionsEnded {}

/// A principal has another e-mail address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmailSet {
    /// The address.
    pub email: Sealed,
}

/// An account with a provider was linked to a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdentityLinked {
    /// The account.
    #[serde(flatten)]
    pub identity: Identity,
}
