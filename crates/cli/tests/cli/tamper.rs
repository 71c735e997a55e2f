//! Whoever can write to the database is an attacker here: each change is detected, and named.

use std::fs;
use std::path::Path;

use assent_log::{Tree, leaf_hash};
use rusqlite::Connection;
use serde_json::{Value, json};

use crate::support::{Run, Server, assent, copy, demo, run};

/// What is done to a copy of the database, and what verification has to say of it.
struct Case {
    name: &'static str,
    change: fn(&Connection),
    /// Code and a part of the message of a damage of the log.
    log: Option<(&'static str, &'static str)>,
    /// Table and problem of a difference of the state.
    state: Option<(&'static str, &'static str)>,
}

const CASES: [Case; 14] = [
    Case {
        name: "a byte of an entry, still well formed",
        change: |db| set_entry(db, 40, |text| text.replace(r#""action":""#, r#""action":"not "#)),
        log: Some(("CHAIN_BROKEN", "entry 41 names ")),
        state: None,
    },
    Case {
        name: "a byte of an entry, no longer canonical",
        change: |db| set_entry(db, 40, |text| text.replacen('{', "[", 1)),
        log: Some(("ENTRY_NOT_CANONICAL", "entry 40 is not canonical")),
        state: None,
    },
    Case {
        name: "the last entry",
        change: |db| {
            set_entry(db, size(db) - 1, |text| {
                text.replace("\"outcome\":\"SUCCESS\"", "\"outcome\":\"PARTIAL\"")
            });
        },
        log: Some(("ROOT_MISMATCH", "the checkpoint says")),
        state: None,
    },
    Case {
        name: "an entry deleted",
        change: |db| sql(db, "DELETE FROM entries WHERE idx = 40"),
        log: Some(("ENTRIES_DELETED", "entry 40 is missing")),
        state: None,
    },
    Case {
        name: "two entries swapped",
        change: |db| {
            let (a, b) = (entry(db, 40), entry(db, 41));
            put_entry(db, 40, &b);
            put_entry(db, 41, &a);
        },
        log: Some(("ENTRY_OUT_OF_ORDER", "entry 40 stands at position 41")),
        state: None,
    },
    Case {
        name: "the tail cut off clumsily",
        change: |db| sql(db, "DELETE FROM entries WHERE idx >= 50"),
        log: Some(("LOG_TRUNCATED", "the log has 50 entries")),
        state: None,
    },
    Case {
        name: "a tile",
        change: |db| sql(db, "UPDATE tiles SET bytes = zeroblob(length(bytes)) WHERE place = 0"),
        log: Some(("TILE_WRONG", "`tile/0/000.p/")),
        state: None,
    },
    Case {
        name: "a checkpoint",
        change: |db| {
            sql(
                db,
                "UPDATE checkpoints SET note = CAST(replace(CAST(note AS TEXT), 'assent.local', 'another.host') AS BLOB)",
            );
        },
        log: Some(("KEY_UNKNOWN", "no signature of the note is by a known key")),
        state: None,
    },
    Case {
        name: "an index column of an entry, which hides it from a search",
        change: |db| {
            sql(db, "UPDATE entries SET event_type = 'modelSeen' WHERE idx = 40");
        },
        log: None,
        state: Some(("entries", "SEARCH_COLUMNS of entry 40")),
    },
    Case {
        name: "the actor of an entry",
        change: |db| sql(db, "UPDATE entries SET actor = randomblob(16) WHERE idx = 40"),
        log: None,
        state: Some(("entries", "SEARCH_COLUMNS of entry 40")),
    },
    Case {
        name: "the document of a row",
        change: |db| {
            let cast = "CAST(replace(CAST(document AS TEXT), '\"stage\":\"PRODUCTION\"', '\"stage\":\"STAGING\"') AS BLOB)";
            sql(db, &format!("UPDATE versions SET document = {cast} WHERE stage = 'PRODUCTION'"));
        },
        log: None,
        state: Some(("versions", "DOCUMENT")),
    },
    Case {
        name: "an index column of a row",
        change: |db| sql(db, "UPDATE versions SET stage = 'DEVELOPMENT' WHERE stage = 'PRODUCTION'"),
        log: None,
        state: Some(("versions", "COLUMN stage")),
    },
    Case {
        name: "a row deleted",
        change: |db| sql(db, "DELETE FROM datasets"),
        log: None,
        state: Some(("datasets", "ROW_MISSING")),
    },
    Case {
        name: "a row put in",
        change: |db| {
            let row = "SELECT randomblob(16), revision, projection_version, 'x', tier, owner_id, document FROM models";
            sql(
                db,
                &format!(
                    "INSERT INTO models (id, revision, projection_version, name, tier, owner_id, document) {row}"
                ),
            );
        },
        log: None,
        state: Some(("models", "ROW_NOT_IN_LOG")),
    },
];

#[test]
fn every_change_behind_our_back_is_detected_and_named() {
    let (folder, data, _) = demo();
    for (number, case) in CASES.iter().enumerate() {
        let copied = folder.path().join(format!("case-{number}"));
        copy(&data, &copied);
        (case.change)(&Connection::open(copied.join("log.sqlite")).unwrap());
        let found = verify(&copied, &["--replay"]);
        assert_eq!(found.code, 1, "{}: {found:?}", case.name);
        let report = found.json();
        assert_eq!(report["sound"], false, "{}", case.name);
        if let Some((code, message)) = case.log {
            let damages = report["log"]["damages"].as_array().unwrap();
            let named = damages.iter().any(|damage| {
                damage["code"] == code && damage["message"].as_str().unwrap().contains(message)
            });
            assert!(named, "{}: {report}", case.name);
            assert!(damages.iter().all(|damage| !damage["remedy"].as_str().unwrap().is_empty()));
        } else {
            assert_eq!(report["log"]["sound"], true, "{}", case.name);
        }
        if let Some((table, problem)) = case.state {
            let differences = report["replay"]["differences"].as_array().unwrap();
            assert!(!differences.is_empty(), "{}: {report}", case.name);
            for difference in differences {
                assert_eq!((&difference["table"], &difference["problem"]), (&json!(table), &json!(problem)));
                assert_eq!(difference["id"].as_str().unwrap().len(), 36);
            }
        }
        fs::remove_dir_all(&copied).unwrap();
    }
}

#[test]
fn a_log_cut_with_care_is_found_by_a_checkpoint_kept_elsewhere() {
    let (folder, data, story) = demo();
    let kept = folder.path().join("kept");
    fs::write(&kept, story["checkpoint"].as_str().unwrap()).unwrap();
    let db = Connection::open(data.join("log.sqlite")).unwrap();
    cut_with_care(&db, 60);
    drop(db);
    // Nothing inside can tell: that is what checkpoints are kept elsewhere for.
    let inside = verify(&data, &[]);
    assert_eq!(inside.code, 0, "{inside:?}");
    let outside = verify(&data, &["--checkpoint", kept.to_str().unwrap()]);
    assert_eq!(outside.code, 1);
    let damages = outside.json()["log"]["damages"].clone();
    let size = story["logSize"].as_u64().unwrap();
    assert_eq!(damages[0]["code"], "LOG_TRUNCATED");
    let message =
        format!("the log has 60 entries, a checkpoint covers {size}: the log was cut or rolled back");
    assert_eq!(damages[0]["message"], message);
    // The state is still that of the whole log, and shows it.
    assert_eq!(verify(&data, &["--replay"]).code, 1);
}

#[test]
fn a_log_rewritten_with_care_is_found_by_a_checkpoint_kept_elsewhere() {
    let (folder, data, story) = demo();
    let kept = folder.path().join("kept");
    fs::write(&kept, story["checkpoint"].as_str().unwrap()).unwrap();
    let db = Connection::open(data.join("log.sqlite")).unwrap();
    let size = size(&db);
    // The last entry is forged, and head, tile and checkpoints are made to fit.
    set_entry(&db, size - 1, |text| text.replace("\"outcome\":\"SUCCESS\"", "\"outcome\":\"PARTIAL\""));
    cut_with_care(&db, size);
    sql(&db, "DELETE FROM checkpoints");
    drop(db);
    assert_eq!(verify(&data, &[]).code, 0);
    let outside = verify(&data, &["--checkpoint", kept.to_str().unwrap()]);
    assert_eq!(outside.code, 1);
    assert_eq!(outside.json()["log"]["damages"][0]["code"], "ROOT_MISMATCH");
}

#[test]
fn a_changed_payload_is_named_by_its_entry() {
    let folder = tempfile::tempdir().unwrap();
    let (data, pack) = (folder.path().join("data"), folder.path().join("pack"));
    fs::create_dir(&pack).unwrap();
    // Large enough not to fit into an entry.
    let description = "why ".repeat(20_000);
    let document =
        format!("kind: Pack\nid: large\ntitle: Large\nextends: default\ndescription: {description}\n");
    fs::write(pack.join("pack.yaml"), document).unwrap();
    let server = Server::start(&data, "127.0.0.1:0");
    let token = server.started["administrator"]["token"].as_str().unwrap();
    let applied = ["apply", "--no-pin", "--url", server.url(), "--token", token, "-f"];
    let applied = run(assent().args(applied).arg(&pack));
    assert_eq!(applied.code, 0, "{}", applied.stderr);
    server.stop();
    assert_eq!(verify(&data, &["--replay"]).code, 0);

    let db = Connection::open(data.join("log.sqlite")).unwrap();
    let index = size(&db) - 1;
    sql(&db, "UPDATE payloads SET bytes = CAST(replace(CAST(bytes AS TEXT), 'Large', 'Small') AS BLOB)");
    let found = verify(&data, &["--replay"]);
    assert_eq!(found.code, 1);
    let report = found.json();
    let message = format!("entry {index} does not fit the schema: its payload has another digest");
    assert_eq!(report["log"]["damages"][0]["message"], message, "{report}");
    assert_eq!(report["replay"]["sound"], false);

    sql(&db, "DELETE FROM payloads");
    let message = format!("entry {index} does not fit the schema: its payload is missing");
    assert_eq!(verify(&data, &[]).json()["log"]["damages"][0]["message"], message);
}

#[test]
fn what_cannot_be_verified_is_neither_a_yes_nor_a_no() {
    let folder = tempfile::tempdir().unwrap();
    let none = verify(folder.path(), &[]);
    assert_eq!((none.code, none.stdout.as_str()), (2, ""));
    assert!(none.stderr.contains("holds no log"), "{}", none.stderr);
    let checkpoint = verify(folder.path(), &["--checkpoint", "/nonexistent/checkpoint"]);
    assert_eq!(checkpoint.code, 2);
    let vkey = verify(folder.path(), &["--vkey", "nonsense"]);
    assert_eq!(vkey.code, 2);
    assert!(vkey.stderr.contains("is not a verifier key"), "{}", vkey.stderr);
    fs::write(
        folder.path().join("log.sqlite"),
        "this is no database, but it is long enough to be looked at".repeat(20),
    )
    .unwrap();
    let garbage = verify(folder.path(), &[]);
    assert!([1, 2].contains(&garbage.code), "{garbage:?}");
}

fn verify(data: &Path, more: &[&str]) -> Run {
    run(assent().args(["audit", "verify", "--output", "json", "--data-dir"]).arg(data).args(more))
}

fn sql(db: &Connection, sql: &str) {
    assert!(db.execute(sql, ()).unwrap() > 0, "{sql} changes nothing");
}

fn size(db: &Connection) -> i64 {
    db.query_row("SELECT size FROM head", (), |row| row.get(0)).unwrap()
}

fn entry(db: &Connection, index: i64) -> Vec<u8> {
    db.query_row("SELECT bytes FROM entries WHERE idx = ?1", [index], |row| row.get(0)).unwrap()
}

fn put_entry(db: &Connection, index: i64, bytes: &[u8]) {
    assert_eq!(db.execute("UPDATE entries SET bytes = ?2 WHERE idx = ?1", (index, bytes)).unwrap(), 1);
}

fn set_entry(db: &Connection, index: i64, change: fn(&str) -> String) {
    let before = String::from_utf8(entry(db, index)).unwrap();
    let after = change(&before);
    assert_ne!(before, after, "the entry is changed");
    put_entry(db, index, after.as_bytes());
}

/// Leaves the first entries, and makes head, tiles and checkpoints fit. Fewer than 256 entries have one tile.
fn cut_with_care(db: &Connection, size: i64) {
    assert!(size < 256);
    let entries: Vec<Vec<u8>> = (0..size).map(|index| entry(db, index)).collect();
    let mut tree = Tree::new();
    let mut tile = Vec::new();
    for bytes in &entries {
        let leaf = leaf_hash(bytes);
        tree.push(leaf);
        tile.extend_from_slice(leaf.as_bytes());
    }
    let last: Value = serde_json::from_slice(entries.last().unwrap()).unwrap();
    let at: jiff::Timestamp = last["time"].as_str().unwrap().parse().unwrap();
    let (root, leaf) = (tree.root(), tree.last_leaf());
    let head = "UPDATE head SET size = ?1, root = ?2, last_hash = ?3, time_ms = ?4";
    let values = (size, root.as_bytes().as_slice(), leaf.as_bytes().as_slice(), at.as_millisecond());
    assert_eq!(db.execute(head, values).unwrap(), 1);
    assert_eq!(db.execute("UPDATE tiles SET bytes = ?1 WHERE place = 0", [tile]).unwrap(), 1);
    db.execute("DELETE FROM entries WHERE idx >= ?1", [size]).unwrap();
    db.execute("DELETE FROM checkpoints WHERE size > ?1", [size]).unwrap();
}
