//! One audited fact, and the bytes that are hashed for it.
//!
//! INVARIANT: [`Entry::decode`] accepts exactly the bytes that [`Entry::encode`] writes, so an entry has one spelling and
//! re-encoding a stored entry never changes its hash. Optional members that are absent are left out, never null.

mod encode;
mod rules;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::canonical::{self, CanonicalError};
use crate::hash::Hash;

/// The largest entry in bytes: its length must fit the two bytes of a C2SP entry bundle.
pub const MAX_ENTRY_BYTES: usize = 65_535;

/// The schema version that this release writes.
pub const SCHEMA_VERSION: u32 = 1;

/// One audited fact.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Entry {
    /// Version of the schema of this entry, its details included; 1 or more.
    pub schema_version: u32,
    /// The id of the event (`UUIDv7`).
    pub id: Uuid,
    /// The position in the log, from 0.
    pub index: u64,
    /// When it happened: RFC 3339 in UTC with three decimals, as in `2026-11-21T01:12:36.123Z`.
    pub time: String,
    /// What happened, in the past tense, as in `reviewDecided`: 1 to 128 printable ASCII characters.
    #[serde(rename = "type")]
    pub kind: String,
    /// Who did it.
    pub actor: Actor,
    /// What it was done to.
    pub subject: Subject,
    /// What was done, in words.
    pub action: String,
    /// The facts of this type of event; a JSON object, or a reference to one kept as a payload (see [`crate::payload`]).
    pub details: Value,
    /// How it ended.
    pub outcome: Outcome,
    /// The risk level, where one applies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub risk_level: Option<RiskLevel>,
    /// Where the request came from, where there was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<Request>,
    /// The event that this one is a reaction to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub causation_id: Option<Uuid>,
    /// The id shared by everything that one request set off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub correlation_id: Option<Uuid>,
    /// The model concerned, so that a model's trail holds the events of its versions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model_id: Option<Uuid>,
    /// The leaf hash of the entry before; [`crate::EMPTY_ROOT`] in the first.
    pub previous_hash: Hash,
}

/// Who acted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Actor {
    /// The opaque id of the principal, or of the platform itself.
    pub id: Uuid,
    /// What sort of actor it is.
    pub kind: ActorKind,
}

/// The sorts of actor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ActorKind {
    /// A person.
    User,
    /// A service account.
    Service,
    /// The platform itself: schedules, sweeps, reactions.
    System,
}

/// What was acted on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subject {
    /// The kind of object, as in `version`; not empty.
    pub kind: String,
    /// The id of the object; not empty.
    pub id: String,
    /// Its name at that time; never the name of a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// How an event ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Outcome {
    /// Everything was done.
    Success,
    /// Nothing was done.
    Failure,
    /// Some of it was done.
    Partial,
}

/// How much is at stake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RiskLevel {
    /// Low.
    Low,
    /// Medium.
    Medium,
    /// High.
    High,
    /// Critical.
    Critical,
}

/// Where a request came from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Request {
    /// The address of the client, sealed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ip: Option<Sealed>,
    /// The client program, sealed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<Sealed>,
    /// The session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_id: Option<String>,
    /// The trace that operators can look up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trace_id: Option<String>,
}

/// Personal data or free text, encrypted under the key of one person. Erasing that key erases the text and leaves hash,
/// chain and replay as they are. Opaque here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sealed {
    /// The opaque id of the person whose key it is.
    pub subject: Uuid,
    /// Base64 (with padding) of nonce ‖ ciphertext ‖ tag.
    pub data: String,
}

/// Why an entry cannot be written, or bytes are not one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EntryError {
    /// The bytes are not canonical JSON, or the details have no canonical form.
    #[error(transparent)]
    Canonical(#[from] CanonicalError),
    /// Canonical JSON that is not an entry.
    #[error("the entry does not fit its schema ({0}): correct that member")]
    Schema(String),
    /// A member with a value outside its rule.
    #[error("the member `{member}` of the entry is `{found}`: give {rule}")]
    Member {
        /// The path of the member.
        member: &'static str,
        /// What it holds (at most 80 characters).
        found: String,
        /// What it must hold.
        rule: &'static str,
    },
    /// More than [`MAX_ENTRY_BYTES`].
    #[error("the entry has {size_bytes} bytes, more than {MAX_ENTRY_BYTES}: keep large details as a payload")]
    TooLarge {
        /// The size of the entry in bytes.
        size_bytes: usize,
    },
}

impl Entry {
    /// The canonical bytes, at most [`MAX_ENTRY_BYTES`].
    pub fn encode(&self) -> Result<Vec<u8>, EntryError> {
        let bytes = self.encode_any_size()?;
        check_size(&bytes)?;
        Ok(bytes)
    }

    /// The entry in these bytes, which must be exactly what [`Entry::encode`] writes for it.
    pub fn decode(bytes: &[u8]) -> Result<Self, EntryError> {
        check_size(bytes)?;
        let entry: Self = match serde_json::from_slice(bytes) {
            Ok(entry) => entry,
            Err(error) => {
                canonical::parse_strict(bytes)?;
                return Err(EntryError::Schema(error.to_string()));
            }
        };
        if entry.encode_any_size()? == bytes {
            return Ok(entry);
        }
        canonical::parse_strict(bytes)?;
        Err(EntryError::Schema(
            "an absent member is written as null, or an id is not in lower-case hyphenated form".to_owned(),
        ))
    }

    /// The leaf hash of this entry: what the next one holds as its `previousHash`.
    pub fn leaf_hash(&self) -> Result<Hash, EntryError> {
        Ok(crate::hash::leaf_hash(&self.encode()?))
    }

    pub(crate) fn encode_any_size(&self) -> Result<Vec<u8>, EntryError> {
        rules::check(self)?;
        let mut out = Vec::with_capacity(1024);
        encode::write(&mut out, self)?;
        Ok(out)
    }
}

pub(crate) fn check_size(bytes: &[u8]) -> Result<(), EntryError> {
    if bytes.len() <= MAX_ENTRY_BYTES {
        Ok(())
    } else {
        Err(EntryError::TooLarge { size_bytes: bytes.len() })
    }
}
