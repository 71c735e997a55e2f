//! What is left of somebody who was erased: the bytes on the disk are searched, not the views.

use std::fs;
use std::path::Path;

use rusqlite::Connection;
use uuid::Uuid;

use crate::remote::{begin, person};
use crate::support::{assent, run};

const NAME: &str = "Wilhelmina Quatermain";
const EMAIL: &str = "mina.quatermain@leavers.example";
const COMMENT: &str = "ready for the harbour pilots";
const ADDRESS: &str = "127.0.0.1";

/// All files below a folder that hold the bytes, the files beside databases included.
fn holding(folder: &Path, bytes: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(holding(&path, bytes));
        } else if fs::read(&path).unwrap().windows(bytes.len()).any(|window| window == bytes) {
            found.push(path.display().to_string());
        }
    }
    found
}

/// The key and the look-up of a subject.
fn secrets(keys: &Path, subject: Uuid) -> [Vec<u8>; 2] {
    let db = Connection::open(keys.join("subjects.sqlite")).unwrap();
    let sql = "SELECT key, lookup FROM subject_keys WHERE subject = ?1";
    let found = db.query_row(sql, [subject.as_bytes().as_slice()], |row| Ok([row.get(0)?, row.get(1)?]));
    found.unwrap()
}

#[test]
fn no_file_tells_who_an_erased_subject_was() {
    let (folder, data, server, admin) = begin();
    let keys = folder.path().join("data-keys");
    let mina = person(&admin, NAME, &["model_owner"]);
    let added = admin.json(&["admin", "principal", "add", "Other", "--email", EMAIL]);
    let other = added["object"]["id"].as_str().unwrap().to_owned();
    let found = admin.json(&["admin", "principal", "find", "--email", &EMAIL.to_uppercase()]);
    assert_eq!(found["items"][0]["id"], other.as_str());
    let pilots = ["model", "register", "pilots", "--purpose", "plans berths", "--tier", "LOW"];
    mina.json(&pilots);
    let artifact = folder.path().join("model.bin");
    fs::write(&artifact, "weights").unwrap();
    mina.json(&["version", "register", "pilots", "--artifact", artifact.to_str().unwrap()]);
    mina.json(&["promote", "pilots:1", "--to", "STAGING", "--draft", "--comment", COMMENT]);
    let listed = admin.json(&["admin", "principal", "list"]);
    let listed = listed["items"].as_array().unwrap();
    let id = listed.iter().find(|item| item["name"] == NAME).unwrap()["id"].as_str().unwrap().to_owned();

    let gone = [id.as_str(), other.as_str()];
    let secrets: Vec<Vec<u8>> = gone.iter().flat_map(|id| secrets(&keys, id.parse().unwrap())).collect();
    // Mina has no address, and so no look-up.
    let [key, none, other_key, lookup] = secrets.as_slice() else { panic!("{secrets:?}") };
    assert_eq!(*none, [0; 32]);
    for secret in [key, other_key, lookup] {
        assert!(!holding(&keys, secret).is_empty(), "the search finds what is there");
    }
    let active = admin.run(&["admin", "erase-subject", &id, "--reason", "left"]);
    assert_eq!(active.code, 3);
    assert!(active.stderr.contains("disable the principal first"), "{}", active.stderr);
    for id in gone {
        admin.json(&["admin", "principal", "disable", id]);
        let erased = admin.json(&["admin", "erase-subject", id, "--reason", "left, and asked for it"]);
        assert_eq!(erased["object"]["status"], "ERASED");
    }
    let nobody = admin.run(&["admin", "principal", "find", "--email", EMAIL]);
    assert_eq!(nobody.code, 1, "{nobody:?}");

    let nowhere = |when: &str| {
        let texts = [NAME, EMAIL, COMMENT, ADDRESS].map(|text| text.as_bytes().to_vec());
        for bytes in texts.iter().chain([key, other_key, lookup]) {
            for folder in [&data, &keys, &folder.path().join("export")] {
                let found = if folder.exists() { holding(folder, bytes) } else { Vec::new() };
                assert_eq!(found, Vec::<String>::new(), "{when}: {}", String::from_utf8_lossy(bytes));
            }
        }
    };
    nowhere("while the server runs, the write-ahead log included");
    server.stop();
    let export = folder.path().join("export");
    let exported = run(assent().args(["audit", "export", "--data-dir"]).arg(&data).arg("--to").arg(&export));
    assert_eq!(exported.code, 0, "{exported:?}");
    nowhere("after the server has ended");
    let sound = run(assent().args(["audit", "verify", "--replay", "--data-dir"]).arg(&data));
    assert_eq!(sound.code, 0, "{sound:?}");
}
