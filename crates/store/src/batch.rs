//! What one commit writes, and the records that a store hands back.

use uuid::Uuid;

/// The value of an index column.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    /// UTF-8 text, compared byte by byte.
    Text(String),
    /// A signed integer.
    Integer(i64),
}

/// One row of a state table: an aggregate as of `revision`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Name of the table, one of [`crate::TABLES`].
    pub table: &'static str,
    /// Id of the aggregate.
    pub id: Uuid,
    /// How many events it has seen; the first is 1.
    pub revision: u64,
    /// Version of the code that made `document` and `columns`; another one means that the row must be rebuilt.
    pub projection_version: u32,
    /// The aggregate as JSON.
    pub document: Vec<u8>,
    /// One value for each column of the table, in its order.
    pub columns: Vec<Option<Value>>,
}

/// The end of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Number of entries.
    pub size: u64,
    /// Root of the Merkle tree over them.
    pub root: [u8; 32],
    /// Leaf hash of the last entry (of the empty log: the hash of the empty tree).
    pub last_hash: [u8; 32],
    /// Time of the last entry in milliseconds since the epoch; 0 for the empty log.
    pub time_ms: i64,
}

impl Head {
    /// Hash of the empty tree: SHA-256 of no bytes (RFC 9162, section 2.1.1).
    pub const EMPTY_HASH: [u8; 32] = [
        0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24, 0x27,
        0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
    ];

    /// The head of an empty log: what a new store answers.
    pub const EMPTY: Self = Self { size: 0, root: Self::EMPTY_HASH, last_hash: Self::EMPTY_HASH, time_ms: 0 };
}

/// What the log can be searched by: copies of fields of the entry, never more than it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryKeys {
    /// Id of the entry.
    pub id: Uuid,
    /// Time in milliseconds since the epoch; never before the entry in front of it (ledger time).
    pub time_ms: i64,
    /// Event type.
    pub event_type: String,
    /// Who did it.
    pub actor: Uuid,
    /// Kind of the subject.
    pub subject_kind: String,
    /// Id of the subject.
    pub subject_id: String,
    /// The model concerned.
    pub model_id: Option<Uuid>,
    /// Outcome.
    pub outcome: String,
    /// Shared by the entries of one command.
    pub correlation_id: Option<Uuid>,
}

/// An entry to append.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEntry {
    /// Its index; the first of a batch is the size of the head that was locked.
    pub index: u64,
    /// What it can be found by.
    pub keys: EntryKeys,
    /// The canonical bytes.
    pub bytes: Vec<u8>,
}

/// A tile of the log's tree, complete or partial. A wider one replaces a narrower one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TileRow {
    /// Level, 0 for leaf hashes.
    pub level: u8,
    /// Number of the tile on its level.
    pub n: u64,
    /// Hashes of 32 bytes, 1 to 256 of them.
    pub bytes: Vec<u8>,
}

/// Content-addressed bytes too large for an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payload {
    /// SHA-256 of the bytes.
    pub digest: [u8; 32],
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// What a repeated request is recognised by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReceiptKey {
    /// Who sent it.
    pub principal: Uuid,
    /// The operation.
    pub route: String,
    /// The client's `Idempotency-Key`.
    pub key: String,
}

/// The answer to remember under a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The key.
    pub key: ReceiptKey,
    /// What is remembered.
    pub stored: StoredReceipt,
}

/// A remembered answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredReceipt {
    /// SHA-256 of the request's body: the same key with another body is refused.
    pub body_digest: [u8; 32],
    /// When it was given, in milliseconds since the epoch.
    pub time_ms: i64,
    /// The receipt as JSON; it holds no secret.
    pub receipt: Vec<u8>,
}

/// Everything that one commit writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// Entries, in order, without a gap after the locked head.
    pub entries: Vec<NewEntry>,
    /// Tiles that the entries completed or changed.
    pub tiles: Vec<TileRow>,
    /// Payloads that entries refer to; one that is there already is left as it is.
    pub payloads: Vec<Payload>,
    /// Rows to insert or replace, one for each aggregate that changed, in its last revision. Their order means nothing:
    /// unique columns are judged on the state after the whole batch.
    pub rows: Vec<Row>,
    /// Receipts to remember, each under a key that is not taken.
    pub receipts: Vec<Receipt>,
    /// The head after the batch; without entries it is the head that was locked.
    pub head: Head,
}
