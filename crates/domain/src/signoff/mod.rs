//! Sign-off: the consent of several people to one request.
//!
//! An assessment, another tier, an exception and a change all wait for the same thing: in each of some roles one person
//! says yes. The roles come from the duties of the pack and are pinned when the request is submitted. This module decides
//! who may sign and what is still missing; what a complete sign-off brings about is decided where the request belongs.
//! (Promotions have steps, rounds and evidence besides, and their own module.)
//!
//! Invariants: nobody signs their own request; one person signs once, whatever accounts and roles they have; a yes counts
//! only as long as who gave it may still give it; one no is enough. The owner of a model attests in the place `owner`: that
//! is no review by another, so it is neither forbidden to them nor counted for a role. Who signs in the place of somebody by a
//! delegation signs in their role, and both of them have signed then; nobody attests for another.

mod decide;
mod pair;
mod standing;

pub use decide::{NewSignature, sign};
pub use pair::{in_own_name, pair, pair_has_signed};
pub use standing::{Case, Lapsed, Standing, standing};

use serde::{Deserialize, Serialize};

use crate::Sealed;
use crate::delegation::OnBehalf;
use crate::ids::PrincipalId;
use crate::registry::event::Recorded;

/// Yes or no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Verdict {
    /// Yes.
    Approved,
    /// No, and the request is over.
    Rejected,
}

impl Verdict {
    /// As on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Approved => "APPROVED",
            Self::Rejected => "REJECTED",
        }
    }
}

/// What a person said to a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Signature {
    /// The role in which; `owner` for the attestation of the owner.
    pub role: String,
    /// Yes or no.
    pub verdict: Verdict,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<Sealed>,
    /// In whose place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<OnBehalf>,
}

/// A signature with its time and hand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignatureRecord {
    /// What was said.
    #[serde(flatten)]
    pub signature: Signature,
    /// When, and by whom.
    pub recorded: Recorded,
}

impl SignatureRecord {
    /// The principals behind it: who signed, and in whose place.
    pub fn hands(&self) -> impl Iterator<Item = PrincipalId> {
        let delegator = self.signature.on_behalf_of.map(|behalf| behalf.delegator);
        [self.recorded.by].into_iter().chain(delegator)
    }
}
