//! An installation that keeps its log in PostgreSQL.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::Value;

use crate::backup::Backup;
use crate::database::Database;
use crate::support::{Run, Server, assent, run};

fn at(database: &Database, arguments: &[&str]) -> Run {
    run(assent().args(arguments).args(["--output", "json"]).env("ASSENT_DATABASE_URL", database.address()))
}

fn remote(url: &str, token: &str, arguments: &[&str]) -> Run {
    run(assent().args(arguments).args(["--output", "json", "--no-pin", "--url", url, "--token", token]))
}

fn token(server: &Server) -> String {
    server.started["administrator"]["token"].as_str().unwrap().to_owned()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn two_servers_share_one_log() {
    let (folder, database) = (tempfile::tempdir().unwrap(), Database::new());
    let data = folder.path().join("data");
    let address = database.address();
    let one = Server::start_with(&data, "127.0.0.1:0", &[("ASSENT_DATABASE_URL", &address)]);
    assert_eq!(one.started["database"], "PostgreSQL");
    let two = Server::start_with(&data, "127.0.0.1:0", &[("ASSENT_DATABASE_URL", &address)]);
    assert_eq!(two.started.get("administrator"), None, "the second start makes nothing");
    let token = token(&one);
    for (server, name) in [(&one, "Ada"), (&two, "Ben"), (&one, "Cy")] {
        let added = remote(server.url(), &token, &["admin", "principal", "add", name]);
        assert_eq!(added.code, 0, "{added:?}");
    }
    // What one has written, the other reads at once.
    let disabled = remote(two.url(), &token, &["admin", "principal", "list"]).json();
    assert_eq!(disabled["items"].as_array().map(Vec::len), Some(4), "{disabled}");
    let verified = at(&database, &["audit", "verify", "--replay", "--data-dir", text(&data)]);
    assert_eq!((verified.code, &verified.json()["replay"]["sound"]), (0, &Value::Bool(true)), "{verified:?}");
    one.stop();
    two.stop();
    let missing = run(assent().args(["audit", "verify", "--data-dir", text(&data)]));
    assert_eq!(missing.code, 2);
    assert!(missing.stderr.contains("--database-url"), "{}", missing.stderr);
}

#[test]
fn a_log_moves_to_postgresql_whole() {
    let (folder, database) = (tempfile::tempdir().unwrap(), Database::new());
    let data = folder.path().join("data");
    let server = Server::start(&data, "127.0.0.1:0");
    let token = token(&server);
    for name in ["Ada", "Ben"] {
        assert_eq!(remote(server.url(), &token, &["admin", "principal", "add", name]).code, 0);
    }
    let busy = at(&database, &["admin", "migrate", "--data-dir", text(&data)]);
    assert_eq!(busy.code, 2, "{busy:?}");
    server.stop();
    let before =
        run(assent().args(["audit", "verify", "--output", "json", "--data-dir", text(&data)])).json();

    let refused = at(&database, &["audit", "verify", "--data-dir", text(&data)]);
    assert!(refused.stderr.contains("assent admin migrate"), "{}", refused.stderr);
    let moved = at(&database, &["admin", "migrate", "--data-dir", text(&data)]);
    assert_eq!(moved.code, 0, "{moved:?}");
    assert_eq!(
        (&moved.json()["verified"], &moved.json()["replayed"]),
        (&Value::Bool(true), &Value::Bool(true))
    );
    assert!(!data.join("log.sqlite").exists() && data.join("log.sqlite.moved").exists());

    let after = at(&database, &["audit", "verify", "--replay", "--data-dir", text(&data)]).json();
    assert_eq!(after["log"]["root"], before["log"]["root"]);
    assert_eq!(after["log"]["size"], before["log"]["size"]);
    let server = Server::start_with(&data, "127.0.0.1:0", &[("ASSENT_DATABASE_URL", &database.address())]);
    assert_eq!(remote(server.url(), &token, &["admin", "principal", "add", "Cy"]).code, 0);
    server.stop();

    // Nothing is moved onto what is there.
    fs::rename(data.join("log.sqlite.moved"), data.join("log.sqlite")).unwrap();
    let twice = at(&database, &["admin", "migrate", "--data-dir", text(&data)]);
    assert_eq!(twice.code, 2, "{twice:?}");
    assert!(twice.stderr.contains("it has to be empty"), "{}", twice.stderr);
    assert!(data.join("log.sqlite").exists());
}

#[test]
fn a_shared_log_is_backed_up_under_writes_and_comes_back_in_either_place() {
    let (folder, database, other) = (tempfile::tempdir().unwrap(), Database::new(), Database::new());
    let data = folder.path().join("data");
    let server = Server::start_with(&data, "127.0.0.1:0", &[("ASSENT_DATABASE_URL", &database.address())]);
    let token = token(&server);
    let add = |name: &str| remote(server.url(), &token, &["admin", "principal", "add", name]);
    let ada = add("Ada").json()["receipt"]["id"].as_str().unwrap().to_owned();
    let (backup, newer) = (Backup::at(folder.path(), "backup"), Backup::at(folder.path(), "newer"));
    // Without the address there is no log here, and the message says where it may be.
    let nowhere = backup.make(&data);
    assert!(nowhere.code == 2 && nowhere.stderr.contains("--database-url"), "{nowhere:?}");
    let stop = AtomicBool::new(false);
    let made = std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut count = 0;
            while !stop.load(Ordering::SeqCst) {
                assert_eq!(add(&format!("Person {count}")).code, 0);
                count += 1;
            }
        });
        let made = run(backup.making(&data).env("ASSENT_DATABASE_URL", database.address()));
        stop.store(true, Ordering::SeqCst);
        made
    });
    assert_eq!(made.code, 0, "{made:?}");
    // Who is erased after the backup stays erased, whichever way it comes back.
    assert_eq!(remote(server.url(), &token, &["admin", "principal", "disable", &ada]).code, 0);
    let erased = remote(server.url(), &token, &["admin", "erase-subject", &ada, "--reason", "asked for it"]);
    assert_eq!(erased.code, 0, "{erased:?}");
    assert_eq!(run(newer.making(&data).env("ASSENT_DATABASE_URL", database.address())).code, 0);
    server.stop();

    let list = newer.keys.join("erased");
    let made = made.json();
    for (place, shared) in [("file", None), ("shared", Some(&other))] {
        let place = folder.path().join(place);
        let at_place = |command: &mut Command| match shared {
            Some(database) => run(command.env("ASSENT_DATABASE_URL", database.address())),
            None => run(command),
        };
        let done = at_place(backup.restoring(&place).args(["--erasures", text(&list)]));
        assert_eq!(done.code, 0, "{done:?}");
        assert_eq!(done.json()["erasedBeyondTheLog"], serde_json::json!([ada]));
        assert_eq!(place.join("log.sqlite").exists(), shared.is_none());
        let sound = at_place(assent().args([
            "audit",
            "verify",
            "--replay",
            "--output",
            "json",
            "--data-dir",
            text(&place),
        ]));
        assert_eq!(sound.code, 0, "{sound:?}");
        let sound = sound.json();
        assert_eq!((&sound["log"]["size"], &sound["log"]["root"]), (&made["size"], &made["root"]));
        is_served(&place, shared, &token, &ada);
    }
    // Nothing is restored onto what is there.
    let again = folder.path().join("again");
    let full = run(backup.restoring(&again).env("ASSENT_DATABASE_URL", other.address()));
    assert!(full.code == 2 && full.stderr.contains("entries already") && !again.exists(), "{full:?}");
}

/// A server goes on with what was restored, and whoever was erased is.
fn is_served(place: &Path, shared: Option<&Database>, token: &str, erased: &str) {
    let url = shared.map(Database::address).unwrap_or_default();
    let variables = [("ASSENT_DATABASE_URL", url.as_str())];
    let variables = if shared.is_some() { &variables[..] } else { &[] };
    let server = Server::start_with(place, "127.0.0.1:0", variables);
    assert_eq!(remote(server.url(), token, &["admin", "principal", "add", "Zoe"]).code, 0);
    let listed = remote(server.url(), token, &["admin", "principal", "list"]).json();
    let found = listed["items"].as_array().unwrap().iter().find(|item| item["id"] == erased).cloned();
    assert_eq!(found.unwrap()["name"], Value::Null);
}

/// A server with folders of its own, on the database of the log and on that of the keys.
fn apart(folder: &Path, log: &Database, keys: &Database) -> Server {
    let (log, keys) = (log.address(), keys.address());
    let variables = [("ASSENT_DATABASE_URL", log.as_str()), ("ASSENT_KEYS_DATABASE_URL", keys.as_str())];
    Server::start_with(&folder.join("data"), "127.0.0.1:0", &variables)
}

/// What an operator puts on a second machine: the name of the log, its public key, and the key that signs.
fn provision(from: &Path, to: &Path) {
    for (folder, files) in [("data", &["origin", "log.vkey"][..]), ("data-keys", &["signing.seed"])] {
        fs::create_dir_all(to.join(folder)).unwrap();
        for file in files {
            fs::copy(from.join(folder).join(file), to.join(folder).join(file)).unwrap();
        }
    }
}

/// How a principal is shown.
fn shown(server: &Server, token: &str, id: &str) -> Value {
    let listed = remote(server.url(), token, &["admin", "principal", "list"]).json();
    let items = listed["items"].as_array().unwrap();
    items.iter().find(|item| item["id"] == id).unwrap().clone()
}

#[test]
fn servers_on_two_machines_share_keys() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (log, keys) = (Database::new(), Database::new());
    let first = apart(one.path(), &log, &keys);
    let token = token(&first);
    provision(one.path(), two.path());
    let second = apart(two.path(), &log, &keys);
    assert!(!one.path().join("data-keys/subjects.sqlite").exists());

    let added =
        remote(first.url(), &token, &["admin", "principal", "add", "Ada", "--email", "ada@example.org"]);
    let id = added.json()["object"]["id"].as_str().unwrap().to_owned();
    assert_eq!(shown(&second, &token, &id)["name"], "Ada");
    let found = remote(second.url(), &token, &["admin", "principal", "find", "--email", "ada@example.org"]);
    assert_eq!(found.code, 0, "{found:?}");

    assert_eq!(remote(second.url(), &token, &["admin", "principal", "disable", &id]).code, 0);
    let erased = remote(second.url(), &token, &["admin", "erase-subject", &id, "--reason", "asked for it"]);
    assert_eq!(erased.code, 0, "{erased:?}");
    for server in [&first, &second] {
        let shown = shown(server, &token, &id);
        assert!(shown["status"] == "ERASED" && !shown.to_string().contains("Ada"), "{shown}");
    }
    let found = remote(first.url(), &token, &["admin", "principal", "find", "--email", "ada@example.org"]);
    assert_ne!(found.code, 0, "{found:?}");
    first.stop();
    second.stop();

    // Neither database stands in for the other, and what is missing is not made.
    let fresh = Database::new();
    for (log, keys, said) in
        [(&log, &log, "apart from that of the log"), (&log, &fresh, "the database of the keys is empty")]
    {
        let refused = run(assent()
            .args(["serve", "--listen", "127.0.0.1:0", "--data-dir", text(&one.path().join("data"))])
            .env("ASSENT_DATABASE_URL", log.address())
            .env("ASSENT_KEYS_DATABASE_URL", keys.address()));
        assert!(refused.code == 2 && refused.stderr.contains(said), "{refused:?}");
    }
    let (to, keys_to) = (two.path().join("backup"), two.path().join("keys"));
    let backup = run(assent().args([
        "backup",
        "--data-dir",
        text(&one.path().join("data")),
        "--to",
        text(&to),
        "--keys-to",
        text(&keys_to),
    ]));
    assert!(backup.code == 2 && backup.stderr.contains("may be in PostgreSQL"), "{backup:?}");
}

#[test]
fn keys_move_to_a_database() {
    let (folder, log, keys) = (tempfile::tempdir().unwrap(), Database::new(), Database::new());
    let data = folder.path().join("data");
    let server = Server::start_with(&data, "127.0.0.1:0", &[("ASSENT_DATABASE_URL", &log.address())]);
    let token = token(&server);
    let mut ids = Vec::new();
    for name in ["Ada", "Ben"] {
        let email = format!("{name}@example.org");
        let added = remote(server.url(), &token, &["admin", "principal", "add", name, "--email", &email]);
        ids.push(added.json()["object"]["id"].as_str().unwrap().to_owned());
    }
    assert_eq!(remote(server.url(), &token, &["admin", "principal", "disable", &ids[1]]).code, 0);
    let erased =
        remote(server.url(), &token, &["admin", "erase-subject", &ids[1], "--reason", "asked for it"]);
    assert_eq!(erased.code, 0, "{erased:?}");
    server.stop();

    let both = |arguments: &[&str]| {
        run(assent()
            .args(arguments)
            .args(["--output", "json", "--data-dir", text(&data)])
            .env("ASSENT_DATABASE_URL", log.address())
            .env("ASSENT_KEYS_DATABASE_URL", keys.address()))
    };
    let refused = both(&["serve", "--listen", "127.0.0.1:0"]);
    assert!(refused.code == 2 && refused.stderr.contains("migrate-keys"), "{refused:?}");
    let moved = both(&["admin", "migrate-keys"]);
    assert_eq!(moved.code, 0, "{moved:?}");
    assert_eq!((&moved.json()["keys"], &moved.json()["destroyed"]), (&2.into(), &1.into()), "{moved:?}");
    assert!(!folder.path().join("data-keys/subjects.sqlite").exists());

    let server = apart(folder.path(), &log, &keys);
    assert_eq!(shown(&server, &token, &ids[0])["name"], "Ada");
    assert_eq!(shown(&server, &token, &ids[1])["status"], "ERASED");
    let found = remote(server.url(), &token, &["admin", "principal", "find", "--email", "ada@example.org"]);
    assert_eq!(found.code, 0, "{found:?}");
    server.stop();
}
