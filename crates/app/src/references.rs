//! Which blobs the log refers to.

use std::collections::BTreeMap;

use assent_domain::Event;
use assent_domain::ids::Digest;
use assent_log::entry::Entry;
use assent_log::payload;
use assent_store::{Read, StoreError};
use serde_json::Value;

use crate::replay::payload_of;

/// Every blob that an entry or its payload refers to, with its size.
pub fn blobs(read: &dyn Read) -> Result<BTreeMap<Digest, u64>, StoreError> {
    blobs_from(read, 0)
}

/// The same of the entries from that index on.
pub fn blobs_from(read: &dyn Read, from: u64) -> Result<BTreeMap<Digest, u64>, StoreError> {
    // Few entries refer to a blob, and decoding costs more than looking.
    const MARK: &[u8] = b"\"sha256\":";
    let mut found = BTreeMap::new();
    read.scan_entries(from, &mut |index, bytes| {
        if !bytes.windows(MARK.len()).any(|window| window == MARK) {
            return Ok(());
        }
        let wrong = |cause: String| StoreError::Corrupt(format!("entry {index}: {cause}"));
        let entry = Entry::decode(bytes).map_err(|error| wrong(error.to_string()))?;
        if entry.kind == Event::PACK_APPLIED {
            return Ok(());
        }
        let details = match payload_of(bytes) {
            Some(digest) => {
                let payload =
                    read.payload(digest)?.ok_or_else(|| wrong("its payload is missing".to_owned()))?;
                payload::restore(&entry.details, &payload).map_err(|error| wrong(error.to_string()))?
            }
            None => entry.details,
        };
        collect(&details, &mut found);
        Ok(())
    })?;
    Ok(found)
}

fn collect(value: &Value, found: &mut BTreeMap<Digest, u64>) {
    match value {
        Value::Object(members) => {
            // The members of a reference may stand among others.
            let digest = members.get("sha256").and_then(Value::as_str).and_then(|hex| hex.parse().ok());
            let size_bytes = members.get("sizeBytes").and_then(Value::as_u64);
            found.extend(digest.zip(size_bytes));
            members.values().for_each(|member| collect(member, found));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_found_wherever_they_stand() {
        let (a, b) = (Digest::of(b"a"), Digest::of(b"b"));
        let details = serde_json::json!({"artifacts": [{"name": "m", "sha256": a, "sizeBytes": 1}],
            "report": {"sha256": b, "sizeBytes": 2}, "dataSha256": Digest::of(b"c"), "sha256": "no digest"});
        let mut found = BTreeMap::new();
        collect(&details, &mut found);
        assert_eq!(found, BTreeMap::from([(a, 1), (b, 2)]));
    }
}
