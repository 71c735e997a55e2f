//! The published test vectors, and that the written format quotes them.

use assent_log::proof::{prove_consistency, prove_inclusion};
use assent_log::tile::{TilePath, encode_bundle};
use assent_log::verify::{Level, Verifier};
use assent_log::{Checkpoint, Entry, Hash, SigningKey, Tree, VerifyingKey, canonical, leaf_hash};
use serde_json::Value;

use crate::support::{MemoryTiles, naive_root};

const VECTORS: &str = include_str!("../../testdata/vectors.json");
const DOCUMENT: &str = include_str!("../../../../docs/reference/log-format.md");

fn vectors() -> Value {
    serde_json::from_str(VECTORS).unwrap()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn entries() -> Vec<Vec<u8>> {
    vectors()["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| text(&entry["bytes"]).as_bytes().to_vec())
        .collect()
}

fn leaves() -> Vec<Hash> {
    entries().iter().map(|entry| leaf_hash(entry)).collect()
}

#[test]
fn canonical_vectors_hold() {
    for vector in vectors()["canonical"].as_array().unwrap() {
        let written = canonical::to_vec(&vector["value"]).unwrap();
        assert_eq!(String::from_utf8(written).unwrap(), text(&vector["bytes"]));
    }
    for refused in vectors()["refused"].as_array().unwrap() {
        assert!(canonical::parse_strict(text(refused).as_bytes()).is_err(), "{refused}");
    }
}

#[test]
fn entry_and_tree_vectors_hold() {
    let vectors = vectors();
    let (mut tree, mut tiles) = (Tree::new(), MemoryTiles::default());
    assert_eq!(text(&vectors["roots"][0]), tree.root().to_string());
    for (index, (bytes, vector)) in entries().iter().zip(vectors["entries"].as_array().unwrap()).enumerate() {
        assert_eq!(Entry::decode(bytes).unwrap().encode().unwrap(), *bytes);
        assert_eq!(leaf_hash(bytes).to_string(), text(&vector["leafHash"]));
        tree.push(leaf_hash(bytes));
        assert_eq!(tree.root().to_string(), text(&vectors["roots"][index + 1]));
        assert_eq!(tree.root(), naive_root(&leaves()[..=index]));
    }
    tiles.keep(&mut tree);
    let size = tree.size();
    assert_eq!(
        serde_json::to_value(prove_inclusion(&tiles, 1, size).unwrap()).unwrap(),
        vectors["inclusion"]
    );
    assert_eq!(
        serde_json::to_value(prove_consistency(&tiles, 2, size).unwrap()).unwrap(),
        vectors["consistency"]
    );
    assert_eq!(text(&vectors["bundleSha256"]), Hash::of(&encode_bundle(&entries()).unwrap()).to_string());
    for path in vectors["paths"].as_array().unwrap() {
        assert_eq!(text(path).parse::<TilePath>().unwrap().to_string(), text(path));
    }
}

#[test]
fn note_vectors_hold() {
    let vectors = vectors();
    let seed: Hash = text(&vectors["seed"]).parse().unwrap();
    let key = SigningKey::from_seed(text(&vectors["name"]), seed.0).unwrap();
    assert_eq!(key.vkey(), text(&vectors["vkey"]));
    let root = naive_root(&leaves());
    let note = Checkpoint::new(text(&vectors["name"]), leaves().len() as u64, root).sign(&[&key]).unwrap();
    assert_eq!(note.to_text(), text(&vectors["checkpoint"]));
    let mut verifier = Verifier::new(Level::Schema);
    let known = [VerifyingKey::parse(text(&vectors["vkey"])).unwrap()];
    verifier.expect_checkpoint(note.to_text().as_bytes(), &known).unwrap();
    for entry in &entries() {
        verifier.push(entry);
    }
    let report = verifier.finish();
    assert!(report.is_sound() && report.checkpoints_compared == 1, "{report:?}");
    let witness = SigningKey::witness_from_seed(text(&vectors["witness"]["name"]), seed.0).unwrap();
    let mut cosigned = note;
    let seconds = vectors["witness"]["unixSeconds"].as_u64().unwrap();
    cosigned.add_signature(&witness, seconds).unwrap();
    assert_eq!(witness.vkey(), text(&vectors["witness"]["vkey"]));
    assert_eq!(cosigned.to_text().lines().last().unwrap(), text(&vectors["witness"]["line"]));
}

#[test]
fn the_document_quotes_every_vector() {
    let mut pending = vec![vectors()];
    let mut quoted = 0;
    while let Some(value) = pending.pop() {
        match value {
            Value::String(text) => {
                for line in text.lines().filter(|line| !line.is_empty()) {
                    assert!(DOCUMENT.contains(line), "the document does not quote {line}");
                    quoted += 1;
                }
            }
            Value::Array(items) => pending.extend(items),
            Value::Object(members) => {
                pending
                    .extend(members.into_iter().filter(|(name, _)| name != "value").map(|(_, value)| value));
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
    assert!(quoted > 30, "{quoted}");
}
