//! An installation that keeps its log in PostgreSQL.

use std::fs;
use std::path::Path;

use serde_json::Value;

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
