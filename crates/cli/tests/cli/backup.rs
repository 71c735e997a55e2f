//! Backups of a server that runs and writes, and what becomes of them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

use assent_domain::ids::Digest;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::remote::{Client, begin, person};
use crate::support::{Run, Server, assent, copy, run};

/// A data folder and a keys folder of one backup.
pub(crate) struct Backup {
    pub(crate) data: PathBuf,
    pub(crate) keys: PathBuf,
}

impl Backup {
    pub(crate) fn at(folder: &Path, name: &str) -> Self {
        Self { data: folder.join(name), keys: folder.join(format!("{name}.keys")) }
    }

    pub(crate) fn make(&self, data: &Path) -> Run {
        self.make_with(data, &[])
    }

    /// Makes it, with further arguments.
    pub(crate) fn make_with(&self, data: &Path, more: &[&str]) -> Run {
        run(self.making(data).args(more))
    }

    /// The command that makes it.
    pub(crate) fn making(&self, data: &Path) -> Command {
        let mut command = assent();
        command.args(["backup", "--output", "json", "--data-dir"]).arg(data);
        command.arg("--to").arg(&self.data).arg("--keys-to").arg(&self.keys);
        command
    }

    /// Restores it, with further arguments.
    pub(crate) fn restore(&self, data: &Path, more: &[&str]) -> Run {
        run(self.restoring(data).args(more))
    }

    /// The command that restores it.
    pub(crate) fn restoring(&self, data: &Path) -> Command {
        let mut command = assent();
        command.args(["restore", "--output", "json", "--data-dir"]).arg(data);
        command.arg("--from").arg(&self.data).arg("--keys-from").arg(&self.keys);
        command
    }
}

pub(crate) fn verified(data: &Path) -> Value {
    let sound =
        run(assent().args(["audit", "verify", "--replay", "--output", "json", "--data-dir"]).arg(data));
    assert_eq!(sound.code, 0, "{sound:?}");
    sound.json()
}

/// A server with a person whose words are sealed, a version with a blob, and a folder.
fn world() -> (TempDir, PathBuf, Server, Client, String) {
    let (folder, data, server, admin) = begin();
    let olga = person(&admin, "Olga Orlova", &["model_owner"]);
    olga.json(&["model", "register", "pilots", "--purpose", "plans berths", "--tier", "LOW"]);
    let artifact = folder.path().join("model.bin");
    fs::write(&artifact, "weights").unwrap();
    olga.json(&["version", "register", "pilots", "--artifact", artifact.to_str().unwrap()]);
    let listed = admin.json(&["admin", "principal", "list"]);
    let olga = listed["items"].as_array().unwrap().iter().find(|item| item["name"] == "Olga Orlova").unwrap();
    let id = olga["id"].as_str().unwrap().to_owned();
    (folder, data, server, admin, id)
}

/// The principal as a server on the folder shows it.
fn shown(data: &Path, admin: &Client, id: &str) -> Value {
    let server = Server::start(data, "127.0.0.1:0");
    let listed = run(assent()
        .args([
            "admin",
            "principal",
            "list",
            "--no-pin",
            "--output",
            "json",
            "--url",
            server.url(),
            "--token",
        ])
        .arg(&admin.token));
    assert_eq!(listed.code, 0, "{listed:?}");
    server.stop();
    let listed = listed.json();
    listed["items"].as_array().unwrap().iter().find(|item| item["id"] == id).unwrap().clone()
}

#[test]
fn a_backup_under_writes_is_one_state_and_comes_back() {
    let (folder, data, server, admin, id) = world();
    let backup = Backup::at(folder.path(), "backup");
    let (stop, written) = (AtomicBool::new(false), AtomicU64::new(0));
    let made = thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(Ordering::SeqCst) {
                let count = written.fetch_add(1, Ordering::SeqCst);
                admin.json(&["admin", "principal", "add", &format!("Person {count}")]);
            }
        });
        while written.load(Ordering::SeqCst) < 3 {
            thread::yield_now();
        }
        let before = written.load(Ordering::SeqCst);
        let made = backup.make(&data);
        // Writing went on during the backup.
        while written.load(Ordering::SeqCst) < before + 2 {
            thread::yield_now();
        }
        stop.store(true, Ordering::SeqCst);
        made
    });
    assert_eq!(made.code, 0, "{made:?}");
    let made = made.json();
    assert_eq!(made["blobs"], 1);
    // Who uploaded it is no part of it.
    let marks =
        |folder| files(folder).iter().filter(|file| file.iter().any(|part| part == "uploads")).count();
    assert_eq!((marks(&data), marks(&backup.data)), (1, 0));
    server.stop();
    assert!(verified(&data)["log"]["size"].as_u64() > made["size"].as_u64());

    let restored = folder.path().join("restored");
    let done = backup.restore(&restored, &[]);
    assert_eq!(done.code, 0, "{done:?}");
    assert_eq!(done.json()["erasedBeyondTheLog"], json!([]));
    let sound = verified(&restored);
    assert_eq!((&sound["log"]["size"], &sound["log"]["root"]), (&made["size"], &made["root"]));
    assert_eq!(shown(&restored, &admin, &id)["name"], "Olga Orlova");
    let again = backup.restore(&restored, &[]);
    assert!(again.code == 2 && again.stderr.contains("is not empty"), "{again:?}");
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

#[test]
fn a_damaged_backup_is_refused_and_the_file_is_named() {
    let (folder, data, server, _, _) = world();
    let backup = Backup::at(folder.path(), "backup");
    assert_eq!(backup.make(&data).code, 0);
    server.stop();
    let place = folder.path().join("restored");
    let refused = |what: &str, backup: &Backup| {
        let refused = backup.restore(&place, &[]);
        assert_eq!(refused.code, 2, "{what}: {refused:?}");
        for left in ["restored", "restored-keys", "restored.restoring", "restored-keys.restoring"] {
            assert!(!folder.path().join(left).exists(), "{what} leaves {left}");
        }
        refused.stderr
    };
    let all: Vec<PathBuf> =
        [&backup.data, &backup.keys].into_iter().flat_map(|folder| files(folder)).collect();
    assert_eq!(all.len(), 6 + 5, "{all:?}");
    for path in &all {
        let whole = fs::read(path).unwrap();
        let name = path.file_name().unwrap().to_str().unwrap();
        for at in [0, whole.len() / 2, whole.len().saturating_sub(1)] {
            let mut bytes = whole.clone();
            match bytes.get_mut(at) {
                Some(byte) => *byte ^= 1,
                // The list of erased subjects is empty.
                None => bytes.push(b'\n'),
            }
            fs::write(path, &bytes).unwrap();
            let said = refused(&format!("byte {at} of {name}"), &backup);
            let named = name == "manifest.sha256" && said.contains("manifest.json");
            assert!(named || said.contains(name), "{name}: {said}");
            assert!(said.contains("damaged"), "{name}: {said}");
        }
        fs::write(path, whole.get(1..).unwrap_or(b"more")).unwrap();
        refused(&format!("{name} cut"), &backup);
        fs::remove_file(path).unwrap();
        let said = refused(&format!("{name} removed"), &backup);
        assert!(said.contains(name) || said.contains("manifest.json"), "{name}: {said}");
        fs::write(path, whole).unwrap();
    }
    assert_eq!(backup.restore(&place, &[]).code, 0);
}

/// What is done to a manifest.
type Change = fn(&mut Value);

/// Changes the manifest as somebody does who knows how it is protected.
fn forge(folder: &Path, change: impl Fn(&mut Value)) {
    let path = folder.join("manifest.json");
    let mut manifest: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    change(&mut manifest);
    let bytes = serde_json::to_vec(&manifest).unwrap();
    fs::write(folder.join("manifest.sha256"), format!("{}\n", Digest::of(&bytes))).unwrap();
    fs::write(path, bytes).unwrap();
}

#[test]
fn a_backup_that_does_not_fit_is_refused() {
    let (folder, data, server, _, _) = world();
    let backup = Backup::at(folder.path(), "backup");
    assert_eq!(backup.make(&data).code, 0);
    let inside = Backup { data: data.join("backup"), keys: folder.path().join("k") };
    let inside = inside.make(&data);
    assert!(inside.code == 2 && inside.stderr.contains("lies in"), "{inside:?}");
    let again = backup.make(&data);
    assert!(again.code == 2 && again.stderr.contains("is not empty"), "{again:?}");
    server.stop();
    let cases: [(&str, &str, Change); 6] = [
        ("", "has the format 3 of Assent", |m| m["format"] = json!(3)),
        ("", "has the schema 99 of Assent", |m| m["schema"] = json!(99)),
        (".keys", "has the schema 99 of Assent", |m| m["schema"] = json!(99)),
        (".keys", "keys of later subjects are not among them", |m| m["size"] = json!(1)),
        (".keys", "the keys are of the log", |m| m["origin"] = json!("other.host/log")),
        ("", "no backup holds a file", |m| m["files"][0]["path"] = json!("../../escaped")),
    ];
    let place = folder.path().join("restored");
    for (which, expected, change) in cases {
        let copied = Backup::at(folder.path(), "forged");
        copy(&backup.data, &copied.data);
        copy(&backup.keys, &copied.keys);
        forge(&folder.path().join(format!("forged{which}")), change);
        let refused = copied.restore(&place, &[]);
        assert!(refused.code == 2 && refused.stderr.contains(expected), "{expected}: {refused:?}");
        fs::remove_dir_all(&copied.data).unwrap();
        fs::remove_dir_all(&copied.keys).unwrap();
    }
    let swapped = Backup { data: backup.keys.clone(), keys: backup.data.clone() }.restore(&place, &[]);
    assert!(swapped.stderr.contains("is a backup of keys, not of data"), "{swapped:?}");
    fs::create_dir(folder.path().join("restored.restoring")).unwrap();
    let left = backup.restore(&place, &[]);
    assert!(left.code == 2 && left.stderr.contains("left of a restore that was interrupted"), "{left:?}");
    assert!(!place.exists());
}

#[test]
fn who_was_erased_after_the_backup_stays_erased() {
    let (folder, data, server, admin, id) = world();
    let (older, newer) = (Backup::at(folder.path(), "older"), Backup::at(folder.path(), "newer"));
    assert_eq!(older.make(&data).code, 0);
    admin.json(&["admin", "principal", "disable", &id]);
    admin.json(&["admin", "erase-subject", &id, "--reason", "asked for it"]);
    assert_eq!(newer.make(&data).code, 0);
    server.stop();

    let live = folder.path().join("data-keys");
    let list = newer.keys.join("erased");
    let mixed = Backup { data: older.data.clone(), keys: newer.keys.clone() };
    let ways: [(&str, &Backup, &[&str]); 3] = [
        ("by-live-keys", &older, &["--erasures", live.to_str().unwrap()]),
        ("by-list", &older, &["--erasures", list.to_str().unwrap()]),
        ("by-newer-keys", &mixed, &[]),
    ];
    for (way, backup, more) in ways {
        // A slash at the end changes nothing.
        let place = folder.path().join(format!("{way}/"));
        let done = backup.restore(&place, more);
        assert_eq!(done.code, 0, "{way}: {done:?}");
        assert_eq!(done.json()["erasedBeyondTheLog"], json!([id]), "{way}");
        verified(&place);
        let olga = shown(&place, &admin, &id);
        assert_eq!((&olga["name"], &olga["erased"]), (&Value::Null, &json!(true)), "{way}");
    }
    let place = folder.path().join("newer-with-older-keys");
    let refused = Backup { data: newer.data.clone(), keys: older.keys.clone() }.restore(&place, &[]);
    assert!(refused.code == 2 && refused.stderr.contains("later subjects"), "{refused:?}");
    // Without any word of it nobody can know: that is what the guide says.
    let place = folder.path().join("unaware");
    assert_eq!(older.restore(&place, &[]).code, 0);
    assert_eq!(shown(&place, &admin, &id)["name"], "Olga Orlova");

    let nonsense = folder.path().join("nonsense");
    fs::write(&nonsense, "not an id\n").unwrap();
    let place = folder.path().join("never");
    let refused = older.restore(&place, &["--erasures", nonsense.to_str().unwrap()]);
    assert!(refused.code == 2 && refused.stderr.contains("is no id of a subject"), "{refused:?}");
}
