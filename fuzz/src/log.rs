//! Parsers of the log. Each takes any bytes, must not panic, and must write back what it accepts.

use assent_log::canonical::{parse_strict, to_vec};
use assent_log::tile::{TilePath, decode_bundle, encode_bundle};
use assent_log::verify::{Level, Verifier};
use assent_log::{Checkpoint, Entry, Note, VerifyingKey, leaf_hash};

/// A signed note.
pub fn note(data: &[u8]) {
    if let Ok(note) = Note::parse(data) {
        assert_eq!(note.to_text().as_bytes(), data, "a note is written as it was read");
        // A key that nobody has: every signature is by a stranger.
        assert!(note.verify(&[]).is_err(), "a note without known keys is not to be trusted");
    }
    if let Ok(text) = std::str::from_utf8(data)
        && let Ok(key) = VerifyingKey::parse(text)
    {
        assert_eq!(key.vkey(), text, "a verifier key is written as it was read");
    }
}

/// The text of a checkpoint.
pub fn checkpoint(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data)
        && let Ok(checkpoint) = Checkpoint::parse(text)
    {
        assert_eq!(checkpoint.to_string(), text, "a checkpoint is written as it was read");
    }
    assert!(Checkpoint::open(data, &[]).is_err(), "a checkpoint without known keys is not to be trusted");
}

/// One entry, decoded and as the only entry of a log.
pub fn entry(data: &[u8]) {
    let decoded = Entry::decode(data);
    if let Ok(entry) = &decoded {
        assert_eq!(entry.encode().as_deref(), Ok(data), "an entry is written as it was read");
    }
    for level in [Level::Chain, Level::Schema] {
        let mut verifier = Verifier::new(level);
        verifier.push(data);
        let report = verifier.finish();
        assert_eq!(report.root, leaf_hash(data), "the tree of one entry is its leaf");
        assert!(
            level == Level::Chain || !report.is_sound() || decoded.is_ok(),
            "a sound entry can be decoded"
        );
    }
}

/// A bundle of entries.
pub fn bundle(data: &[u8]) {
    if let Ok(entries) = decode_bundle(data) {
        assert_eq!(encode_bundle(&entries).as_deref(), Ok(data), "a bundle is written as it was read");
    }
}

/// The path of a tile.
pub fn tile_path(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data)
        && let Ok(path) = text.parse::<TilePath>()
    {
        assert_eq!(path.to_string(), text, "a path is written as it was read");
    }
}

/// Canonical JSON.
pub fn canonical(data: &[u8]) {
    if let Ok(value) = parse_strict(data) {
        assert_eq!(to_vec(&value).as_deref(), Ok(data), "a value is written as it was read");
    }
}
