//! Typed ids, so that a version's id cannot stand where a model's is wanted, and content digests.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }
    )*};
}

id! {
    /// A person or a service account.
    PrincipalId;
    /// An API token.
    TokenId;
    /// A person who logged in.
    SessionId;
    /// The password of a person: the id of that person.
    CredentialId;
    /// A role granted to a principal.
    GrantId;
    /// A governed model.
    ModelId;
    /// One immutable version of a model.
    VersionId;
    /// One version of a data set.
    DatasetId;
    /// One evaluation of a version.
    EvaluationId;
    /// A request to move a version to a stage.
    PromotionId;
    /// A change that waits for a second person.
    ProposalId;
    /// An AI system, or a use of one.
    SystemId;
    /// A risk assessment.
    AssessmentId;
    /// A request to put a model into another tier.
    TierChangeId;
    /// A waiver of a policy.
    ExceptionId;
    /// A request to change a model in service.
    ChangeId;
    /// Who answers for a model: the id of that model.
    AccountabilityId;
    /// A periodic review of a model.
    PeriodicReviewId;
    /// Somebody decides in the place of somebody else.
    DelegationId;
    /// Something that was said about an object.
    CommentId;
    /// One thing came from another.
    EdgeId;
}

impl CredentialId {
    /// The credential of that person.
    pub fn of(person: PrincipalId) -> Self {
        Self(person.0)
    }
}

impl AccountabilityId {
    /// That of a model.
    pub fn of(model: ModelId) -> Self {
        Self(model.0)
    }
}

impl EdgeId {
    /// That of the edge between two things, by their keys: whoever says it again says the same.
    pub fn between(upstream: &str, downstream: &str) -> Self {
        let Digest(bytes) = Digest::of(format!("{upstream}\n{downstream}").as_bytes());
        let mut first = [0; 16];
        first.iter_mut().zip(bytes).for_each(|(to, from)| *to = from);
        Self(uuid::Builder::from_custom_bytes(first).into_uuid())
    }
}

/// SHA-256 of some bytes; lower-case hexadecimal on the wire.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(pub [u8; 32]);

impl Digest {
    /// The digest of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self(assent_log::Hash::of(bytes).0)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({self})")
    }
}

/// The text is not 64 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotADigest;

impl fmt::Display for NotADigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a SHA-256 digest is 64 hexadecimal digits")
    }
}

impl std::error::Error for NotADigest {}

impl FromStr for Digest {
    type Err = NotADigest;

    fn from_str(text: &str) -> Result<Self, NotADigest> {
        let digits: Vec<u8> = text
            .chars()
            .map(|c| c.to_digit(16).and_then(|d| u8::try_from(d).ok()).ok_or(NotADigest))
            .collect::<Result<_, _>>()?;
        let bytes: Vec<u8> = digits.as_chunks::<2>().0.iter().map(|[high, low]| high << 4 | low).collect();
        if digits.len() != 64 {
            return Err(NotADigest);
        }
        bytes.try_into().map(Self).map_err(|_| NotADigest)
    }
}

impl Serialize for Digest {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_reads_what_it_writes() {
        let digest = Digest::of(b"assent");
        assert_eq!(digest.to_string().parse(), Ok(digest));
        assert_eq!(
            Digest::of(b"").to_string(),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
    }

    #[test]
    fn what_is_not_a_digest_is_refused() {
        for text in ["", "ab", &"g".repeat(64), &"a".repeat(63), &"a".repeat(65), &"é".repeat(32)] {
            assert_eq!(text.parse::<Digest>(), Err(NotADigest), "{text}");
        }
    }
}
