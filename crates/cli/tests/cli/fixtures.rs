//! What earlier formats wrote, this program reads: every folder of `tests/fixtures` is an export and a backup as the version
//! of its name made them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use assent_app::replay::{Rebuild, payload_of};
use assent_domain::ids::Digest;
use assent_log::tile::decode_bundle;
use serde_json::Value;

use crate::backup::{Backup, verified};
use crate::support::{Server, assent, run};

fn releases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let mut folders: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.retain(|path| path.is_dir());
    folders.sort();
    assert!(folders.iter().any(|path| path.ends_with("0.1.0")), "{folders:?}");
    folders
}

/// An entry, and the payload that it refers to.
type Recorded = (Vec<u8>, Option<Vec<u8>>);

/// The entries of an export. All of them fit into one bundle.
fn entries(export: &Path) -> Vec<Recorded> {
    let bundles: Vec<_> = fs::read_dir(export.join("tile/entries/000.p")).unwrap().collect();
    assert_eq!(bundles.len(), 1);
    let bytes = fs::read(bundles[0].as_ref().unwrap().path()).unwrap();
    let payload = |hash| fs::read(export.join(format!("payloads/{}", Digest(hash)))).unwrap();
    let bundle = decode_bundle(&bytes).unwrap();
    bundle.iter().map(|entry| (entry.to_vec(), payload_of(entry).map(payload))).collect()
}

/// How many rows of each table the entries of an export make.
fn replayed(export: &Path) -> BTreeMap<&'static str, usize> {
    let mut rebuild = Rebuild::new();
    for (entry, payload) in entries(export) {
        rebuild.push(&entry, payload.as_deref()).unwrap();
    }
    let mut rows = BTreeMap::new();
    for row in rebuild.rows() {
        *rows.entry(row.unwrap().table).or_default() += 1;
    }
    rows
}

#[test]
fn an_entry_of_a_newer_release_is_refused_and_both_versions_are_named() {
    let newest = releases().pop().unwrap();
    let (entry, payload) = entries(&newest.join("export")).remove(0);
    let entry = String::from_utf8(entry).unwrap();
    let cases = [
        ("\"schemaVersion\":1", "\"schemaVersion\":2", "schema version 2, and this release knows 1"),
        ("\"type\":\"", "\"type\":\"new", &format!("by release {}", env!("CARGO_PKG_VERSION"))),
    ];
    for (ours, theirs, said) in cases {
        let newer = entry.replacen(ours, theirs, 1);
        assert_ne!(newer, entry, "{entry}");
        let refused = Rebuild::new().push(newer.as_bytes(), payload.as_deref()).unwrap_err().to_string();
        assert!(refused.contains(said) && refused.contains("newer"), "{refused}");
    }
    assert!(Rebuild::new().push(entry.as_bytes(), payload.as_deref()).is_ok());
}

#[test]
fn every_export_is_read_verified_and_replayed() {
    for release in releases() {
        let (export, vkey) = (release.join("export"), release.join("export.vkey"));
        let arguments = ["audit", "verify", "--output", "json", "--export"];
        let sound = run(assent().args(arguments).arg(&export).arg("--vkey").arg(&vkey));
        assert_eq!(sound.code, 0, "{}: {sound:?}", release.display());
        assert_eq!(sound.json()["log"]["size"], 14);
        let rows = replayed(&export);
        let expected = [
            ("models", 1),
            ("packs", 1),
            ("principals", 3),
            ("promotions", 1),
            ("tokens", 2),
            ("versions", 1),
        ];
        assert_eq!(rows, BTreeMap::from(expected), "{}", release.display());
    }
}

#[test]
fn every_backup_is_restored_verified_replayed_and_served() {
    for release in releases() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let backup = Backup { data: release.join("data"), keys: release.join("keys") };
        let done = backup.restore(&data, &[]);
        assert_eq!(done.code, 0, "{}: {done:?}", release.display());
        assert_eq!(verified(&data)["log"]["size"], done.json()["size"]);
        let server = Server::start(&data, "127.0.0.1:0");
        assert!(server.started["vkey"].as_str().unwrap().starts_with("assent.local/"));
        assert_eq!(server.started.get("administrator"), None::<&Value>, "nothing was made anew");
        server.stop();
    }
}
