//! What a newer release has written is refused whole, by whatever would read or write it, and left as it is.

use std::collections::BTreeMap;
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};

use postgres::Client;

use crate::backup::Backup;
use crate::database::Database;
use crate::support::{Run, Server, assent, copy, run};

/// The schema of a release that is still to come.
const NEWER: &str = "INSERT INTO schema_migrations (number) VALUES (99)";

/// Every file with its bytes, but what locks and shares leave.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            let name = path.file_name().unwrap().to_str().unwrap();
            let bytes = fs::read(&path).unwrap();
            let passing =
                name == "lock" || name.ends_with("-shm") || (name.ends_with("-wal") && bytes.is_empty());
            if !passing {
                found.insert(path, bytes);
            }
        }
    }
    found
}

/// Folds the write-ahead log that a server left into its file: whoever opens the file would.
fn fold(file: &Path) {
    let connection = rusqlite::Connection::open(file).unwrap();
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", (), |_| Ok(())).unwrap();
}

/// Every table of a database with a digest of its rows.
fn tables(client: &mut Client) -> Vec<(String, Option<String>)> {
    let names =
        "SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1";
    let names: Vec<String> = client.query(names, &[]).unwrap().iter().map(|row| row.get(0)).collect();
    let digest = |client: &mut Client, name: &str| {
        let rows = format!("SELECT md5(string_agg(t::text, ';' ORDER BY t::text)) FROM \"{name}\" t");
        client.query_one(&rows, &[]).unwrap().get(0)
    };
    names.into_iter().map(|name| (name.clone(), digest(client, &name))).collect()
}

/// Whatever opens an installation, with the address of its database where that is not a file.
fn openings(folder: &Path, data: &Path, address: Option<&str>) -> Vec<(&'static str, Run)> {
    // Where nothing can listen, a server that should not have started ends as well, with another message.
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let listen = taken.local_addr().unwrap().to_string();
    let with = |command: &mut std::process::Command| {
        run(address.iter().fold(command, |command, address| command.env("ASSENT_DATABASE_URL", address)))
    };
    let at = |arguments: &[&str]| with(assent().args(arguments).arg("--data-dir").arg(data));
    let export = folder.join("export");
    let made = Backup::at(folder, "refused");
    let opened = vec![
        ("serve", at(&["serve", "--listen", &listen])),
        ("backup", with(&mut made.making(data))),
        ("audit verify", at(&["audit", "verify"])),
        ("audit verify --replay", at(&["audit", "verify", "--replay"])),
        ("audit export", at(&["audit", "export", "--to", export.to_str().unwrap()])),
    ];
    assert!(!made.data.join("manifest.json").exists(), "there is no backup of what cannot be read");
    opened
}

#[track_caller]
fn assert_refused(what: &str, run: &Run) {
    assert_eq!(run.code, 2, "{what}: {run:?}");
    let said = &run.stderr;
    assert!(said.contains("newer release") && said.contains("99"), "{what}: {said}");
}

#[test]
fn a_folder_of_a_newer_release_is_refused_and_left_as_it_is() {
    let (folder, target) = (tempfile::tempdir().unwrap(), Database::new());
    let data = folder.path().join("data");
    Server::start(&data, "127.0.0.1:0").stop();
    let backup = Backup::at(folder.path(), "backup");
    assert_eq!(backup.make(&data).code, 0);
    let keys = folder.path().join("data-keys");
    for newer in ["log.sqlite", "subjects.sqlite"] {
        let case = folder.path().join(newer);
        let at = case.join("data");
        copy(&data, &at);
        copy(&keys, &case.join("data-keys"));
        let file = if newer == "log.sqlite" { at.join(newer) } else { case.join("data-keys").join(newer) };
        rusqlite::Connection::open(&file).unwrap().execute(NEWER, ()).unwrap();
        for file in [at.join("log.sqlite"), case.join("data-keys").join("subjects.sqlite")] {
            fold(&file);
        }
        let before = files(&case);
        for (what, run) in openings(folder.path(), &at, None) {
            // The log is verified and exported without the keys.
            if newer == "log.sqlite" || !what.starts_with("audit") {
                assert_refused(what, &run);
            }
            fs::remove_dir_all(folder.path().join("export")).ok();
        }
        let onto = backup.restore(&at, &[]);
        assert_eq!(onto.code, 2, "nothing is restored onto it: {onto:?}");
        if newer == "log.sqlite" {
            let moved =
                run(assent().args(["admin", "migrate", "--to", &target.address(), "--data-dir"]).arg(&at));
            assert_refused("admin migrate", &moved);
            assert_eq!(tables(&mut target.beside()), [], "nothing was made in the other database");
        }
        assert!(files(&case) == before, "something was changed in {newer}");
    }
}
